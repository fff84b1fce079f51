namespace Gitproc;

/// <summary>One repository that the pool knows, as it was when it was asked for. Immutable.</summary>
public sealed record RepositoryInfo
{
    /// <summary>The key, as <c>github.com/owner/repo</c>.</summary>
    public required string Key { get; init; }

    /// <summary>The URL it is fetched from, without a password.</summary>
    public required string Url { get; init; }

    /// <summary>The absolute path of its base repository.</summary>
    public required string Path { get; init; }

    /// <summary>What the base repository takes on disk, in bytes, read from disk; null when it is not there.</summary>
    public long? Size { get; init; }

    /// <summary>When the last fetch began that succeeded, UTC; null when it is not known.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>Why the last fetch failed; null when it did not.</summary>
    public string? FetchError { get; init; }

    /// <summary>The remote's default branch; null when there is none, or it is not known.</summary>
    public string? DefaultBranch { get; init; }

    /// <summary>How many checkouts of it there are.</summary>
    public required int Checkouts { get; init; }

    /// <summary>How many of them are free.</summary>
    public required int Free { get; init; }

    /// <summary>How many of them somebody holds.</summary>
    public required int Locked { get; init; }

    /// <summary>The key, so that a repository can stand wherever one is named.</summary>
    /// <returns><see cref="Key"/>.</returns>
    public override string ToString() => Key;
}
