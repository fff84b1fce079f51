using Npgsql;
using NpgsqlTypes;

namespace Gitproc.Fleet.Database;

/// <summary>
/// What the fleet's database shows, as JSON arrays of the types of Gitproc.Model. Thread-safe.
/// </summary>
internal sealed class FleetQueries(FleetDatabase database)
{
    /// <summary>The machines, by name, as <see cref="FleetMachine"/>.</summary>
    public string Machines() => Rows(
        """
        SELECT name, state, is_drained AS "isDrained", beaten_at AS "lastBeatAt", is_beating AS "isBeating", checkouts,
            locked, slots, waiting, facts->>'sshHost' AS "sshHost", facts->>'pool' AS pool, facts->>'system' AS system,
            facts->>'version' AS version, facts->'processors' AS processors, facts->'freeSpace' AS "freeSpace"
        FROM gitproc.machine_view ORDER BY name
        """);

    /// <summary>The limits, by repository, as <see cref="FleetLimit"/>.</summary>
    public string Limits() => Rows(
        """
        SELECT repository, most, held, waiting, unseen_by AS "unseenBy" FROM gitproc.limit_view ORDER BY repository
        """);

    /// <summary>Who waits, in order, as <see cref="FleetWaiter"/>.</summary>
    public string Queue() => Rows(
        "SELECT repository, place, who, machine, since, wanted FROM gitproc.queue_view ORDER BY repository, place");

    /// <summary>The slots that are held, as <see cref="FleetHolder"/>.</summary>
    public string Holders() => Rows(
        """
        SELECT repository, number, fence, who, machine, since, lease AS "leaseId" FROM gitproc.slot_view
        ORDER BY repository, number
        """);

    /// <summary>The checkouts, as <see cref="Checkout"/> with the name of their machine in the fleet.</summary>
    /// <param name="repository">A key or its last parts; null for all.</param>
    /// <param name="most">The most to list; null for no limit.</param>
    /// <param name="isHeld">True for only those that may be held.</param>
    public string Checkouts(string? repository, int? most = null, bool isHeld = false) => Text(
        """
        SELECT coalesce(json_agg(shown || jsonb_build_object('machine', machine) ORDER BY machine, number), '[]')::text
        FROM (SELECT * FROM gitproc.checkout_view
            WHERE ($1::text IS NULL OR repository = $1 OR right(repository, length($1) + 1) = '/' || $1)
                AND NOT ($3 AND state IN ('Free', 'Broken'))
            ORDER BY machine, number LIMIT $2) AS listed
        """,
        OrNull(repository),
        new NpgsqlParameter { Value = (object?)most ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
        new NpgsqlParameter { Value = isHeld });

    /// <summary>The rescues, as <see cref="FleetRescue"/>.</summary>
    public string Rescues() =>
        Rows("SELECT machine, shown AS rescue FROM gitproc.rescue_view ORDER BY shown->>'rescuedAt' DESC");

    /// <summary>The newest events, the newest first, as <see cref="HistoryEvent"/>.</summary>
    /// <param name="repository">A key or its last parts; null for all.</param>
    /// <param name="since">Only from then on; null for all.</param>
    public string History(string? repository, DateTimeOffset? since, int most) => Rows(
        """
        SELECT number AS id, at AS time, kind, coalesce(checkout, '') AS checkout,
            coalesce(repository, '') AS repository, lease AS "leaseId", coalesce(who, '') AS who, why, machine
        FROM gitproc.history_view
        WHERE ($1::text IS NULL OR repository = $1 OR right(repository, length($1) + 1) = '/' || $1)
            AND ($2::timestamptz IS NULL OR at >= $2)
        ORDER BY at DESC LIMIT $3
        """,
        OrNull(repository),
        new NpgsqlParameter
        {
            Value = (object?)since?.UtcDateTime ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        },
        new NpgsqlParameter { Value = most });

    /// <summary>Changes the limit of a repository. Only an operator may.</summary>
    /// <param name="most">The most that may be held; null for no limit.</param>
    public void SetLimit(string repository, int? most) => Text(
        "SELECT gitproc.set_limit($1, $2)::text",
        new NpgsqlParameter { Value = repository },
        new NpgsqlParameter { Value = (object?)most ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });

    /// <summary>Gives a machine no new slots, or gives it slots again. Only an operator may.</summary>
    public void Drain(string machine, bool isOn) => Text(
        "SELECT gitproc.drain($1, $2)::text",
        new NpgsqlParameter { Value = machine },
        new NpgsqlParameter { Value = isOn });

    /// <summary>Takes a machine out of the fleet: the caller's own, or any for an operator.</summary>
    public void Leave(string machine) =>
        Text("SELECT gitproc.leave($1)::text", new NpgsqlParameter { Value = machine });

    private string Rows(string query, params NpgsqlParameter[] parameters) =>
        Text($"SELECT coalesce(json_agg(rows), '[]')::text FROM ({query}) AS rows", parameters);

    private string Text(string sql, params NpgsqlParameter[] parameters) => database.With(connection =>
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return command.ExecuteScalar() as string ?? "";
    });

    private static NpgsqlParameter OrNull(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
