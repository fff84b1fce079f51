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

    /// <summary>The size of the base repository on disk, in bytes; null if it does not exist.</summary>
    public long? Size { get; init; }

    /// <summary>The time when the last successful fetch began, UTC; null if it is not known.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>Why the last fetch failed; null if it did not.</summary>
    public string? FetchError { get; init; }

    /// <summary>The remote's default branch; null if there is none, or it is not known.</summary>
    public string? DefaultBranch { get; init; }

    /// <summary>The number of its checkouts.</summary>
    public required int Checkouts { get; init; }

    /// <summary>The number of them that are free.</summary>
    public required int Free { get; init; }

    /// <summary>The number of them that somebody holds.</summary>
    public required int Locked { get; init; }

    /// <summary>The key, so that a repository can be used as its name.</summary>
    /// <returns><see cref="Key"/>.</returns>
    public override string ToString() => Key;
}
