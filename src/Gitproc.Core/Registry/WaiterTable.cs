using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <param name="CheckoutId">The only checkout that will do; null for any of the repository.</param>
/// <param name="Ticket">The name of the file that its process keeps locked.</param>
internal sealed record WaiterRow(long Id, long? CheckoutId, string Ticket, string Who);

/// <summary>A row of the queue with its repository and time, for a view.</summary>
/// <param name="CheckoutId">The only checkout that will do; null for any of the repository.</param>
/// <param name="Ticket">The name of the file that its process keeps locked.</param>
/// <param name="Since">Since when, in UTC.</param>
internal sealed record SeenWaiterRow(
    long RepositoryId, long? CheckoutId, string Ticket, string Who, DateTimeOffset Since);

/// <summary>The statements on who waits for a checkout.</summary>
internal sealed class WaiterTable(SqliteConnection connection)
{
    /// <param name="checkoutId">The only one that will do; null for any.</param>
    /// <param name="kind">The only kind that will do; null for any.</param>
    /// <param name="ticket">The name of the file that it keeps locked.</param>
    public long Add(long repositoryId, long? checkoutId, CheckoutKind? kind, string ticket, string who) =>
        connection.Query(
            """
            INSERT INTO waiter (repository_id, checkout_id, kind, ticket, who, since)
            VALUES ($repository, $checkout, $kind, $ticket, $who, $now) RETURNING id
            """,
            row => row.GetInt64(0),
            ("$repository", repositoryId),
            ("$checkout", checkoutId),
            ("$kind", (int?)kind),
            ("$ticket", ticket),
            ("$who", who),
            ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())
        )[0];

    /// <summary>
    /// Those who wait for what a caller wants and came before it. A waiter for less than the caller takes is not
    /// before it.
    /// </summary>
    /// <param name="checkoutId">The only checkout that will do for the caller; null for any.</param>
    /// <param name="kind">The only kind that will do for the caller; null for any.</param>
    public List<WaiterRow> Before(long repositoryId, long? checkoutId, CheckoutKind? kind, long before) =>
        connection.Query(
            """
            SELECT id, checkout_id, ticket, who FROM waiter
            WHERE repository_id = $repository AND id < $before AND (checkout_id IS NULL OR checkout_id = $checkout) AND (kind IS NULL OR kind = $kind)
            ORDER BY id
            """,
            row => new WaiterRow(row.GetInt64(0), row.GetInt64OrNull(1), row.GetString(2), row.GetString(3)),
            ("$repository", repositoryId),
            ("$checkout", checkoutId),
            ("$kind", (int?)kind),
            ("$before", before));

    /// <summary>All who wait for a repository and came before a place.</summary>
    public List<WaiterRow> AllBefore(long repositoryId, long before) =>
        connection.Query(
            "SELECT id, checkout_id, ticket, who FROM waiter WHERE repository_id = $repository AND id < $before ORDER BY id",
            row => new WaiterRow(row.GetInt64(0), row.GetInt64OrNull(1), row.GetString(2), row.GetString(3)),
            ("$repository", repositoryId),
            ("$before", before));

    public List<SeenWaiterRow> All() =>
        connection.Query(
            "SELECT repository_id, checkout_id, ticket, who, since FROM waiter ORDER BY id",
            row => new SeenWaiterRow(
                row.GetInt64(0),
                row.GetInt64OrNull(1),
                row.GetString(2),
                row.GetString(3),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4))));

    public bool Exists(long id) =>
        connection.Query("SELECT id FROM waiter WHERE id = $id", row => row.GetInt64(0), ("$id", id)) is [_];

    public void Remove(long id) => connection.Execute("DELETE FROM waiter WHERE id = $id", ("$id", id));
}
