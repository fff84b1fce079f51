using Gitproc.Fleet.Database;
using Gitproc.Reports;
using Gitproc.Unit.Support;
using Npgsql;

namespace Gitproc.Unit.Fleet;

/// <summary>What a machine's role may do in the fleet's database, and what it may not.</summary>
public sealed class FleetRightsTests(FleetServer server) : IClassFixture<FleetServer>
{
    [PostgresFact]
    public void A_machine_reads_and_writes_no_table()
    {
        using var fleet = server.Make("a");
        var tables = fleet.Owner.Get<string[]>(
            "SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = 'gitproc'::regnamespace AND relkind = 'r'")!;
        Assert.Contains("slot", tables);
        foreach (var table in tables)
        {
            ExpectRefused(fleet, $"SELECT * FROM gitproc.{table}");
            ExpectRefused(fleet, $"DELETE FROM gitproc.{table}");
            ExpectRefused(fleet, $"INSERT INTO gitproc.{table} DEFAULT VALUES");
        }

        ExpectRefused(fleet, "SELECT nextval('gitproc.grant_number')");
        ExpectRefused(fleet, "CREATE TABLE gitproc.mine (x int)");
        ExpectRefused(fleet, "DROP SCHEMA gitproc CASCADE");
    }

    [PostgresFact]
    public void A_machine_reads_the_views_and_changes_none()
    {
        using var fleet = server.Make("a");
        var views = fleet.Owner.Get<string[]>(
            "SELECT array_agg(viewname::text) FROM pg_views WHERE schemaname = 'gitproc'")!;
        Assert.Contains("fleet_view", views);
        foreach (var view in views)
        {
            fleet.Session(TestFleet.Role("a")).Do($"SELECT * FROM gitproc.{view}");
            Assert.False(fleet.Owner.Get<bool>(
                "SELECT has_table_privilege('gitproc_a', $1, 'INSERT, UPDATE, DELETE')", $"gitproc.{view}"));
        }

        ExpectRefused(fleet, "UPDATE gitproc.fleet_view SET is_open = true");
    }

    [PostgresFact]
    public void Two_pools_that_live_are_not_one_machine()
    {
        using var fleet = server.Make("a");
        fleet.SetLimit(TestMachine.Repository, 2);
        using var first = new TestMachine(fleet, "a") { Host = "h1" };
        using var second = new TestMachine(fleet, "a") { Host = "h2" };
        first.Beat();
        Assert.Equal("1", first.Ask("a1"));

        var refused = Assert.Throws<GitprocException>(() => second.Beat());
        Assert.Equal(ErrorReason.FleetNotUsable, refused.Reason);
        Assert.StartsWith("The machine a is the pool /pool on h1, alive ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("See gitproc-fleet init --machine NAME.", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<GitprocException>(() => second.Calls.Deliver(second.Pool, "[]"));
        Assert.Equal(ErrorReason.FleetNotUsable, refused.Reason);
        Assert.Equal("a1", fleet.Slots());

        // The pool was made anew, or the other one is silent.
        first.Pool = Guid.NewGuid().ToString();
        first.Beat();
        fleet.Pass(first.Timeout);
        second.Beat();
    }

    [PostgresFact]
    public void A_machine_calls_only_what_machines_call()
    {
        using var fleet = server.Make("a", "b");
        var allowed = new HashSet<string>
        {
            "beat", "report", "ask", "free", "mine", "deliver", "mirror", "leave",
        };
        var functions = fleet.Owner.Get<string[]>(
            "SELECT array_agg(oid::regprocedure::text) FROM pg_proc WHERE pronamespace = 'gitproc'::regnamespace")!;
        foreach (var function in functions)
        {
            var name = function["gitproc.".Length..].Split('(')[0];
            Assert.Equal(
                allowed.Contains(name),
                fleet.Owner.Get<bool>("SELECT has_function_privilege('gitproc_a', $1, 'EXECUTE')", function));
            Assert.False(fleet.Owner.Get<bool>("SELECT has_function_privilege('public', $1, 'EXECUTE')", function));
        }

        ExpectRefused(fleet, "SELECT gitproc.set_limit('example.com/r', 1000)");
        ExpectRefused(fleet, "SELECT gitproc.drain('b', true)");
        ExpectRefused(fleet, "SELECT gitproc.leave('b')");
        ExpectRefused(fleet, "SELECT gitproc.leave('nobody')");
    }

    [PostgresFact]
    public void A_machine_acts_for_no_other_one()
    {
        using var fleet = server.Make("a", "b");
        fleet["a"].Beat();
        fleet["b"].Beat();
        fleet.SetLimit(TestMachine.Repository, 1);
        fleet["a"].Ask("a1");
        fleet["a"].Ask("a2");

        fleet["b"].Calls.Free(["a1"], ["a2"]);
        Assert.Equal("ahead 1", fleet["b"].Ask("a2", mayWait: false));
        Assert.Equal("ahead 1", fleet["b"].Ask("a1", mayWait: false));
        Assert.Empty(fleet["b"].Calls.Mine().Slots);

        Assert.Equal("a1", fleet.Slots());
        Assert.Equal(["a2"], fleet["a"].Calls.Mine().Tickets.Keys);
        ExpectRefused(fleet, "SET ROLE gitproc_b");
        ExpectRefused(fleet, "SET SESSION AUTHORIZATION gitproc_b");
    }

    [PostgresFact]
    public void A_lease_of_another_machine_with_the_same_id_is_another_one()
    {
        using var fleet = server.Make("a", "b");
        fleet["a"].Beat();
        fleet["b"].Beat();
        fleet.SetLimit(TestMachine.Repository, 3);
        fleet["a"].Ask("x");
        Assert.Equal("2", fleet["b"].Ask("x"));
        fleet["b"].Free("x");
        Assert.Equal("x", fleet.Slots());
    }

    // Temporary tables and types come first in a search path that does not name them last.
    [PostgresFact]
    public void Objects_of_a_machine_stand_in_for_none_of_the_system()
    {
        using var fleet = server.Make("a");
        fleet["a"].Beat();
        var incarnation = fleet.Owner.Get<long>("SELECT incarnation FROM gitproc.fleet");
        var session = fleet.Session(TestFleet.Role("a"));
        session.Do("CREATE TEMP TABLE pg_database AS SELECT 1::oid AS oid, current_database() AS datname");
        session.Do("CREATE TEMP TABLE jsonb (x int)");
        var answer = session.Get<string>(
            """SELECT gitproc.beat('{"pool": "00000000-0000-0000-0000-000000000001"}')::text""");
        Assert.Contains("\"name\": \"a\"", answer, StringComparison.Ordinal);
        Assert.Equal(incarnation, fleet.Owner.Get<long>("SELECT incarnation FROM gitproc.fleet"));
    }

    [PostgresFact]
    public void An_operator_may_change_limits_and_take_machines_out()
    {
        using var fleet = server.Make("a", "b");
        Assert.Equal("gitproc_boss", FleetSchema.AddMachine(fleet.Owner, "boss", isOperator: true));
        var session = fleet.Session("gitproc_boss");
        session.Do("SELECT gitproc.set_limit('example.com/r', 2)");
        session.Do("SELECT gitproc.drain('a', true)");
        session.Do("SELECT gitproc.leave('b')");
        Assert.Equal("Limit, Drained a, Left b", fleet.Notes());
        Assert.Equal("at most 2 are held at once, set by gitproc_boss", session.Get<string>(
            "SELECT why FROM gitproc.history_view WHERE kind = 'Limit'"));
        var unknown = Assert.Throws<PostgresException>(() => session.Do("SELECT gitproc.leave('b')"));
        Assert.Equal("The fleet has no machine b.", unknown.MessageText);

        FleetSchema.AddMachine(fleet.Owner, "boss", isOperator: false);
        Assert.Throws<PostgresException>(() => session.Do("SELECT gitproc.drain('a', false)"));
    }

    [PostgresFact]
    public void A_role_of_no_machine_is_told_so()
    {
        using var fleet = server.Make("a");
        fleet.Owner.Do("CREATE ROLE stranger LOGIN IN ROLE gitproc_machine");
        var refused = Assert.Throws<PostgresException>(
            () => fleet.Session("stranger").Do("SELECT gitproc.mine(false)"));
        Assert.Equal("The role stranger is of no machine of this fleet.", refused.MessageText);
    }

    private static void ExpectRefused(TestFleet fleet, string sql)
    {
        var refused = Assert.Throws<PostgresException>(() => fleet.Session(TestFleet.Role("a")).Do(sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }
}
