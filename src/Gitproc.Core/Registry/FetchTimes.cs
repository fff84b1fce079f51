namespace Gitproc.Registry;

/// <summary>When a repository was fetched last.</summary>
/// <param name="FetchedAt">When the last fetch that succeeded began; null for never.</param>
/// <param name="TriedAt">When the last fetch began, however it ended; null for never.</param>
/// <param name="Error">Why that one failed; null when it did not.</param>
internal sealed record FetchTimes(DateTimeOffset? FetchedAt, DateTimeOffset? TriedAt, string? Error);
