using Gitproc.Git.Reading;
using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>Queries of the checkout table. Only <c>Lifecycle</c> changes it.</summary>
internal sealed class CheckoutTable(SqliteConnection connection)
{
    private static readonly string ShownColumns =
        $"""
        checkout.id, repository_id, (SELECT key FROM repository WHERE id = repository_id), checkout.url, kind, state,
        reason, branch, commit_id, checkout.created_at, last_used_at, lease,
        CASE kind WHEN {(int)CheckoutKind.Worktree} THEN (SELECT base FROM repository WHERE id = repository_id) END
        """;

    public static readonly string Columns = $"{ShownColumns}, last_lease, is_rescued, generation, stamp";

    /// <summary>
    /// Selects the ids of the free checkouts that a request may get: nobody has waited for them longer.
    /// </summary>
    public static readonly string SelectFree =
        $"""
        SELECT id FROM checkout AS free WHERE repository_id = $repository AND state = {(int)CheckoutState.Free}
        AND ($wanted IS NULL OR id = $wanted) AND ($kind IS NULL OR kind = $kind)
        AND NOT EXISTS (SELECT 1 FROM waiter WHERE waiter.repository_id = $repository AND waiter.id < $ticket
                        AND (waiter.checkout_id IS NULL OR waiter.checkout_id = free.id)
                        AND (waiter.kind IS NULL OR waiter.kind = free.kind))
        """;

    private const int ShownCount = 13;

    /// <summary>
    /// All checkouts, by number, for a list of them: there may be thousands, and what only their cleaning asks for is
    /// left out.
    /// </summary>
    public List<CheckoutRow> All() => connection.Query($"SELECT {ShownColumns} FROM checkout ORDER BY id", ReadShown);

    public List<CheckoutRow> OfRepository(long repositoryId) =>
        connection.Query(
            $"SELECT {Columns} FROM checkout WHERE repository_id = $repository ORDER BY id",
            Read,
            ("$repository", repositoryId));

    /// <summary>The checkouts of a repository in which somebody works, and which have refs of their own.</summary>
    public List<long> HeldClones(long repositoryId) => connection.Query(
        $"""
        SELECT id FROM checkout WHERE repository_id = $repository AND state = {(int)CheckoutState.Locked}
        AND kind <> {(int)CheckoutKind.Worktree}
        """,
        row => row.GetInt64(0),
        ("$repository", repositoryId));

    /// <summary>The checkouts of a repository that are held under a label, the last acquired first.</summary>
    public List<CheckoutRow> HeldUnder(string label, long repositoryId) => connection.Query(
        $"""
        SELECT {Columns} FROM checkout WHERE repository_id = $repository AND state = {(int)CheckoutState.Locked}
        AND json_extract(lease, '$.label') = $label ORDER BY last_used_at DESC
        """,
        Read,
        ("$repository", repositoryId), ("$label", label));

    public CheckoutRow? Find(long id) => connection
        .Query($"SELECT {Columns} FROM checkout WHERE id = $id", Read, ("$id", id))
        .SingleOrDefault();

    /// <summary>How many free checkouts there are that a request may get.</summary>
    public int CountFree(long repositoryId, long? wanted, CheckoutKind? kind, long ticket) => connection.Query(
        $"SELECT count(*) FROM ({SelectFree})",
        row => row.GetInt32(0),
        ("$repository", repositoryId), ("$wanted", wanted), ("$kind", (int?)kind), ("$ticket", ticket))[0];

    /// <summary>How many checkouts of a repository are not broken.</summary>
    public int CountUsable(long repositoryId) => connection.Query(
        $"SELECT count(*) FROM checkout WHERE repository_id = $repository AND state <> {(int)CheckoutState.Broken}",
        row => row.GetInt32(0),
        ("$repository", repositoryId))[0];

    /// <summary>
    /// How many free checkouts an acquire of the default branch would give to its caller as they are. Those with the
    /// files of some folders only do not count.
    /// </summary>
    /// <param name="target">The default branch.</param>
    /// <param name="generation">The refs of the last fetch.</param>
    /// <param name="most">Counts no further.</param>
    public int CountReady(long repositoryId, CheckoutKind? kind, Target target, string? generation, int most) =>
        connection.Query(
            $"""
            SELECT count(*) FROM
                (SELECT 1 FROM checkout
                 WHERE repository_id = $repository AND state = {(int)CheckoutState.Free} AND commit_id = $commit
                 AND ($kind IS NULL OR kind = $kind)
                 AND (kind = {(int)CheckoutKind.Worktree} OR (branch IS $branch AND generation IS $generation))
                 AND instr(stamp, '{FileSelection.Separator}') = 0
                 LIMIT $most)
            """,
            row => row.GetInt32(0),
            ("$repository", repositoryId), ("$kind", (int?)kind), ("$commit", target.Commit),
            ("$branch", target.Branch), ("$generation", generation), ("$most", most))[0];

    /// <summary>How many checkouts of a repository nobody holds, clean or not.</summary>
    public int CountUnheld(long repositoryId, CheckoutKind? kind) => connection.Query(
        $"""
        SELECT count(*) FROM checkout WHERE repository_id = $repository AND lease_id IS NULL
        AND state IN ({(int)CheckoutState.Free}, {(int)CheckoutState.Cleaning}) AND ($kind IS NULL OR kind = $kind)
        """,
        row => row.GetInt32(0),
        ("$repository", repositoryId), ("$kind", (int?)kind))[0];

    /// <summary>
    /// The leases on checkouts of a repository in which somebody works; an empty text for one that is held, and whose
    /// holder is not known.
    /// </summary>
    public List<string> Leases(long repositoryId) => connection.Query(
        $"""
        SELECT ifnull(lease_id, '') FROM checkout
        WHERE repository_id = $repository AND (lease_id IS NOT NULL OR state = {(int)CheckoutState.Unknown})
        AND (lease IS NULL OR json_extract(lease, '$.{LeaseJson.MakingReady}') IS NULL)
        """,
        row => row.GetString(0),
        ("$repository", repositoryId));

    /// <summary>The number for a new checkout: one more than the greatest there is.</summary>
    public long NextId() => connection.Query("SELECT ifnull(max(id), 0) + 1 FROM checkout", row => row.GetInt64(0))[0];

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static CheckoutRow Read(SqliteDataReader row) => ReadShown(row) with
    {
        LastLease = row.IsDBNull(ShownCount) ? null : LeaseJson.Read(row.GetString(ShownCount)),
        IsRescued = row.GetBoolean(ShownCount + 1),
        Generation = row.GetStringOrNull(ShownCount + 2),
        Stamp = row.GetStringOrNull(ShownCount + 3),
    };

    private static CheckoutRow ReadShown(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        RepositoryId = row.GetInt64(1),
        RepositoryKey = row.GetString(2),
        Url = row.GetString(3),
        Kind = (CheckoutKind)row.GetInt32(4),
        State = (CheckoutState)row.GetInt32(5),
        Reason = row.GetStringOrNull(6),
        Branch = row.GetStringOrNull(7),
        Commit = row.GetStringOrNull(8),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)),
        LastUsedAt = row.GetInt64OrNull(10) is { } used ? DateTimeOffset.FromUnixTimeMilliseconds(used) : null,
        Lease = row.IsDBNull(11) ? null : LeaseJson.Read(row.GetString(11)),
        SharedBase = row.GetStringOrNull(12),
    };
}
