using System.Text.Json;
using Gitproc.Unit.Support;
using Npgsql;

namespace Gitproc.Unit.Fleet;

/// <summary>What machines are told of grants, and what they deliver.</summary>
public sealed class FleetTellingTests(FleetServer server) : IClassFixture<FleetServer>
{
    [PostgresFact]
    public void A_grant_is_told_once_to_the_machine_that_waits()
    {
        using var fleet = Begin(most: 2);
        using var a = Listen(fleet, "a");
        using var b = Listen(fleet, "b");
        // Nobody waits.
        fleet["a"].Ask("a1");
        fleet["a"].Ask("a2");
        fleet["a"].Free("a2");
        fleet["b"].Ask("b1");
        Assert.Equal(0, a.Count + b.Count);

        fleet["b"].Ask("b2");
        fleet["b"].Ask("b3");
        fleet["a"].Ask("a3");
        Assert.Equal(0, a.Count + b.Count);

        // Both grants at once.
        fleet["a"].Calls.Free(["a1"], []);
        Assert.Equal((0, 1), (a.Count, b.Count));
        fleet.SetLimit("example.com/other", 1);
        Assert.Equal((1, 2), (a.Count, b.Count));
        fleet.SetLimit(TestMachine.Repository, 4);
        Assert.Equal("b1, b2, b3, a3", string.Join(", ", fleet.Slots().Split(", ").OrderByDescending(lease => lease[0])
            .ThenBy(lease => lease)));
        // The limit and the grant have different words.
        Assert.Equal((3, 4), (a.Count, b.Count));
    }

    [PostgresFact]
    public void A_machine_hears_the_limits_only_when_they_have_changed()
    {
        using var fleet = Begin(most: 2);
        Assert.Equal(2, fleet["a"].Beat().Limits![TestMachine.Repository]);
        Assert.Null(fleet["a"].Beat().Limits);
        Assert.Equal(["b"], fleet.Owner.Get<string[]>("SELECT unseen_by FROM gitproc.limit_view")!);
        fleet.SetLimit(TestMachine.Repository, null);
        Assert.Empty(fleet["a"].Beat().Limits!);
    }

    [PostgresFact]
    public void Events_that_come_twice_are_there_once()
    {
        using var fleet = Begin(most: 1);
        var a = fleet["a"];
        Assert.Equal(2, a.Calls.Deliver(a.Pool, Events(1, 2)));
        Assert.Equal(3, a.Calls.Deliver(a.Pool, Events(2, 3)));
        Assert.Equal(3, a.Calls.Deliver(a.Pool, Events(1)));
        Assert.Equal(3, a.Calls.Deliver(a.Pool, Events()));
        Assert.Equal("1 2 3", EventsOf(fleet, "a"));
        Assert.Equal(3, a.Beat().Delivered);
        // Another machine numbers its own.
        Assert.Equal(1, fleet["b"].Calls.Deliver(fleet["b"].Pool, Events(1)));
        Assert.Equal("1", EventsOf(fleet, "b"));
    }

    [PostgresFact]
    public void A_pool_that_is_made_anew_numbers_its_events_again()
    {
        using var fleet = Begin(most: 1);
        var a = fleet["a"];
        a.Calls.Deliver(a.Pool, Events(1, 2));
        var first = a.Pool;
        a.Pool = Guid.NewGuid().ToString();
        Assert.Equal(0, a.Beat().Delivered);
        Assert.Equal(1, a.Calls.Deliver(a.Pool, Events(1)));
        Assert.Equal("1 1 2", EventsOf(fleet, "a"));
        // The first one is restored.
        a.Pool = first;
        Assert.Equal(2, a.Beat().Delivered);
    }

    [PostgresFact]
    public void Old_events_go()
    {
        using var fleet = Begin(most: 1);
        var a = fleet["a"];
        a.Calls.Deliver(a.Pool, Events(1, 2));
        fleet.Owner.Do(
            "UPDATE gitproc.history SET at = clock_timestamp() - interval '91 days' WHERE number = 1 AND machine_id > 0");
        fleet.Pass(TimeSpan.FromSeconds(3));
        a.Beat();
        Assert.Equal("2", EventsOf(fleet, "a"));
        // Of a pool that delivers them once more, the fleet knows them still.
        Assert.Equal(2, a.Beat().Delivered);
    }

    [PostgresFact]
    public void Copies_follow_the_machine()
    {
        using var fleet = Begin(most: 1);
        var a = fleet["a"].Calls;
        fleet["b"].Calls.Mirror(Checkouts((1, "Free")), null, null, null);
        a.Mirror(
            Checkouts((1, "Free"), (2, "Locked"), (3, "Free")),
            null,
            """[{"repository": "example.com/r", "fetchedAt": "2026-01-02T03:04:05Z"}, {"repository": "example.com/s"}]""",
            """[{"id": "one"}, {"id": "two"}]""");
        Assert.Equal("1 Free, 2 Locked, 3 Free", CheckoutsOf(fleet, "a"));
        Assert.Equal("3 1", fleet.Owner.Get<string>(
            "SELECT checkouts || ' ' || locked FROM gitproc.machine_view WHERE name = 'a'"));

        a.Mirror(Checkouts((2, "Free"), (4, "Creating")), [1, 3], null, null);
        Assert.Equal("2 Free, 4 Creating", CheckoutsOf(fleet, "a"));
        Assert.Equal(2, fleet.Owner.Get<long>("SELECT count(*) FROM gitproc.base_view"));
        Assert.Equal(2, fleet.Owner.Get<long>("SELECT count(*) FROM gitproc.rescue_view"));

        a.Mirror("[]", [], """[{"repository": "example.com/s"}]""", "[]");
        Assert.Equal("example.com/s", fleet.Owner.Get<string>("SELECT repository FROM gitproc.base_view"));
        Assert.Equal(0, fleet.Owner.Get<long>("SELECT count(*) FROM gitproc.rescue_view"));

        a.Mirror(Checkouts((2, "Free")), null, null, null);
        Assert.Equal("2 Free", CheckoutsOf(fleet, "a"));
        Assert.Equal("1 Free", CheckoutsOf(fleet, "b"));
        a.Mirror("[]", null, null, null);
        Assert.Equal("", CheckoutsOf(fleet, "a"));
    }

    private static string Checkouts(params (int Number, string State)[] checkouts) => JsonSerializer.Serialize(
        checkouts.Select(checkout => new
        {
            number = checkout.Number,
            repository = TestMachine.Repository,
            state = checkout.State,
            shown = new { name = $"checkout-{checkout.Number}", state = checkout.State },
        }));

    private static string CheckoutsOf(TestFleet fleet, string machine) => fleet.Owner.Get<string>(
        "SELECT string_agg(number || ' ' || state, ', ' ORDER BY number) FROM gitproc.checkout_view WHERE machine = $1",
        machine) ?? "";

    private static string Events(params int[] numbers) => JsonSerializer.Serialize(
        numbers.Select(number => new { number, at = DateTime.UtcNow, kind = "Acquired", who = "me" }));

    private static string? EventsOf(TestFleet fleet, string machine) => fleet.Owner.Get<string>(
        "SELECT string_agg(number::text, ' ' ORDER BY number) FROM gitproc.history_view WHERE machine = $1", machine);

    private static Listener Listen(TestFleet fleet, string machine) =>
        new(fleet.Open(TestFleet.Role(machine)), $"gitproc_{fleet[machine].Beat().Machine}");

    private TestFleet Begin(int most)
    {
        var fleet = server.Make("a", "b");
        fleet["a"].Beat();
        fleet["b"].Beat();
        fleet.SetLimit(TestMachine.Repository, most);
        return fleet;
    }

    private sealed class Listener : IDisposable
    {
        private readonly NpgsqlConnection _session;
        private int _count;

        public Listener(NpgsqlConnection session, string channel)
        {
            _session = session;
            session.Notification += (_, _) => _count++;
            session.Do($"LISTEN {channel}");
        }

        // What was told by transactions that have ended comes before the answer.
        public int Count
        {
            get
            {
                _session.Do("SELECT 1");
                return _count;
            }
        }

        public void Dispose() => _session.Dispose();
    }
}
