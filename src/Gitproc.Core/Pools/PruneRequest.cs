namespace Gitproc.Pools;

/// <summary>What of a pool counts as unused.</summary>
public sealed record PruneRequest
{
    /// <summary>For how long nobody has used it.</summary>
    public TimeSpan UnusedFor { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How many free checkouts of each repository stay all the same, those that were used last.</summary>
    public int KeepFree { get; init; }

    /// <summary>Only what is of this repository: a URL, a local path, or a name that the pool knows; null for all.</summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }
}
