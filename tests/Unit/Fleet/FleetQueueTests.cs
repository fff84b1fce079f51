using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Fleet;

/// <summary>Who gets the slots of a limited repository, and when.</summary>
public sealed class FleetQueueTests(FleetServer server) : IClassFixture<FleetServer>
{
    [PostgresFact]
    public void Slots_are_granted_first_come_first_served_over_machines()
    {
        using var fleet = Begin(most: 1, "a", "b", "c");
        Assert.Equal("1", fleet["a"].Ask("a1"));
        Assert.Equal("ahead 0", fleet["b"].Ask("b1"));
        Assert.Equal("ahead 1", fleet["c"].Ask("c1"));
        Assert.Equal("ahead 2", fleet["a"].Ask("a2"));
        Assert.Equal("ahead 1", fleet["c"].Ask("c1"));

        fleet["a"].Free("a1");
        Assert.Equal("b1", fleet["b"].Look());
        Assert.Equal("ahead 0", fleet["c"].Ask("c1"));
        fleet["b"].Free("b1");
        Assert.Equal("c1", fleet["c"].Look());
        fleet["c"].Free("c1");
        Assert.Equal("a2", fleet["a"].Look());
        fleet["a"].Free("a2");
        Assert.Equal("", fleet.Slots());
    }

    [PostgresFact]
    public void One_who_does_not_wait_takes_no_place_and_overtakes_nobody()
    {
        using var fleet = Begin(most: 2, "a", "b");
        Assert.Equal("1", fleet["a"].Ask("a1"));
        Assert.Equal("ahead 0", fleet["b"].Ask("b1 b2"));

        Assert.Equal("ahead 1", fleet["a"].Ask("a2", mayWait: false));
        Assert.Empty(fleet["a"].Calls.Mine().Tickets);
        Assert.Equal("a1", fleet.Slots());
    }

    [PostgresFact]
    public void Several_leases_get_all_slots_or_none()
    {
        using var fleet = Begin(most: 3, "a", "b");
        Assert.Equal("1 2", fleet["a"].Ask("a1 a2"));
        Assert.Equal("ahead 0", fleet["b"].Ask("b1 b2"));
        Assert.Equal("ahead 1", fleet["a"].Ask("a3"));
        Assert.Equal("a1, a2", fleet.Slots());

        fleet["a"].Free("a1");
        Assert.Equal("b1, b2", fleet["b"].Look());
        Assert.Equal("ahead 0", fleet["a"].Ask("a3"));
    }

    [PostgresFact]
    public void The_same_request_again_changes_nothing()
    {
        using var fleet = Begin(most: 2, "a");
        Assert.Equal("1", fleet["a"].Ask("a1"));
        var first = fleet["a"].Find("a1");
        Assert.Equal("1", fleet["a"].Ask("a1"));
        Assert.Equal(first, fleet["a"].Find("a1"));
        Assert.Equal("a1", fleet.Slots());
    }

    [PostgresFact]
    public void A_fence_grows_with_each_grant_of_a_slot()
    {
        using var fleet = Begin(most: 1, "a", "b");
        var last = 0L;
        foreach (var (machine, lease) in new[] { ("a", "a1"), ("b", "b1"), ("a", "a2") })
        {
            Assert.Equal("1", fleet[machine].Ask(lease));
            var fence = fleet[machine].Find(lease).Fence!.Value;
            Assert.True(fence > last);
            last = fence;
            fleet[machine].Free(lease);
        }
    }

    [PostgresFact]
    public void A_repository_without_a_limit_needs_no_slot()
    {
        using var fleet = Begin(most: null, "a");
        Assert.Equal("unlimited", fleet["a"].Ask("a1"));
        Assert.Equal("unlimited", fleet["a"].Ask("a1", repository: "example.com/other"));
    }

    [PostgresFact]
    public void A_raised_limit_serves_those_who_wait()
    {
        using var fleet = Begin(most: 1, "a", "b");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1");
        fleet["b"].Ask("b2");
        fleet.SetLimit(TestMachine.Repository, 3);
        Assert.Equal("a1, b1, b2", fleet.Slots());
    }

    [PostgresFact]
    public void A_lowered_limit_takes_nothing_away_and_grants_nothing_until_fewer_are_held()
    {
        using var fleet = Begin(most: 3, "a", "b");
        fleet["a"].Ask("a1 a2 a3");
        fleet.SetLimit(TestMachine.Repository, 1);
        Assert.Equal("a1, a2, a3", fleet.Slots());
        fleet["b"].Ask("b1");
        fleet["a"].Free("a1");
        fleet["a"].Free("a2");
        Assert.Equal("a3", fleet.Slots());
        fleet["a"].Free("a3");
        Assert.Equal("b1", fleet.Slots());
        Assert.Equal("", fleet.Notes("Overrun"));
    }

    [PostgresFact]
    public void A_request_for_more_than_the_limit_is_refused_and_keeps_nobody_waiting()
    {
        using var fleet = Begin(most: 3, "a", "b");
        Assert.Equal("refused", fleet["a"].Ask("a1 a2 a3 a4"));
        fleet["a"].Ask("a1");
        Assert.Equal("ahead 0", fleet["a"].Ask("a2 a3 a4"));
        fleet["b"].Ask("b1");
        Assert.Equal("a1", fleet.Slots());

        fleet.SetLimit(TestMachine.Repository, 2);

        Assert.Equal("a1, b1", fleet.Slots());
        Assert.Equal("refused", fleet["a"].Ask("a2 a3 a4"));
        Assert.Empty(fleet["a"].Calls.Mine().Tickets);
    }

    [PostgresFact]
    public void A_limit_that_is_removed_lets_all_go_on()
    {
        using var fleet = Begin(most: 1, "a");
        fleet["a"].Ask("a1");
        fleet["a"].Ask("a2");
        fleet.SetLimit(TestMachine.Repository, null);
        Assert.Equal("unlimited", fleet["a"].Ask("a2"));
        Assert.Empty(fleet["a"].Calls.Mine().Slots);
        Assert.Empty(fleet["a"].Calls.Mine().Tickets);

        fleet.SetLimit(TestMachine.Repository, 2);
        fleet["a"].Hold("a2");
        fleet["a"].Report();
        Assert.Equal("a1, a2", fleet.Slots());
    }

    [PostgresFact]
    public void A_limit_of_none_at_all_is_a_limit()
    {
        using var fleet = Begin(most: 0, "a");
        Assert.Equal("refused", fleet["a"].Ask("a1"));
    }

    [PostgresFact]
    public void Leases_from_before_a_limit_count()
    {
        using var fleet = Begin(most: null, "a", "b");
        fleet["a"].Hold("a1");
        fleet["a"].Hold("a2");
        fleet.SetLimit(TestMachine.Repository, 1);
        fleet["a"].Report();
        Assert.Equal("a1, a2", fleet.Slots());
        Assert.Equal("Overrun a a2", fleet.Notes("Overrun"));
        Assert.Equal("ahead 0", fleet["b"].Ask("b1"));
        fleet["a"].Free("a1");
        fleet["a"].Free("a2");
        Assert.Equal("b1", fleet["b"].Look());
    }

    [PostgresFact]
    public void A_machine_that_does_not_beat_is_passed_over_and_keeps_its_place()
    {
        using var fleet = Begin(most: 1, "a", "b", "c");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1");
        fleet["c"].Ask("c1");
        fleet["c"].Ask("c2");
        fleet.Pass(TimeSpan.FromSeconds(31));
        fleet["a"].Beat();
        fleet["c"].Beat();

        fleet["a"].Free("a1");
        Assert.Equal("c1", fleet.Slots());
        Assert.Equal(0, fleet["b"].Calls.Mine(withPlaces: true).Tickets["b1"]!.Ahead);

        fleet["b"].Beat();
        fleet["c"].Free("c1");
        Assert.Equal("b1", fleet.Slots());
    }

    [PostgresFact]
    public void A_machine_that_beats_again_gets_what_is_free()
    {
        using var fleet = Begin(most: 1, "a", "b");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1");
        fleet.Pass(TimeSpan.FromSeconds(31));
        fleet["a"].Beat();
        fleet["a"].Free("a1");
        Assert.Equal("", fleet.Slots());

        fleet.Pass(TimeSpan.FromSeconds(3));
        fleet["b"].Beat();
        Assert.Equal("b1", fleet.Slots());
    }

    [PostgresFact]
    public void Those_behind_a_machine_that_no_longer_beats_do_not_wait_for_it()
    {
        using var fleet = Begin(most: 2, "a", "b", "c");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1 b2");
        fleet["c"].Ask("c1");
        Assert.Equal("a1", fleet.Slots());
        fleet.Pass(TimeSpan.FromSeconds(31));
        fleet["c"].Beat();
        Assert.Equal("a1, c1", fleet.Slots());
    }

    [PostgresFact]
    public void A_drained_machine_gets_no_new_slots_and_keeps_its_places()
    {
        using var fleet = Begin(most: 1, "a", "b");
        fleet["a"].Ask("a1");
        fleet["a"].Ask("a2");
        fleet["b"].Ask("b1");
        fleet.Owner.Do("SELECT gitproc.drain('a', true)");
        Assert.Equal("refused", fleet["a"].Ask("a3"));
        Assert.Equal("1", fleet["a"].Ask("a1"));
        fleet["a"].Free("a1");
        Assert.Equal("b1", fleet.Slots());
        fleet["b"].Free("b1");
        Assert.Equal("", fleet.Slots());

        fleet.Owner.Do("SELECT gitproc.drain('a', false)");
        Assert.Equal("a2", fleet.Slots());
        Assert.Equal("Drained a, Undrained a", fleet.Notes("Drained") + ", " + fleet.Notes("Undrained"));
    }

    [PostgresFact]
    public void A_request_that_is_withdrawn_lets_the_next_one_through()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1");
        fleet["a"].Ask("a2 a3");
        fleet["b"].Ask("b1");
        fleet["a"].Calls.Free([], ["a2 a3"]);
        Assert.Equal("a1, b1", fleet.Slots());
    }

    [PostgresFact]
    public void A_machine_that_leaves_counts_no_more_and_reports_when_it_joins_again()
    {
        using var fleet = Begin(most: 1, "a", "b");
        fleet["a"].Ask("a1");
        fleet["b"].Ask("b1");
        fleet["a"].Ask("a2");
        fleet.Session(TestFleet.Role("a")).Do("SELECT gitproc.leave('a')");
        Assert.Equal("b1", fleet.Slots());
        var error = Assert.Throws<GitprocException>(() => fleet["a"].Beat());
        Assert.Contains("of no machine", error.Message, StringComparison.Ordinal);

        Gitproc.Fleet.Database.FleetSchema.AddMachine(fleet.Owner, "a", isOperator: false);
        Assert.True(fleet["a"].Beat().MustReport);
        Assert.Equal("b1, a1", fleet.Slots());
        Assert.Equal("Overrun a a1", fleet.Notes("Overrun"));
        Assert.False(fleet["a"].Beat().MustReport);
    }

    [PostgresFact]
    public void A_request_that_can_never_be_granted_blocks_nobody()
    {
        using var fleet = Begin(most: 2, "a", "b");
        fleet["a"].Ask("a1 a2");
        fleet["a"].Calls.Ask("again", TestMachine.Repository, ["a1"], "me", mayWait: true);
        fleet["b"].Ask("b1");
        fleet["a"].Free("a2");
        Assert.Equal("a1, b1", fleet.Slots());

        Assert.Throws<GitprocException>(
            () => fleet["a"].Calls.Ask("twice", TestMachine.Repository, ["x", "x"], "me", mayWait: true));
        Assert.Throws<GitprocException>(
            () => fleet["a"].Calls.Ask("none", TestMachine.Repository, [], "me", mayWait: true));
    }

    private TestFleet Begin(int? most, params string[] machines)
    {
        var fleet = server.Make(machines);
        foreach (var machine in machines)
            fleet[machine].Beat();
        if (most is not null)
            fleet.SetLimit(TestMachine.Repository, most);
        return fleet;
    }
}
