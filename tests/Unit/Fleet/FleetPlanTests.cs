using System.Text.Json;
using Gitproc.Unit.Support;
using Npgsql;

namespace Gitproc.Unit.Fleet;

/// <summary>
/// The plans of the statements that agents make, on a filled database. PostgreSQL says itself how it has run each of
/// them (auto_explain).
/// </summary>
public sealed class FleetPlanTests(FleetServer server) : IClassFixture<FleetServer>
{
    // What 200 machines have, with 20,000 checkouts, 500 limits and 1,000 requests that wait.
    private const string Fill =
        """
        INSERT INTO gitproc.machine (name, role)
        SELECT 'machine-' || n, 'gitproc_machine-' || n FROM generate_series(2, 200) AS n;
        UPDATE gitproc.machine SET state = 'active', beaten_at = clock_timestamp() + interval '1 hour', reported = 0,
            pool = md5(id::text)::uuid, revision = 1;
        INSERT INTO gitproc.repository (key, most, revision)
        SELECT 'example.com/repository-' || n, 8, 1 FROM generate_series(1, 500) AS n;
        INSERT INTO gitproc.slot (repository_id, number, fence, machine_id, lease, request, who, since)
        SELECT r, s, r * 8 + s, 1 + (r * 8 + s) % 200, 'lease-' || r || '-' || s, 'had-' || r || '-' || s, 'somebody',
            clock_timestamp()
        FROM generate_series(1, 500) AS r, generate_series(1, 8) AS s;
        INSERT INTO gitproc.ticket (repository_id, machine_id, request, leases, who)
        SELECT 1 + n % 500, 1 + n % 200, 'request-' || n, ARRAY['wanted-' || n], 'somebody'
        FROM generate_series(1, 1000) AS n;
        INSERT INTO gitproc.checkout (machine_id, number, repository, state, commit_id, used_at, shown)
        SELECT m, n, 'example.com/repository-' || 1 + (m + n) % 500, CASE n % 3 WHEN 0 THEN 'Locked' ELSE 'Free' END,
            md5(n::text), clock_timestamp(), jsonb_build_object('name', 'checkout-' || n, 'path', repeat('x', 300))
        FROM generate_series(1, 200) AS m, generate_series(1, 100) AS n;
        INSERT INTO gitproc.base (machine_id, repository)
        SELECT m, 'example.com/repository-' || n FROM generate_series(1, 200) AS m, generate_series(1, 50) AS n;
        INSERT INTO gitproc.rescue (machine_id, id, shown)
        SELECT m, 'rescue-' || n, '{}' FROM generate_series(1, 200) AS m, generate_series(1, 50) AS n;
        INSERT INTO gitproc.history (machine_id, pool, number, at, kind, repository, lease)
        SELECT m, md5(m::text)::uuid, n, clock_timestamp() - n * interval '1 minute', 'Acquired',
            'example.com/repository-1', md5(n::text)
        FROM generate_series(1, 200) AS m, generate_series(1, 100) AS n;
        SELECT setval('gitproc.grant_number', 100000);
        SELECT gitproc.now_begun();
        UPDATE gitproc.fleet SET machines = 200, revision = 1, is_open = true;
        UPDATE gitproc.machine SET reported = (SELECT incarnation FROM gitproc.fleet);
        ANALYZE;
        """;

    private static readonly string[] Calls =
    [
        "SELECT gitproc.mine(false)",
        "SELECT gitproc.mine(true)",
        "SELECT gitproc.ask('new', 'example.com/repository-7', '{new}', 'me', true)",
        "SELECT gitproc.free('{lease-25-8, lease-50-8}', '{request-1000}')",
        "SELECT gitproc.deliver(md5('1')::uuid, '[{\"number\": 1000, \"at\": \"2026-01-02T03:04:05Z\", \"kind\": \"K\"}]')",
        """
        SELECT gitproc.mirror('[{"number": 1, "repository": "r", "state": "Free", "shown": {}}]', '{3}', NULL, NULL)
        """,
        """
        SELECT gitproc.mirror('[{"number": 1, "repository": "r", "state": "Free", "shown": {}}]', NULL,
            '[{"repository": "example.com/repository-1"}]', '[{"id": "rescue-1"}]')
        """,
        """
        SELECT gitproc.report(
            '[{"lease": "reported", "repository": "example.com/repository-9", "who": "me", "slot": 3, "fence": 99}]')
        """,
        "SELECT gitproc.beat(jsonb_build_object('pool', md5('1'), 'revision', 1))",
        // Of a pool that is made anew.
        "SELECT gitproc.beat(jsonb_build_object('pool', md5('other'), 'revision', 1))",
    ];

    // One beat in two seconds, of one machine, does what all need. It reads of all machines and limits how they are.
    private static readonly string[] ReadByTend = ["machine", "repository"];

    [PostgresFact]
    public void Agents_read_no_table_from_end_to_end()
    {
        using var fleet = Make();
        foreach (var mode in new[] { "auto", "force_generic_plan" })
            Assert.Equal("", string.Join(", ", Scans(fleet.Owner, mode)));
    }

    /// <summary>What this class says of plans is worth something if it finds each index that is not there.</summary>
    [PostgresFact]
    public void Each_index_is_missed()
    {
        using var fleet = Make();
        foreach (var (index, drop) in new[]
        {
            ("ticket_repository", "DROP INDEX gitproc.ticket_repository"),
            ("history_at", "DROP INDEX gitproc.history_at"),
            ("machine_role_key", "ALTER TABLE gitproc.machine DROP CONSTRAINT machine_role_key"),
            ("machine_pkey", "ALTER TABLE gitproc.machine DROP CONSTRAINT machine_pkey CASCADE"),
            ("repository_pkey", "ALTER TABLE gitproc.repository DROP CONSTRAINT repository_pkey CASCADE"),
            ("repository_key_key", "ALTER TABLE gitproc.repository DROP CONSTRAINT repository_key_key"),
            ("slot_machine_id_lease_key", "ALTER TABLE gitproc.slot DROP CONSTRAINT slot_machine_id_lease_key"),
            ("ticket_machine_id_request_key", "ALTER TABLE gitproc.ticket DROP CONSTRAINT ticket_machine_id_request_key"),
            ("history_pkey", "ALTER TABLE gitproc.history DROP CONSTRAINT history_pkey"),
        })
        {
            Assert.True(Scans(fleet.Owner, "auto", drop).Count > 0, $"Nobody misses {index}.");
        }
    }

    private TestFleet Make()
    {
        var fleet = server.Make("a");
        fleet.Owner.Do(Fill);
        return fleet;
    }

    // The tables that the calls of a machine read from end to end, after a change that is undone.
    private static List<string> Scans(NpgsqlConnection session, string mode, string change = "SELECT")
    {
        var scans = new List<string>();
        string[] known = [];
        session.Do("LOAD 'auto_explain'");
        session.Notice += Hear;
        foreach (var call in Calls)
        {
            foreach (var isTending in call.Contains("beat", StringComparison.Ordinal) ? [false, true] : (bool[])[false])
            {
                known = isTending ? ReadByTend : [];
                session.Do("BEGIN");
                session.Do(change);
                session.Do(isTending
                    ? "UPDATE gitproc.fleet SET tended_at = clock_timestamp() - interval '3 seconds'"
                    : "UPDATE gitproc.fleet SET tended_at = clock_timestamp()");
                session.Do(
                    $"""
                    SET LOCAL auto_explain.log_min_duration = 0; SET LOCAL auto_explain.log_nested_statements = on;
                    SET LOCAL auto_explain.log_analyze = on; SET LOCAL auto_explain.log_timing = off;
                    SET LOCAL auto_explain.log_format = json; SET LOCAL auto_explain.log_level = notice;
                    SET LOCAL plan_cache_mode = {mode}; SET LOCAL SESSION AUTHORIZATION {TestFleet.Role("a")};
                    """);
                session.Do(call);
                session.Do("ROLLBACK");
            }
        }

        session.Notice -= Hear;
        return scans;

        void Hear(object sender, NpgsqlNoticeEventArgs args)
        {
            var plan = args.Notice.MessageText.IndexOf('{', StringComparison.Ordinal);
            if (plan < 0)
                return;
            using var json = JsonDocument.Parse(args.Notice.MessageText[plan..]);
            foreach (var table in ScansOf(json.RootElement.GetProperty("Plan")).Except(known))
                scans.Add($"{table}: {json.RootElement.GetProperty("Query Text").GetString()}");
        }
    }

    // Those that hold what grows with machines, limits and time, and not only what grants leave for a moment.
    private static IEnumerable<string> ScansOf(JsonElement plan)
    {
        if (plan.GetProperty("Node Type").GetString() == "Seq Scan"
            && plan.GetProperty("Actual Loops").GetDouble() > 0
            && plan.GetProperty("Relation Name").GetString() is "machine" or "repository" or "slot" or "ticket"
                or "checkout" or "base" or "rescue" or "history")
        {
            yield return plan.GetProperty("Relation Name").GetString()!;
        }

        if (!plan.TryGetProperty("Plans", out var inner))
            yield break;
        foreach (var table in inner.EnumerateArray().SelectMany(ScansOf))
            yield return table;
    }
}
