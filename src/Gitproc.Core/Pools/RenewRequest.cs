using Gitproc.Registry;

namespace Gitproc.Pools;

/// <summary>How a caller wants to change a lease. What is null stays as it is.</summary>
public sealed record RenewRequest
{
    /// <summary>The name of a checkout, or a path in one; null for the one that <see cref="WorkingDirectory"/> lies in.</summary>
    public string? Checkout { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The lease that is meant: a later one on the same checkout is left alone. Null for whichever there is.</summary>
    public string? LeaseId { get; init; }

    /// <summary>Whether to change what another live process tree holds.</summary>
    public bool Force { get; init; }

    /// <summary>After what time, from now, it expires.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>Whether it is over when it expires even if its owner lives.</summary>
    public bool? IsStrict { get; init; }

    /// <summary>What it is for; empty for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>The process whose end ends it.</summary>
    public LeaseOwner? Owner { get; init; }

    /// <summary>Whether nobody's end ends it any more.</summary>
    public bool Hold { get; init; }
}
