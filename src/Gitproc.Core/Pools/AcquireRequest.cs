using Gitproc.Leases;

namespace Gitproc.Pools;

/// <summary>What a caller wants to acquire.</summary>
public sealed record AcquireRequest
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows; null for the <c>origin</c> of the repository that
    /// <see cref="WorkingDirectory"/> lies in.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>What is wanted of the leases.</summary>
    public required LeaseTerms Terms { get; init; }

    /// <summary>The name of the only checkout that will do; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>How it is to get at objects: only such a one will do, and such a one is made; null for the setting, and without that for any, and a clone.</summary>
    public CheckoutKind? Kind { get; init; }

    /// <summary>A branch, tag, commit, full name of a ref, or refspec to check out; null for the remote's default branch.</summary>
    public string? Ref { get; init; }

    /// <summary>The branch to begin there; null for none.</summary>
    public string? NewBranch { get; init; }

    /// <summary>When the remote is asked for what is new.</summary>
    public FetchPolicy Fetch { get; init; }

    /// <summary>What is taken away of what the last holder left, above the setting; null for the setting.</summary>
    public CleanMode? Clean { get; init; }

    /// <summary>How many checkouts, all or none; 1 or more.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Whether processes that still run in a checkout whose lease is over are ended, so that it can be taken over.</summary>
    public bool StopProcesses { get; init; }

    /// <summary>How long to wait when it is not to be had; null for not at all.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Whether only a checkout that exists will do.</summary>
    public bool NoCreate { get; init; }

    /// <summary>The most checkouts the repository may have, above the setting; null for the setting.</summary>
    public int? MaxCheckouts { get; init; }
}
