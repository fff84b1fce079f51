namespace Gitproc.Pools;

/// <summary>What a caller wants to release.</summary>
public sealed record ReleaseRequest
{
    /// <summary>The name of a checkout, or a path in one; null for the one that <see cref="WorkingDirectory"/> lies in.</summary>
    public string? Checkout { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The lease that is meant: a later one on the same checkout is left alone. Null for whichever there is.</summary>
    public string? LeaseId { get; init; }

    /// <summary>
    /// The process that the lease must still end with; null for whichever owner there is. A lease that was given to somebody
    /// else since, or is held without an owner, is left alone, and a notice says so.
    /// </summary>
    public int? OwnerProcessId { get; init; }

    /// <summary>Whether processes that still run in it are ended first.</summary>
    public bool StopProcesses { get; init; }

    /// <summary>What is taken away of what the holder left, above the setting; null for the setting.</summary>
    public CleanMode? Clean { get; init; }

    /// <summary>Whether work that is not on the remote is thrown away and not rescued.</summary>
    public bool Discard { get; init; }

    /// <summary>Whether the cleaning is left to <see cref="Pool.Clean"/>, called by somebody else, or to the next acquire.</summary>
    public bool CleanLater { get; init; }

    /// <summary>Whether to release what another live process tree holds.</summary>
    public bool Force { get; init; }
}
