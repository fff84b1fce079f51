using Npgsql;

namespace Gitproc.Fleet.Database;

/// <summary>Which machines of the fleet are best placed for a run.</summary>
internal static class PlaceQuery
{
    // The copies of checkouts are seconds old. What this machine has sent away meanwhile is not in them: it takes the
    // free checkouts first, and counts as work.
    private const string Sql =
        """
        WITH sent AS (
            SELECT machine, count(*) AS runs, count(*) FILTER (WHERE is_new) AS new_runs
            FROM unnest($4::text[], $5::boolean[]) AS run(machine, is_new) GROUP BY machine),
        checkouts AS (
            SELECT machine, count(*) AS all,
                count(*) FILTER (WHERE state = 'Free') AS free,
                count(*) FILTER (WHERE state = 'Free' AND commit_id = $2) AS at_commit,
                count(*) FILTER (WHERE state <> 'Free') AS held,
                max(used_at) FILTER (WHERE state = 'Free') AS used_at
            FROM gitproc.checkout_view WHERE repository = $1 GROUP BY machine),
        known AS (
            SELECT view.name, coalesce(nullif(facts->>'sshHost', ''), view.name) AS host,
                CASE WHEN NOT is_beating THEN 'it is silent'
                    WHEN is_drained THEN 'it is drained'
                    WHEN NOT 'run' = ANY (string_to_array(coalesce(facts->>'allow', ''), ' '))
                        THEN 'it lets nobody run commands there (gitproc.allow)'
                END AS why_not,
                coalesce(checkouts.free, 0) - coalesce(new_runs, 0) AS free,
                coalesce(at_commit, 0) - coalesce(new_runs, 0) AS at_commit,
                coalesce(held, 0) + coalesce(new_runs, 0) AS held,
                coalesce(checkouts.all, 0) + coalesce(new_runs, 0) AS all,
                used_at,
                EXISTS (SELECT FROM gitproc.base_view WHERE machine = view.name AND repository = $1) AS has_base,
                (facts->>'maxLocked')::integer AS max_locked,
                (facts->>'maxCheckouts')::integer AS max_checkouts,
                (greatest(locked - coalesce(runs, 0) + coalesce(new_runs, 0), 0) + coalesce(runs, 0))::float
                    / greatest(coalesce((facts->>'maxLocked')::integer, (facts->>'processors')::integer, 1), 1) AS load
            FROM gitproc.machine_view AS view
            LEFT JOIN sent ON sent.machine = view.name
            LEFT JOIN checkouts ON checkouts.machine = view.name
            WHERE view.name <> ALL ($3::text[]) AND ($6::text IS NULL OR view.name = $6)),
        placed AS (
            SELECT *,
                coalesce(held >= max_locked OR (free <= 0 AND known.all >= max_checkouts), false) AS is_full,
                CASE WHEN at_commit > 0 THEN 1 WHEN free > 0 THEN 2 WHEN has_base THEN 3 ELSE 4 END AS rank
            FROM known)
        SELECT coalesce(json_agg(json_build_object('machine', name, 'host', host, 'isFull', is_full, 'whyNot', why_not,
            'reason', CASE
                WHEN is_full THEN 'all are full, and it has the least work'
                WHEN rank = 1 THEN 'it has a free checkout at the commit'
                WHEN rank = 2 THEN 'it has a free checkout'
                WHEN rank = 3 THEN 'it has the base repository'
                ELSE 'it has the least work' END)
            ORDER BY why_not IS NOT NULL, is_full, CASE WHEN is_full THEN 0 ELSE rank END, load,
                used_at DESC NULLS LAST, random()), '[]')::text
        FROM placed
        """;

    /// <param name="repository">The key of the repository.</param>
    /// <param name="commit">The commit that is wanted; null if it is not known.</param>
    /// <param name="except">Machines that are out of question.</param>
    /// <param name="sent">
    /// Where the runs are that this machine has sent away, and whether each is newer than the copies of checkouts.
    /// </param>
    /// <param name="machine">The only machine that is meant; null for any.</param>
    /// <returns>
    /// A JSON array, the best first, of <c>machine</c>, <c>host</c>, <c>reason</c>, <c>isFull</c>, and <c>whyNot</c>
    /// for those that are out, which are last.
    /// </returns>
    public static string Places(
        this FleetDatabase database,
        string repository,
        string? commit,
        IReadOnlyList<string> except,
        IReadOnlyList<(string Machine, bool IsNew)> sent,
        string? machine) => database.With(connection =>
    {
        using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new() { Value = repository },
                Text(commit),
                new() { Value = except.ToArray() },
                new() { Value = sent.Select(run => run.Machine).ToArray() },
                new() { Value = sent.Select(run => run.IsNew).ToArray() },
                Text(machine),
            },
        };
        return (string)command.ExecuteScalar()!;
    });

    private static NpgsqlParameter Text(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
