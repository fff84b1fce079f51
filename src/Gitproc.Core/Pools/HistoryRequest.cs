namespace Gitproc.Pools;

/// <summary>Which events a caller wants to see.</summary>
public sealed record HistoryRequest
{
    /// <summary>The name of a checkout, or a path in one; null for all.</summary>
    public string? Checkout { get; init; }

    /// <summary>A URL, a local path, or a name that the pool knows; null for all.</summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Only events from then on; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How many, the newest.</summary>
    public int First { get; init; } = 100;
}
