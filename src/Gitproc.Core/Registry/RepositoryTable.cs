using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <param name="Url">The URL its base repository is fetched from, without a password.</param>
internal sealed record RepositoryRow(long Id, string Key, string Url, string Base);

/// <summary>The statements on repositories.</summary>
internal sealed class RepositoryTable(SqliteConnection connection)
{
    private const string Columns = "id, key, url, base";

    // Not one of a repository that was removed: the history names it, and an acquire may be about to put it back.
    private const string NewId =
        "1 + max(ifnull((SELECT max(id) FROM repository), 0), ifnull((SELECT max(repository_id) FROM event), 0))";

    public List<RepositoryRow> All() => connection.Query($"SELECT {Columns} FROM repository ORDER BY key", Read);

    /// <returns>The row; null if the pool does not know it.</returns>
    public RepositoryRow? Find(string key) => connection
        .Query($"SELECT {Columns} FROM repository WHERE key = $key", Read, ("$key", key))
        .SingleOrDefault();

    /// <summary>The repository of a checkout.</summary>
    public RepositoryRow Of(CheckoutRow checkout) => Find(checkout.RepositoryKey) ?? throw new GitprocException(
        ErrorReason.DatabaseNotUsable,
        $"The pool's database has {checkout.Name}, but not its repository {checkout.RepositoryKey}.",
        checkout.Name)
    {
        Hint = new(" To put it right: ", "repair"),
    };

    /// <summary>
    /// The repositories whose key has a last part, in either case of letters. Keys of bare local repositories end in
    /// <c>.git</c>; they are found too.
    /// </summary>
    /// <param name="name">The last part, without <c>.git</c>.</param>
    public List<RepositoryRow> FindByName(string name) =>
        connection.Query(
            $"SELECT {Columns} FROM repository WHERE name COLLATE NOCASE IN ($name, $name || '.git') ORDER BY key",
            Read,
            ("$name", name));

    /// <summary>Adds a repository, or finds the one that another process has added meanwhile.</summary>
    /// <param name="url">The URL, without a password.</param>
    public RepositoryRow Add(string key, string url, string baseFolder)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Looking for a new id reads the history.
            if (Find(key) is { } row)
                return row;
            // On Windows and macOS, folders whose names differ only in case are the same.
            var folder = attempt == 1 ? baseFolder : $"{baseFolder[..^".git".Length]}+{attempt}.git";
            connection.Execute(
                $"""
                INSERT INTO repository (id, key, name, url, base, created_at) VALUES ({NewId}, $key, $name, $url, $base, $now)
                ON CONFLICT DO NOTHING
                """,
                ("$key", key), ("$name", NameOf(key)), ("$url", url), ("$base", folder),
                ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        }
    }

    /// <summary>Restores a repository that was removed since it was read.</summary>
    public void Ensure(RepositoryRow row) => connection.Execute(
        """
        INSERT INTO repository (id, key, name, url, base, created_at) VALUES ($id, $key, $name, $url, $base, $now)
        ON CONFLICT DO NOTHING
        """,
        ("$id", row.Id), ("$key", row.Key), ("$name", NameOf(row.Key)), ("$url", row.Url), ("$base", row.Base),
        ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    /// <summary>Removes a repository that has no checkout, for example because it could not be cloned.</summary>
    public bool RemoveUnused(long id) =>
        connection.Execute(
            "DELETE FROM repository WHERE id = $id AND NOT EXISTS (SELECT 1 FROM checkout WHERE repository_id = $id) AND NOT EXISTS (SELECT 1 FROM waiter WHERE repository_id = $id)",
            ("$id", id)
        ) > 0;

    /// <summary>
    /// The time when somebody last used a repository: acquired, released or renewed a checkout, or fetched.
    /// </summary>
    /// <returns>The time, UTC.</returns>
    public DateTimeOffset LastUse(long id) =>
        connection.Query(
            $"""
            SELECT max(created_at, ifnull(fetched_at, 0), ifnull(tried_at, 0), ifnull((SELECT max(at) FROM event WHERE repository_id = $id AND kind IN
                ({(int)EventKind.Created}, {(int)EventKind.Acquired}, {(int)EventKind.TakenOver}, {(int)
                EventKind.Released}, {(int)EventKind.Forced}, {(int)EventKind.Renewed})), 0))
            FROM repository WHERE id = $id
            """,
            row => Time(row.GetInt64(0))!.Value,
            ("$id", id)
        )[0];

    /// <returns>What is known; all null if there is no such row.</returns>
    public FetchTimes Fetched(long id) => connection
        .Query(
            "SELECT fetched_at, tried_at, fetch_error FROM repository WHERE id = $id",
            row => new FetchTimes(Time(row.GetInt64OrNull(0)), Time(row.GetInt64OrNull(1)), row.GetStringOrNull(2)),
            ("$id", id))
        .SingleOrDefault() ?? new FetchTimes(null, null, null);

    /// <param name="error">Why it failed; null if it did not.</param>
    public void NoteFetch(long id, DateTimeOffset began, string? error) => connection.Execute(
        error is null
            ? """
              UPDATE repository SET fetched_at = $began, tried_at = $began, fetch_error = NULL,
                  fetches = fetches + 1, fetches_took = fetches_took + $took
              WHERE id = $id
              """
            : """
              UPDATE repository SET tried_at = $began, fetch_error = $error, failed_fetches = failed_fetches + 1
              WHERE id = $id
              """,
        ("$id", id), ("$began", began.ToUnixTimeMilliseconds()), ("$error", error),
        ("$took", (long)(DateTimeOffset.UtcNow - began).TotalMilliseconds));

    public List<FetchFigures> Fetches() => connection.Query(
        "SELECT key, fetches, failed_fetches, fetches_took, fetched_at FROM repository ORDER BY key",
        row => new FetchFigures(
            row.GetString(0),
            row.GetInt64(1),
            row.GetInt64(2),
            TimeSpan.FromMilliseconds(row.GetInt64(3)),
            Time(row.GetInt64OrNull(4))));

    /// <summary>Notes a fetch that failed, and whose failure is not for others.</summary>
    public void NoteTry(long id, DateTimeOffset began) => connection.Execute(
        """
        UPDATE repository SET tried_at = $began, fetch_error = NULL, failed_fetches = failed_fetches + 1 WHERE id = $id
        """,
        ("$id", id), ("$began", began.ToUnixTimeMilliseconds()));

    /// <summary>
    /// The repositories of which somebody holds a checkout or has used one since a time, and when the last use was. To
    /// fetch, or to bring a spare up to date, is no use.
    /// </summary>
    public List<(RepositoryRow Row, DateTimeOffset UsedAt)> UsedSince(DateTimeOffset since) => connection.Query(
        """
        SELECT repository.id, key, repository.url, base,
            max(CASE WHEN lease_id IS NULL THEN ifnull(last_used_at, 0) ELSE $now END) AS used
        FROM checkout JOIN repository ON repository.id = repository_id
        GROUP BY repository.id HAVING used >= $since ORDER BY key
        """,
        row => (Read(row), Time(row.GetInt64(4))!.Value),
        ("$since", since.ToUnixTimeMilliseconds()), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    /// <summary>Forgets when a repository was fetched, so that the next acquire fetches.</summary>
    public void ForgetFetch(long id) =>
        connection.Execute(
            "UPDATE repository SET fetched_at = NULL, tried_at = NULL, fetch_error = NULL WHERE id = $id", ("$id", id));

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private static string NameOf(string key) => key[(key.LastIndexOf('/') + 1)..];

    private static RepositoryRow Read(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3));
}

/// <summary>All fetches of a repository since the pool knows it.</summary>
/// <param name="Repository">Its key.</param>
/// <param name="Took">How long those that succeeded took together.</param>
/// <param name="LastAt">When the last one that succeeded began, UTC; null for never.</param>
internal sealed record FetchFigures(
    string Repository, long Succeeded, long Failed, TimeSpan Took, DateTimeOffset? LastAt);

/// <summary>The last fetch of a repository.</summary>
/// <param name="FetchedAt">When the last fetch that succeeded began; null for never.</param>
/// <param name="TriedAt">When the last fetch began, however it ended; null for never.</param>
/// <param name="Error">Why that one failed; null if it did not.</param>
internal sealed record FetchTimes(DateTimeOffset? FetchedAt, DateTimeOffset? TriedAt, string? Error);
