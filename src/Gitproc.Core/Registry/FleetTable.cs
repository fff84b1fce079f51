using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>What this machine knows of its fleet.</summary>
/// <param name="Pool">A random id of this database. Another one begins when it is made anew.</param>
/// <param name="Machine">The machine's name in the fleet; null if it is in none.</param>
/// <param name="Revision">Which limits it has; -1 for none.</param>
/// <param name="Granted">The highest fence that it has seen.</param>
/// <param name="Delivered">The last event that the fleet has.</param>
internal sealed record FleetRow(string Pool, string? Machine, long Revision, long Granted, long Delivered);

/// <summary>A process that wants slots: an intent, which says which leases it will make.</summary>
/// <param name="Request">A random id.</param>
/// <param name="Repository">The key.</param>
/// <param name="Leases">The ids of the leases.</param>
/// <param name="Ticket">The name of the file that its process keeps locked.</param>
/// <param name="IsWaiting">False if it takes what is free now, or nothing.</param>
internal sealed record SlotRequestRow(
    string Request, string Repository, IReadOnlyList<string> Leases, string Ticket, string Who, bool IsWaiting)
{
    /// <summary>The slots that were granted, one for each lease; none while it has none.</summary>
    public IReadOnlyList<FleetSlot> Slots { get; init; } = [];
}

/// <summary>The statements on the fleet that this machine is in.</summary>
internal sealed class FleetTable(SqliteConnection connection)
{
    private const char Separator = ' ';
    private const string RequestColumns = "request, repository, leases, ticket, who, is_waiting, slots";

    public FleetRow Read() => connection.Query(
        "SELECT pool, machine, revision, granted, delivered FROM fleet",
        row => new FleetRow(
            row.GetString(0), row.GetStringOrNull(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)))[0];

    public void Write(FleetRow row) => connection.Execute(
        """
        UPDATE fleet SET pool = $pool, machine = $machine, revision = $revision, granted = max(granted, $granted),
            delivered = $delivered
        """,
        ("$pool", row.Pool), ("$machine", row.Machine), ("$revision", row.Revision), ("$granted", row.Granted),
        ("$delivered", row.Delivered));

    /// <summary>The most leases of a repository that the fleet may hold; null for any number.</summary>
    public int? LimitOf(string repository) => connection
        .Query("SELECT most FROM fleet_limit WHERE repository = $repository", row => (int?)row.GetInt32(0),
            ("$repository", repository))
        .SingleOrDefault();

    /// <summary>All limits, by repository.</summary>
    public Dictionary<string, int> Limits() => connection
        .Query("SELECT repository, most FROM fleet_limit", row => (Key: row.GetString(0), Most: row.GetInt32(1)))
        .ToDictionary(limit => limit.Key, limit => limit.Most);

    public void ReplaceLimits(IEnumerable<KeyValuePair<string, int>> limits)
    {
        connection.Execute("DELETE FROM fleet_limit");
        foreach (var (repository, most) in limits)
        {
            connection.Execute(
                "INSERT INTO fleet_limit (repository, most) VALUES ($repository, $most)",
                ("$repository", repository), ("$most", most));
        }
    }

    /// <returns>The number of the row.</returns>
    public long Add(SlotRequestRow request) => connection.Query(
        """
        INSERT INTO slot_request (request, repository, leases, ticket, who, is_waiting)
        VALUES ($request, $repository, $leases, $ticket, $who, $waiting) RETURNING id
        """,
        row => row.GetInt64(0),
        ("$request", request.Request), ("$repository", request.Repository),
        ("$leases", string.Join(Separator, request.Leases)), ("$ticket", request.Ticket), ("$who", request.Who),
        ("$waiting", request.IsWaiting))[0];

    /// <summary>
    /// Notes what a request was granted. The fleet's database has to hear of it, should it be restored from an older
    /// backup: then no slot and no fence is given twice.
    /// </summary>
    public void NoteGranted(string request, IReadOnlyList<FleetSlot> slots)
    {
        connection.Execute(
            "UPDATE slot_request SET slots = $slots WHERE request = $request",
            ("$request", request),
            ("$slots", string.Join(
                Separator, slots.Select(slot => FormattableString.Invariant($"{slot.Number}:{slot.Fence}")))));
        connection.Execute(
            "UPDATE fleet SET granted = max(granted, $fence)", ("$fence", slots.Max(slot => slot.Fence)));
    }

    public void Remove(long id) => connection.Execute("DELETE FROM slot_request WHERE id = $id", ("$id", id));

    public void Remove(string request) =>
        connection.Execute("DELETE FROM slot_request WHERE request = $request", ("$request", request));

    public SlotRequestRow? Find(string request) => connection
        .Query($"SELECT {RequestColumns} FROM slot_request WHERE request = $request", ReadRequest, ("$request", request))
        .SingleOrDefault();

    /// <summary>Those who want slots, in the order in which they came.</summary>
    public List<SlotRequestRow> Requests() =>
        connection.Query($"SELECT {RequestColumns} FROM slot_request ORDER BY id", ReadRequest);

    private static SlotRequestRow ReadRequest(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2).Split(Separator), row.GetString(3), row.GetString(4),
        row.GetBoolean(5))
    {
        Slots = row.GetStringOrNull(6) is not { } slots ? [] :
        [
            .. slots.Split(Separator).Select(slot => slot.Split(':')).Select(parts => new FleetSlot(
                int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture))),
        ],
    };
}
