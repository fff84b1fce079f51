using Gitproc.Unit.Support;

namespace Gitproc.Unit.Fleet;

/// <summary>What happens to silent machines, to a server that was away, and to an older backup.</summary>
public sealed class FleetSilenceTests(FleetServer server) : IClassFixture<FleetServer>
{
    private static readonly TimeSpan MostOfTheTime = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan TheRest = TimeSpan.FromMinutes(2);

    [PostgresFact]
    public void A_silent_machine_loses_its_slots_and_the_history_says_so()
    {
        using var fleet = Begin(most: 1, "a", "b");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1");
        fleet["a"].Ask("a2");
        Pass(fleet, MostOfTheTime, "b");
        Assert.Equal("a1", fleet.Slots());

        Pass(fleet, TheRest, "b");

        Assert.Equal("b1", fleet.Slots());
        Assert.Equal("Silent a, SlotLost a a1", fleet.Notes("Silent") + ", " + fleet.Notes("SlotLost"));
        Assert.Equal(0, fleet.Owner.Get<long>("SELECT count(*) FROM gitproc.ticket"));
        fleet.Pass(TimeSpan.FromSeconds(3));
        fleet["b"].Beat();
        Assert.Equal("Silent a", fleet.Notes("Silent"));
    }

    [PostgresFact]
    public void A_machine_that_returns_with_live_leases_is_told_and_the_overrun_is_noted()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet["a"].Ask("a2");
        fleet["b"].Ask("b1");
        PassAll(fleet, "b");
        Assert.Equal("b1", fleet.Slots());
        fleet["a"].Lose("a1");

        // One is over, for the other there is room.
        Assert.True(fleet["a"].Beat().WasSilent);
        Assert.Equal("b1, a2", fleet.Slots());
        Assert.Equal("", fleet.Notes("Overrun"));
        Assert.False(fleet["a"].Beat().WasSilent);

        PassAll(fleet, "b");
        fleet["b"].Ask("b2");
        fleet["a"].Beat();
        Assert.Equal("b1, b2, a2", fleet.Slots());
        Assert.Equal("Overrun a a2", fleet.Notes("Overrun"));
        fleet["b"].Free("b1");
        Assert.Equal("ahead 0", fleet["b"].Ask("b3"));
        fleet["a"].Free("a2");
        Assert.Equal("b3, b2", fleet.Slots());
    }

    [PostgresFact]
    public void One_that_is_silent_gets_nothing_before_it_reports()
    {
        using var fleet = Begin(most: 1, "a", "b");
        PassAll(fleet, "b");
        Assert.Equal("ahead 0", fleet["a"].Ask("a1"));
        Assert.Equal("1", fleet["b"].Ask("b1"));
        fleet.Pass(TimeSpan.FromSeconds(3));
        fleet["b"].Beat();
        Assert.Empty(fleet["a"].Calls.Mine().Tickets);
    }

    [PostgresFact]
    public void After_a_time_in_which_nobody_came_no_machine_is_silent()
    {
        using var fleet = Begin(most: 1, "a", "b");
        fleet["a"].Ask("a1");
        fleet.Pass(TimeSpan.FromHours(1));
        fleet.Owner.Do("UPDATE gitproc.fleet SET tended_at = clock_timestamp() - interval '1 hour'");
        fleet["b"].Beat();
        Pass(fleet, MostOfTheTime, "b");
        Assert.Equal("a1", fleet.Slots());
        Pass(fleet, TheRest, "b");
        Assert.Equal("", fleet.Slots());
    }

    [PostgresFact]
    public void A_restart_of_the_server_grants_nothing_until_all_have_reported()
    {
        using var fleet = Begin(most: 2, "a", "b", "c");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1");
        fleet["c"].Ask("c1");
        fleet.Disconnect();
        server.Server.Kill();
        server.Server.Start();

        Assert.Equal("ahead 1", fleet["b"].Ask("b2"));
        fleet["a"].Beat();
        fleet["a"].Free("a1");
        fleet["c"].Beat();
        Assert.Equal("b1", fleet.Slots());

        fleet["b"].Beat();
        Assert.Equal("c1, b1", fleet.Slots());
        fleet["b"].Free("b1");
        Assert.Equal("c1, b2", fleet.Slots());
        Assert.False(fleet["b"].Beat().MustReport);
    }

    [PostgresFact]
    public void A_machine_that_does_not_come_back_after_a_restart_holds_the_others_up_for_its_time_only()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet.Disconnect();
        server.Server.Stop();
        server.Server.Start();
        fleet["b"].Beat();
        Assert.Equal("ahead 0", fleet["b"].Ask("b1"));
        Pass(fleet, MostOfTheTime, "b");
        Assert.Equal("a1", fleet.Slots());
        Pass(fleet, TheRest, "b");
        Assert.Equal("b1", fleet.Slots());
    }

    [PostgresFact]
    public void Two_that_report_at_the_same_moment_open_the_fleet()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet.Disconnect();
        server.Server.Stop();
        server.Server.Start();
        fleet["a"].OnlyBeat();
        fleet["b"].OnlyBeat();
        Assert.Equal("ahead 0", fleet["b"].Ask("b1"));

        using var first = fleet.Open(TestFleet.Role("a"));
        using var transaction = first.BeginTransaction();
        first.Do("SELECT gitproc.report('[]')");
        var second = Task.Run(fleet["b"].Report);
        Eventually.True(() => fleet.Owner.Get<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") > 0);
        transaction.Commit();
        Assert.True(second.Wait(Eventually.Limit));

        Assert.Equal("a1, b1", fleet.Slots());
    }

    [PostgresFact]
    public void After_the_restore_of_a_dump_no_slot_is_given_twice()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet["a"].Free("a1");
        var dump = Path.Combine(server.Folder, "fleet.dump");
        server.Server.Run("pg_dump", ["--format=custom", "--file", dump, fleet.Database]);
        fleet["a"].Ask("a2");
        fleet["b"].Ask("b1");
        fleet["b"].Ask("b2");
        fleet.SetLimit("example.com/later", 3);
        fleet["a"].Beat();

        fleet.Disconnect();
        server.Server.Run("dropdb", [fleet.Database]);
        server.Server.Run("pg_restore", ["--create", "--dbname", "postgres", dump]);

        ExpectNothingTwice(fleet);
        // The limit is lost; the machine that knows it must not keep it.
        Assert.NotNull(fleet["a"].OnlyBeat());
        Assert.True(fleet["a"].Revision > 2);
    }

    [PostgresFact]
    public void After_the_restore_of_a_copy_of_the_data_folder_no_slot_is_given_twice()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet["a"].Free("a1");
        fleet.Disconnect();
        server.Server.Stop();
        var copy = Path.Combine(server.Folder, "copy");
        TemporaryFolder.Copy(server.Server.Data, copy);
        server.Server.Start();
        fleet["a"].Beat();
        fleet["b"].Beat();
        fleet["a"].Ask("a2");
        fleet["b"].Ask("b1");
        fleet["b"].Ask("b2");

        fleet.Disconnect();
        server.Server.Stop();
        Directory.Delete(server.Server.Data, recursive: true);
        TemporaryFolder.Copy(copy, server.Server.Data);
        server.Server.Start();

        ExpectNothingTwice(fleet);
    }

    // Rows that are put back into the same tables: the server cannot see it, but the machines do.
    [PostgresFact]
    public void After_the_restore_of_rows_no_slot_is_given_twice()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet["a"].Free("a1");
        fleet["a"].Ask("a2");
        fleet["b"].Ask("b1");
        fleet["b"].Ask("b2");
        fleet.Owner.Do(
            """
            UPDATE gitproc.slot SET machine_id = NULL, lease = NULL, request = NULL, who = NULL, since = NULL, fence = 1;
            DELETE FROM gitproc.ticket;
            SELECT setval('gitproc.grant_number', 1)
            """);

        ExpectNothingTwice(fleet);
    }

    // In the backup, a lease that has ended meanwhile has the number.
    [PostgresFact]
    public void After_a_restore_a_lease_keeps_its_number_which_no_other_one_gets()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        var dump = Path.Combine(server.Folder, "number.dump");
        server.Server.Run("pg_dump", ["--format=custom", "--file", dump, fleet.Database]);
        fleet["a"].Free("a1");
        fleet["b"].Ask("b1");
        Assert.Equal(1, fleet["b"].Find("b1").Slot);
        fleet.Disconnect();
        server.Server.Run("dropdb", [fleet.Database]);
        server.Server.Run("pg_restore", ["--create", "--dbname", "postgres", dump]);

        fleet["b"].Beat();
        fleet["a"].Beat();
        fleet["b"].Beat();

        Assert.Equal("2", fleet["a"].Ask("a2"));
        Assert.Equal("b1, a2", fleet.Slots());
    }

    [PostgresFact]
    public void A_silent_machine_is_waited_for_after_a_restore()
    {
        using var fleet = Begin(most: 1, "a", "b");
        PassAll(fleet, "b");
        var dump = Path.Combine(server.Folder, "silent.dump");
        server.Server.Run("pg_dump", ["--format=custom", "--file", dump, fleet.Database]);
        // It came back, and is forgotten. So is a grant of the other one, which knows it.
        fleet["a"].Beat();
        fleet["b"].Ask("b1");
        fleet["b"].Free("b1");
        fleet["a"].Ask("a1");
        fleet.Disconnect();
        server.Server.Run("dropdb", [fleet.Database]);
        server.Server.Run("pg_restore", ["--create", "--dbname", "postgres", dump]);

        fleet["b"].Beat();
        Assert.Equal("ahead 0", fleet["b"].Ask("b2"));
        fleet["a"].Beat();
        Assert.Equal("a1", fleet.Slots());
        Assert.Equal("", fleet.Notes("Overrun"));
    }

    [PostgresFact]
    public void A_machine_that_comes_from_another_fleet_is_no_sign_of_a_restore()
    {
        using var other = Begin(most: 1, "a");
        for (var i = 0; i < 5; i++)
        {
            other["a"].Ask($"a{i}");
            other["a"].Free($"a{i}");
        }

        using var fleet = Begin(most: 1, "b", "a");
        fleet["a"].Granted = other["a"].Granted;
        fleet.Owner.Do("UPDATE gitproc.machine SET reported = -1 WHERE name = 'a'");
        fleet["a"].Beat();
        Assert.Equal("", fleet.Notes("Restored"));
        Assert.Equal("1", fleet["b"].Ask("b1"));
    }

    // a has a2, b has b1, and b2 waits. The database knows none of it.
    private static void ExpectNothingTwice(TestFleet fleet)
    {
        var (first, second) = (fleet["a"].Find("a2"), fleet["b"].Find("b1"));
        fleet["a"].Beat();
        Assert.Equal("ahead 0", fleet["a"].Ask("a3"));
        fleet["b"].Beat();
        // Not before it has reported again, should b have known more than a.
        fleet["a"].Beat();

        Assert.Equal("a2, b1", fleet.Slots());
        Assert.Equal("1 2", fleet.Owner.Get<string>(
            "SELECT string_agg(number::text, ' ' ORDER BY lease) FROM gitproc.slot_view"));
        Assert.Equal((1, 2), (first.Slot, second.Slot));
        Assert.Equal("", fleet.Notes("Overrun"));
        fleet["b"].Free("b1");
        Assert.Equal("a2, a3", fleet.Slots());
        fleet["a"].Look();
        Assert.True(fleet["a"].Find("a3").Fence > second.Fence);
        Assert.StartsWith("Restored ", fleet.Notes("Restored"), StringComparison.Ordinal);
    }

    private static void PassAll(TestFleet fleet, params string[] beating)
    {
        Pass(fleet, MostOfTheTime, beating);
        Pass(fleet, TheRest, beating);
    }

    // The machines that beat do so at the end of the time.
    private static void Pass(TestFleet fleet, TimeSpan time, params string[] beating)
    {
        fleet.Pass(time);
        foreach (var machine in beating)
            fleet[machine].Beat();
    }

    private TestFleet Begin(int? most, params string[] machines)
    {
        var fleet = server.Make(machines);
        foreach (var machine in machines)
            fleet[machine].Beat();
        fleet.SetLimit(TestMachine.Repository, most);
        return fleet;
    }
}
