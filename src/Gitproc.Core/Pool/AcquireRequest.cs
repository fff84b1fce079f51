using Gitproc.Leases;

namespace Gitproc;

/// <summary>What a caller wants to acquire.</summary>
public sealed record AcquireRequest
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows; null for the <c>origin</c> of the repository that
    /// <see cref="WorkingDirectory"/> lies in.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the folder the caller stands in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The process whose life is the lease's life.</summary>
    public required LeaseOwner Owner { get; init; }

    /// <summary>Whether only a checkout that exists will do.</summary>
    public bool NoCreate { get; init; }

    /// <summary>The most checkouts the repository may have, above the setting; null for the setting.</summary>
    public int? MaxCheckouts { get; init; }
}
