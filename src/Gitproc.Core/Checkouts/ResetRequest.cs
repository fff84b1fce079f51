namespace Gitproc.Checkouts;

/// <summary>Which checkout a caller wants to be as new.</summary>
public sealed record ResetRequest
{
    /// <summary>The name of a checkout, or a path in one; null for the one that <see cref="WorkingDirectory"/> lies in.</summary>
    public string? Checkout { get; init; }

    /// <summary>The absolute path of the folder the caller stands in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The lease that the caller saw on it, empty for none: with another one it stays as it is. Null for whichever there is.</summary>
    public string? LeaseId { get; init; }

    /// <summary>Whether to take it from somebody else who holds it.</summary>
    public bool Force { get; init; }

    /// <summary>Whether processes that run in it are ended first.</summary>
    public bool StopProcesses { get; init; }
}
