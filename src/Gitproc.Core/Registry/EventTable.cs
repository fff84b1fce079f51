using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>The statements on events of checkouts and leases.</summary>
internal sealed class EventTable(SqliteConnection connection)
{
    // Old ones go once in so many, so that most changes need no further statement.
    private const int BetweenTrims = 50;

    /// <param name="leaseId">The lease it is about; null for none.</param>
    /// <param name="why">Why, in a few words; null where the kind says it all.</param>
    /// <param name="limits">What is kept; null to take nothing away now.</param>
    /// <param name="times">How long the caller's operation has taken; null if no caller waits for it.</param>
    /// <returns>The number of the event.</returns>
    public long Add(
        EventKind kind,
        CheckoutRow checkout,
        string? leaseId,
        string who,
        string? why,
        HistoryLimits? limits,
        EventTimes? times = null)
    {
        var now = DateTimeOffset.UtcNow;
        var id = Insert(kind, checkout, leaseId, who, why, now, times);
        if (limits is not null && id % BetweenTrims == 0)
        {
            // What the fleet has not got yet stays, but not without end.
            connection.Execute(
                """
                DELETE FROM event WHERE (id <= $id - $most OR at < $oldest)
                    AND id <= max($id - 10 * $most, (SELECT iif(machine IS NULL, $id, delivered) FROM fleet))
                """,
                ("$id", id),
                ("$most", limits.MaxCount),
                ("$oldest", now.ToUnixTimeMilliseconds() - (long)limits.MaxAge.TotalMilliseconds));
        }

        return id;
    }

    /// <summary>Notes that the operation of an event has taken longer, because it went on after the event.</summary>
    public void NoteTook(long id, TimeSpan took) => connection.Execute(
        "UPDATE event SET took = $took WHERE id = $id", ("$id", id), ("$took", (long)took.TotalMilliseconds));

    /// <summary>Adds an event and says of it what depends on its number.</summary>
    /// <param name="why">Why, in a few words, by the number of the event.</param>
    /// <returns>The number of the event.</returns>
    public long Add(EventKind kind, CheckoutRow checkout, string? leaseId, string who, Func<long, string> why)
    {
        var id = Insert(kind, checkout, leaseId, who, why: null, DateTimeOffset.UtcNow);
        connection.Execute("UPDATE event SET why = $why WHERE id = $id", ("$id", id), ("$why", why(id)));
        return id;
    }

    /// <summary>The oldest events after one, in order.</summary>
    public List<HistoryEvent> After(long id, int most) => connection.Query(
        """
        SELECT id, at, kind, checkout_id, (SELECT key FROM repository WHERE id = repository_id), lease_id, who, why FROM event
        WHERE id > $id ORDER BY id LIMIT $most
        """,
        Read,
        ("$id", id),
        ("$most", most));

    /// <summary>The events after one, in order, and some before it once more, with how long a caller waited.</summary>
    /// <param name="again">The numbers of those before it.</param>
    public List<TimedEvent> Timed(long after, IEnumerable<long> again) => connection.Query(
        $"""
        SELECT event.id, at, event.kind, ifnull((SELECT key FROM repository WHERE id = event.repository_id), ''), took,
            waited,
            EXISTS (SELECT 1 FROM checkout WHERE id = event.checkout_id AND state = {(int)CheckoutState.Cleaning}
                AND (checkout.lease_id IS NULL OR checkout.lease_id = event.lease_id))
        FROM event WHERE event.id > $after OR event.id IN (SELECT value FROM json_each($again)) ORDER BY event.id
        """,
        row => new TimedEvent(
            row.GetInt64(0),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
            (EventKind)row.GetInt32(2),
            row.GetString(3),
            Duration(row.GetInt64OrNull(4)),
            Duration(row.GetInt64OrNull(5)),
            row.GetBoolean(6)),
        ("$after", after), ("$again", $"[{string.Join(',', again)}]"));

    /// <summary>The numbers of the oldest and the newest event; null if there is none.</summary>
    public (long Oldest, long Newest)? Range() => connection.Query(
        "SELECT min(id), max(id) FROM event",
        row => row.IsDBNull(0) ? ((long, long)?)null : (row.GetInt64(0), row.GetInt64(1)))[0];

    /// <param name="checkoutId">Only of this checkout; null for all.</param>
    /// <param name="repositoryId">Only of this repository; null for all.</param>
    /// <param name="since">Only from then on; null for all.</param>
    public List<HistoryEvent> Newest(long? checkoutId, long? repositoryId, DateTimeOffset? since, int most) =>
        connection.Query(
            """
            SELECT id, at, kind, checkout_id, (SELECT key FROM repository WHERE id = repository_id), lease_id, who, why FROM event
            WHERE ($checkout IS NULL OR checkout_id = $checkout) AND ($repository IS NULL OR repository_id = $repository)
                  AND ($since IS NULL OR at >= $since)
            ORDER BY id DESC LIMIT $most
            """,
            Read,
            ("$checkout", checkoutId),
            ("$repository", repositoryId),
            ("$since", since?.ToUnixTimeMilliseconds()),
            ("$most", most));

    private static TimeSpan? Duration(long? milliseconds) =>
        milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null;

    private long Insert(
        EventKind kind,
        CheckoutRow checkout,
        string? leaseId,
        string who,
        string? why,
        DateTimeOffset at,
        EventTimes? times = null) =>
        connection.Query(
            """
            INSERT INTO event (at, kind, checkout_id, repository_id, lease_id, who, why, took, waited)
            VALUES ($at, $kind, $checkout, $repository, $lease, $who, $why, $took, $waited) RETURNING id
            """,
            row => row.GetInt64(0),
            ("$at", at.ToUnixTimeMilliseconds()), ("$kind", (int)kind), ("$checkout", checkout.Id),
            ("$repository", checkout.RepositoryId), ("$lease", leaseId), ("$who", who), ("$why", why),
            ("$took", (long?)times?.Took.TotalMilliseconds), ("$waited", (long?)times?.Waited?.TotalMilliseconds))[0];

    private static HistoryEvent Read(SqliteDataReader row) => new(
        row.GetInt64(0),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        (EventKind)row.GetInt32(2),
        CheckoutName.Of(row.GetInt64(3)),
        row.GetStringOrNull(4) ?? "",
        row.GetStringOrNull(5),
        row.GetString(6),
        row.GetStringOrNull(7));
}

/// <summary>How long a caller has waited for an operation.</summary>
/// <param name="Took">From its beginning on.</param>
/// <param name="Waited">In the queue; null if it did not wait there.</param>
internal sealed record EventTimes(TimeSpan Took, TimeSpan? Waited);

/// <summary>An event, and how long a caller waited for it.</summary>
/// <param name="Took">How long the operation took; null if that was not noted.</param>
/// <param name="Waited">How long it waited in the queue; null for not at all.</param>
/// <param name="IsCleaned">True if its checkout is still cleaned, so that it may take longer.</param>
internal sealed record TimedEvent(
    long Id, DateTimeOffset At, EventKind Kind, string Repository, TimeSpan? Took, TimeSpan? Waited, bool IsCleaned);

/// <summary>How much history is kept.</summary>
internal sealed record HistoryLimits(int MaxCount, TimeSpan MaxAge)
{
    /// <summary>The default.</summary>
    public static HistoryLimits Default { get; } = new(10_000, TimeSpan.FromDays(90));
}
