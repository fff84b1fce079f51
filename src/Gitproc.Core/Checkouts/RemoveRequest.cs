namespace Gitproc.Checkouts;

/// <summary>Which checkout a caller wants to be rid of.</summary>
public sealed record RemoveRequest
{
    /// <summary>The name of a checkout, or a path in one.</summary>
    public required string Checkout { get; init; }

    /// <summary>The absolute path of the folder the caller stands in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The lease that the caller saw on it, empty for none: with another one it stays. Null for whichever there is.</summary>
    public string? LeaseId { get; init; }

    /// <summary>Whether to remove what somebody holds; with <see cref="Discard"/> also what cannot be rescued.</summary>
    public bool Force { get; init; }

    /// <summary>Whether work that is not on the remote is thrown away and not rescued.</summary>
    public bool Discard { get; init; }

    /// <summary>Whether processes that run in it are ended first.</summary>
    public bool StopProcesses { get; init; }
}
