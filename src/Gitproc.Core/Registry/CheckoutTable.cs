using Gitproc.Git.Untrusted;
using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>The statements on checkouts. Each is one step; what belongs together is put in a transaction by the caller.</summary>
internal sealed class CheckoutTable(SqliteConnection connection)
{
    private const string ShownColumns =
        """
        checkout.id, repository_id, (SELECT key FROM repository WHERE id = repository_id), checkout.url, kind, state,
        reason, branch, commit_id, checkout.created_at, last_used_at, lease,
        CASE kind WHEN 1 THEN (SELECT base FROM repository WHERE id = repository_id) END
        """;

    private const string Columns = $"{ShownColumns}, last_lease, is_rescued, generation, stamp";

    private const int ShownCount = 13;

    /// <summary>All checkouts, by number, for a list of them: there may be thousands, and what only their cleaning asks for is left out.</summary>
    public List<CheckoutRow> All() => connection.Query($"SELECT {ShownColumns} FROM checkout ORDER BY id", ReadShown);

    /// <summary>The checkouts of a repository, by number.</summary>
    public List<CheckoutRow> OfRepository(long repositoryId) => connection.Query(
        $"SELECT {Columns} FROM checkout WHERE repository_id = $repository ORDER BY id", Read, ("$repository", repositoryId));

    /// <summary>The clones of a repository in which somebody works.</summary>
    public List<long> HeldClones(long repositoryId) => connection.Query(
        $"SELECT id FROM checkout WHERE repository_id = $repository AND state = {(int)CheckoutState.Locked} AND kind = {(int)CheckoutKind.Clone}",
        row => row.GetInt64(0),
        ("$repository", repositoryId));

    /// <summary>One checkout.</summary>
    public CheckoutRow? Find(long id) => connection
        .Query($"SELECT {Columns} FROM checkout WHERE id = $id", Read, ("$id", id))
        .SingleOrDefault();

    /// <summary>
    /// Leases a free checkout of a repository that nobody has waited for longer: one that is at the commit, else any; of
    /// these the one that was used last.
    /// </summary>
    /// <param name="wanted">The only checkout that will do; null for any.</param>
    /// <param name="kind">The kind that it must be of; null for any.</param>
    /// <param name="commit">The commit that is likely wanted; null when that is not known.</param>
    public CheckoutRow? TakeFree(long repositoryId, long? wanted, CheckoutKind? kind, string? commit, long ticket, Lease lease) => connection
        .Query(
            $"""
            UPDATE checkout SET state = {(int)CheckoutState.Locked}, {SetLease}
            WHERE id = ifnull(({SelectFree} AND commit_id = $commit ORDER BY last_used_at DESC LIMIT 1), ({SelectFree} ORDER BY last_used_at DESC LIMIT 1))
            RETURNING {Columns}
            """,
            Read,
            [("$repository", repositoryId), ("$wanted", wanted), ("$kind", (int?)kind), ("$commit", commit), ("$ticket", ticket), .. LeaseParameters(lease)])
        .SingleOrDefault();

    /// <summary>How many free checkouts there are that <see cref="TakeFree"/> may take.</summary>
    /// <param name="wanted">The only checkout that will do; null for any.</param>
    /// <param name="kind">The kind that it must be of; null for any.</param>
    public int CountFree(long repositoryId, long? wanted, CheckoutKind? kind, long ticket) => connection.Query(
        $"SELECT count(*) FROM ({SelectFree})",
        row => row.GetInt32(0),
        ("$repository", repositoryId), ("$wanted", wanted), ("$kind", (int?)kind), ("$ticket", ticket))[0];

    /// <summary>How many checkouts of a repository are not broken.</summary>
    public int CountUsable(long repositoryId) => connection.Query(
        $"SELECT count(*) FROM checkout WHERE repository_id = $repository AND state <> {(int)CheckoutState.Broken}",
        row => row.GetInt32(0),
        ("$repository", repositoryId))[0];

    /// <summary>Leases a checkout that is to be cleaned and that nobody has a lease on.</summary>
    /// <returns>The row with its lease; null when it is not so any more.</returns>
    public CheckoutRow? TakeUnclean(long id, Lease lease) => connection
        .Query(
            $"UPDATE checkout SET {SetLease} WHERE id = $id AND state = {(int)CheckoutState.Cleaning} AND lease_id IS NULL RETURNING {Columns}",
            Read,
            [("$id", id), .. LeaseParameters(lease)])
        .SingleOrDefault();

    /// <summary>Gives a checkout whose lease is over a new one. It has to be cleaned first.</summary>
    /// <returns>The row with its lease; null when the lease that was seen is no more.</returns>
    public CheckoutRow? TakeOver(long id, string seenLeaseId, Lease lease) => connection
        .Query(
            $"""
            UPDATE checkout SET {SetUnclean}, {SetLease} WHERE id = $id AND lease_id = $seen RETURNING {Columns}
            """,
            Read,
            [("$id", id), ("$seen", seenLeaseId), .. LeaseParameters(lease)])
        .SingleOrDefault();

    /// <summary>Notes that a leased checkout is about to be changed, and is not clean until that is done.</summary>
    /// <returns>The row; null when the lease is no more.</returns>
    public CheckoutRow? BeginCleaning(long id, string leaseId, bool isWorked) => connection
        .Query(
            $"""
            UPDATE checkout SET state = {(int)CheckoutState.Cleaning}, is_rescued = $rescued WHERE id = $id AND lease_id = $lease RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$lease", leaseId), ("$rescued", !isWorked))
        .SingleOrDefault();

    /// <summary>Notes that what the last holder left is rescued.</summary>
    public void SetRescued(long id) => connection.Execute(
        $"UPDATE checkout SET is_rescued = 1 WHERE id = $id AND state IN ({(int)CheckoutState.Cleaning}, {(int)CheckoutState.Locked})", ("$id", id));

    /// <summary>Notes that a checkout is clean: it is its lease's owner's, or free.</summary>
    /// <param name="leaseId">The lease on it; null for none.</param>
    /// <returns>The row; null when the lease is no more, or somebody has one.</returns>
    public CheckoutRow? EndCleaning(long id, string? leaseId, Head head, string? generation, string stamp) => connection
        .Query(
            $"""
            UPDATE checkout SET state = CASE WHEN lease_id IS NULL THEN {(int)CheckoutState.Free} ELSE {(int)CheckoutState.Locked} END,
                branch = $branch, commit_id = $commit, generation = $generation, stamp = $stamp, last_lease = NULL, is_rescued = 0
            WHERE id = $id AND lease_id IS $lease AND state IN ({(int)CheckoutState.Cleaning}, {(int)CheckoutState.Locked}) RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$lease", leaseId), ("$branch", head.Branch), ("$commit", head.Commit), ("$generation", generation), ("$stamp", stamp))
        .SingleOrDefault();

    /// <summary>Takes a lease back whose owner has not got the checkout yet.</summary>
    /// <returns>The row; null when the lease is no more.</returns>
    public CheckoutRow? GiveBack(long id, string leaseId) => connection
        .Query(
            $"""
            UPDATE checkout SET state = CASE state WHEN {(int)CheckoutState.Locked} THEN {(int)CheckoutState.Free} ELSE state END, {ClearLease}
            WHERE id = $id AND lease_id = $lease AND state IN ({(int)CheckoutState.Locked}, {(int)CheckoutState.Cleaning}) RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$lease", leaseId))
        .SingleOrDefault();

    /// <summary>Gives a checkout a new lease in the place of another one. The state stays.</summary>
    /// <returns>The row with its lease; null when the lease that was seen is no more.</returns>
    public CheckoutRow? ReplaceLease(long id, string seenLeaseId, Lease lease) => connection
        .Query(
            $"UPDATE checkout SET {SetLease} WHERE id = $id AND lease_id = $seen RETURNING {Columns}",
            Read,
            [("$id", id), ("$seen", seenLeaseId), .. LeaseParameters(lease)])
        .SingleOrDefault();

    /// <summary>The number for a new checkout: one more than the greatest there is.</summary>
    public long NextId() => connection.Query("SELECT ifnull(max(id), 0) + 1 FROM checkout", row => row.GetInt64(0))[0];

    /// <summary>Adds a checkout that is about to be made.</summary>
    public CheckoutRow Add(long id, long repositoryId, string url, CheckoutKind kind, Lease lease) => connection
        .Query(
            $"""
            INSERT INTO checkout (id, repository_id, url, kind, state, created_at, last_used_at, lease_id, lease)
            VALUES ($id, $repository, $url, {(int)kind}, {(int)CheckoutState.Creating}, $now, $now, $lease, $json)
            RETURNING {Columns}
            """,
            Read,
            [("$id", id), ("$repository", repositoryId), ("$url", url), .. LeaseParameters(lease)])
        .Single();

    /// <summary>Turns a held checkout whose folder is gone into one that is about to be made.</summary>
    public void BeginCreation(long id, string leaseId, string url) => connection.Execute(
        $"UPDATE checkout SET state = {(int)CheckoutState.Creating}, url = $url WHERE id = $id AND lease_id = $lease",
        ("$id", id), ("$lease", leaseId), ("$url", url));

    /// <summary>Notes that a checkout is made and handed to its lease's owner.</summary>
    /// <returns>The row; null when the lease is no more.</returns>
    public CheckoutRow? EndCreation(long id, string leaseId, Head head, string? generation, string stamp) => connection
        .Query(
            $"""
            UPDATE checkout SET state = {(int)CheckoutState.Locked}, branch = $branch, commit_id = $commit, created_at = $now,
                generation = $generation, stamp = $stamp, last_lease = NULL, is_rescued = 0
            WHERE id = $id AND lease_id = $lease RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$lease", leaseId), ("$branch", head.Branch), ("$commit", head.Commit), ("$generation", generation),
            ("$stamp", stamp), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()))
        .SingleOrDefault();

    /// <summary>Changes the recorded URL of a held checkout.</summary>
    public void SetUrl(long id, string leaseId, string url) => connection.Execute(
        "UPDATE checkout SET url = $url WHERE id = $id AND lease_id = $lease", ("$id", id), ("$lease", leaseId), ("$url", url));

    /// <summary>Takes a checkout that could not be made off the table.</summary>
    public void Remove(long id, string leaseId) => connection.Execute(
        "DELETE FROM checkout WHERE id = $id AND lease_id = $lease", ("$id", id), ("$lease", leaseId));

    /// <summary>Sets a checkout aside.</summary>
    /// <param name="leaseId">The lease on it; null for none.</param>
    public bool SetAside(long id, string? leaseId, string reason) => connection.Execute(
        $"UPDATE checkout SET state = {(int)CheckoutState.Broken}, reason = $reason, {ClearLease} WHERE id = $id AND lease_id IS $lease",
        ("$id", id), ("$lease", leaseId), ("$reason", reason)) > 0;

    /// <summary>Gives a checkout to whom it says that it belongs.</summary>
    /// <returns>The row with its lease; null when the lease that was seen is no more.</returns>
    public CheckoutRow? GiveTo(long id, string seenLeaseId, Lease lease) => connection
        .Query(
            $"""
            UPDATE checkout SET state = {(int)CheckoutState.Locked}, last_lease = NULL, is_rescued = 0, {SetLease}
            WHERE id = $id AND lease_id = $seen RETURNING {Columns}
            """,
            Read,
            [("$id", id), ("$seen", seenLeaseId), .. LeaseParameters(lease)])
        .SingleOrDefault();

    /// <summary>Ends a lease. The checkout has to be cleaned before somebody else can have it.</summary>
    /// <returns>The row; null when the lease that was seen is no more.</returns>
    public CheckoutRow? Release(long id, string leaseId, Head head) => connection
        .Query(
            $"""
            UPDATE checkout SET {SetUnclean}, branch = $branch, commit_id = $commit, last_used_at = $now, {ClearLease}
            WHERE id = $id AND lease_id = $lease AND state IN ({(int)CheckoutState.Locked}, {(int)CheckoutState.Cleaning}) RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$lease", leaseId), ("$branch", head.Branch), ("$commit", head.Commit),
            ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()))
        .SingleOrDefault();

    /// <summary>Adds a checkout that is there already.</summary>
    /// <param name="lease">The lease on it; null for none that is known.</param>
    public CheckoutRow Adopt(long id, long repositoryId, string url, CheckoutKind kind, CheckoutState state, Lease? lease, Head head) => connection
        .Query(
            $"""
            INSERT INTO checkout (id, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id, lease)
            VALUES ($id, $repository, $url, {(int)kind}, $state, $branch, $commit, $now, $now, $lease, $json)
            RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$repository", repositoryId), ("$url", url), ("$state", (int)state), ("$branch", head.Branch),
            ("$commit", head.Commit), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            ("$lease", lease?.Id), ("$json", lease is null ? null : LeaseJson.Write(lease)))
        .Single();

    /// <summary>Takes a checkout that nobody holds off the table.</summary>
    public bool RemoveUnheld(long id) => connection.Execute(
        $"DELETE FROM checkout WHERE id = $id AND lease_id IS NULL AND state IN ({(int)CheckoutState.Free}, {(int)CheckoutState.Cleaning}, {(int)CheckoutState.Broken})", ("$id", id)) > 0;

    /// <summary>
    /// Takes a checkout that nobody works in out of use: whoever has its lock may change its folder, and it has to be cleaned
    /// before somebody else can have it.
    /// </summary>
    /// <param name="seenLeaseId">The lease of one that was not made to the end; null for none.</param>
    /// <returns>The row; null when somebody holds it by now.</returns>
    public CheckoutRow? TakeOutOfUse(long id, string? seenLeaseId) => connection
        .Query(
            $"""
            UPDATE checkout SET state = {(int)CheckoutState.Cleaning}, is_rescued = CASE state WHEN {(int)CheckoutState.Cleaning} THEN is_rescued ELSE 0 END,
                reason = NULL, generation = NULL, {ClearLease}
            WHERE id = $id AND lease_id IS $seen AND state <> {(int)CheckoutState.Locked} RETURNING {Columns}
            """,
            Read,
            ("$id", id), ("$seen", seenLeaseId))
        .SingleOrDefault();

    /// <summary>Takes what is known of a holder off a checkout whatever it was: it has to be cleaned.</summary>
    public CheckoutRow SetUnheld(long id) => connection
        .Query($"UPDATE checkout SET {SetUnclean}, {ClearLease} WHERE id = $id RETURNING {Columns}", Read, ("$id", id))
        .Single();

    private const string SelectFree =
        """
        SELECT id FROM checkout AS free WHERE repository_id = $repository AND state = 0 AND ($wanted IS NULL OR id = $wanted)
        AND ($kind IS NULL OR kind = $kind)
        AND NOT EXISTS (SELECT 1 FROM waiter WHERE waiter.repository_id = $repository AND waiter.id < $ticket
                        AND (waiter.checkout_id IS NULL OR waiter.checkout_id = free.id)
                        AND (waiter.kind IS NULL OR waiter.kind = free.kind))
        """;

    // What the last holder left is rescued once: a lease that ends before that was done changes nothing of it. The stamp of
    // when it was clean stays: it tells what has changed since.
    private const string SetUnclean =
        """
        is_rescued = CASE state WHEN 5 THEN is_rescued ELSE 0 END, last_lease = CASE state WHEN 5 THEN last_lease ELSE lease END,
        generation = NULL, state = 5
        """;

    private const string SetLease = "lease_id = $lease, lease = $json, last_used_at = $now";

    private const string ClearLease = "lease_id = NULL, lease = NULL";

    private static (string Name, object? Value)[] LeaseParameters(Lease lease) =>
    [
        ("$lease", lease.Id), ("$json", LeaseJson.Write(lease)), ("$now", lease.AcquiredAt.ToUnixTimeMilliseconds()),
    ];

    private static CheckoutRow Read(SqliteDataReader row) => ReadShown(row) with
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
