using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>
/// Fetches before somebody needs it, so that an acquire finds a base repository that is new enough.
/// </summary>
/// <remarks>
/// A repository is in use while somebody has a checkout of it, and for a week after that. While it is used, it is
/// fetched a little before <c>gitproc.fetchMaxAge</c> is over. The longer nobody has used it, the longer are the
/// pauses: an acquire then fetches itself, but has little to fetch. Only the user's own credential helpers are asked. A
/// fetch that fails is not noted as the failure of others, because an acquire may know a password.
/// </remarks>
internal sealed class FetchingAhead(PoolFolder folder, PoolDatabase database, GitRunner git, PoolSettings settings)
{
    private static readonly TimeSpan UseCountsFor = TimeSpan.FromDays(7);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(10);

    /// <summary>The repositories that are in use, and when each was used last.</summary>
    public static List<(RepositoryRow Row, DateTimeOffset UsedAt)> Used(PoolDatabase database) =>
        database.Repositories.UsedSince(DateTimeOffset.UtcNow - UseCountsFor);

    /// <summary>The keys of the repositories that are due.</summary>
    public List<string> Due() =>
    [
        .. Used(database)
            .Where(used => IsDue(used.UsedAt, database.Repositories.Fetched(used.Row.Id)))
            .Select(used => used.Row.Key),
    ];

    /// <summary>Fetches a repository, if it is still due.</summary>
    /// <returns>Why that failed; null if it did not.</returns>
    public string? Fetch(string key, CancellationToken cancellationToken)
    {
        var (row, usedAt) = Used(database).Find(used => used.Row.Key == key);
        if (row is null || !IsDue(usedAt, database.Repositories.Fetched(row.Id))
            || BaseHealth.FindDamage(folder.Base(row.Base)) is not null)
        {
            return null;
        }

        return new BaseFetch(folder, database, git, reports: null)
        {
            Repository = row,
            Url = row.Url,
            Credential = null,
            SilenceTimeout = settings.GitTimeout,
            IsAhead = true,
        }.Fetch(DateTimeOffset.UtcNow - Pause(usedAt), cancellationToken);
    }

    private bool IsDue(DateTimeOffset usedAt, FetchTimes fetched)
    {
        // An acquire would fetch all the same.
        if (settings.FetchMaxAge < ShortestPause)
            return false;
        var now = DateTimeOffset.UtcNow;
        var hasFailed = fetched.TriedAt > (fetched.FetchedAt ?? DateTimeOffset.MinValue);
        return !(fetched.FetchedAt > now - Pause(usedAt)) && !(hasFailed && fetched.TriedAt > now - AfterFailure);
    }

    // It may take a while to fetch, and the next look is seconds away.
    private TimeSpan Pause(DateTimeOffset usedAt)
    {
        var whileUsed = settings.FetchMaxAge * 0.75;
        var whileIdle = (DateTimeOffset.UtcNow - usedAt) / 20;
        return whileUsed > whileIdle ? whileUsed : whileIdle;
    }
}
