using System.Text.Json;
using Gitproc.Fleet.Database;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Fleet;

/// <summary>Which machine is best placed for a run, by what machines have told the fleet.</summary>
public sealed class PlaceTests(FleetServer server) : IClassFixture<FleetServer>
{
    private const string Commit = "1111111111111111111111111111111111111111";

    [PostgresFact]
    public void A_free_checkout_at_the_commit_goes_before_a_free_one_the_base_repository_and_the_least_work()
    {
        using var fleet = server.Make("nothing", "base", "free", "near");
        Tell(fleet, "nothing");
        Tell(fleet, "base", hasBase: true);
        Tell(fleet, "free", checkouts: ["Free 2"]);
        Tell(fleet, "near", checkouts: ["Free 1"]);
        Assert.Equal(
            "near: it has a free checkout at the commit; free: it has a free checkout; "
                + "base: it has the base repository; nothing: it has the least work",
            Places(fleet));
        // The commit is not known.
        Assert.StartsWith("near: it has a free checkout; free:", Places(fleet, commit: null).Replace(
            "free: it has a free checkout; near:", "near: it has a free checkout; free:", StringComparison.Ordinal));
    }

    [PostgresFact]
    public void Among_equals_the_one_with_the_least_work_is_first()
    {
        using var fleet = server.Make("busy", "idle");
        Tell(fleet, "busy", checkouts: ["Free 1", "Locked 1", "Locked 1"]);
        Tell(fleet, "idle", checkouts: ["Free 1"]);
        Assert.StartsWith("idle:", Places(fleet), StringComparison.Ordinal);
    }

    [PostgresFact]
    public void Drained_silent_and_full_machines_and_those_that_allow_nothing_are_out()
    {
        using var fleet = server.Make("drained", "silent", "full", "closed", "good", "never");
        foreach (var name in (string[])["drained", "silent", "good"])
            Tell(fleet, name);
        Tell(fleet, "closed", facts: """{"allow": "runs clean", "processors": 2}""");
        Tell(
            fleet,
            "full",
            facts: """{"allow": "run", "maxLocked": 1, "processors": 2}""",
            checkouts: ["Free 1", "Locked 1"]);
        fleet.Owner.Do("SELECT gitproc.drain('drained', true)");
        fleet.Owner.Do("UPDATE gitproc.machine SET beaten_at = beaten_at - interval '61 s' WHERE name = 'silent'");
        Assert.Equal(
            [
                "closed - it lets nobody run commands there (gitproc.allow)", "drained - it is drained",
                "full! all are full, and it has the least work", "good: it has the least work", "never - it is silent",
                "silent - it is silent",
            ],
            Places(fleet).Split("; ").Order(StringComparer.Ordinal));
        Assert.StartsWith("good: it has the least work; full!", Places(fleet), StringComparison.Ordinal);
    }

    [PostgresFact]
    public void Runs_that_were_sent_a_moment_ago_count_before_the_machine_tells_of_them()
    {
        using var fleet = server.Make("one", "two");
        Tell(fleet, "one", checkouts: ["Free 1"]);
        Tell(fleet, "two", hasBase: true);
        Assert.StartsWith("one:", Places(fleet), StringComparison.Ordinal);
        Assert.StartsWith("two:", Places(fleet, sent: [("one", true)]), StringComparison.Ordinal);
        // Of an older one, the machine has told.
        Assert.StartsWith("one:", Places(fleet, sent: [("one", false)]), StringComparison.Ordinal);
        Assert.Equal("two: it has the base repository", Places(fleet, except: ["one"]));
    }

    [PostgresFact]
    public void A_machine_is_reached_by_its_own_setting_or_else_by_its_name()
    {
        using var fleet = server.Make("plain", "named");
        Tell(fleet, "plain");
        Tell(fleet, "named", facts: """{"allow": "run", "sshHost": "user@other.example", "processors": 2}""");
        Assert.Equal("user@other.example", Read(fleet, machine: "named").Single().GetProperty("host").GetString());
        Assert.Equal("plain", Read(fleet, machine: "plain").Single().GetProperty("host").GetString());
        Assert.Empty(Read(fleet, machine: "absent"));
    }

    /// <param name="checkouts">States and digits of commits.</param>
    private static void Tell(
        TestFleet fleet,
        string name,
        string facts = """{"allow": "run", "processors": 2}""",
        bool hasBase = false,
        params string[] checkouts)
    {
        var machine = fleet[name];
        machine.Calls.Beat(machine.Pool, -1, 0, machine.Timeout, facts);
        machine.Calls.Mirror(
            JsonSerializer.Serialize(checkouts.Select((text, at) => new
            {
                number = at + 1,
                repository = TestMachine.Repository,
                state = text.Split(' ')[0],
                commit = new string(text[^1], 40),
                usedAt = DateTime.UtcNow,
                shown = new { },
            })),
            null,
            JsonSerializer.Serialize(
                Enumerable.Repeat(
                    new { repository = TestMachine.Repository, fetchedAt = DateTime.UtcNow },
                    hasBase || checkouts.Length > 0 ? 1 : 0)),
            "[]");
    }

    private static string Places(
        TestFleet fleet,
        string? commit = Commit,
        string[]? except = null,
        (string Machine, bool IsNew)[]? sent = null) =>
        string.Join("; ", Read(fleet, commit, except, sent).Select(place =>
            place.GetProperty("machine").GetString()
            + (place.GetProperty("whyNot").GetString() is { } why ? $" - {why}"
                : (place.GetProperty("isFull").GetBoolean() ? "! " : ": ") + place.GetProperty("reason").GetString())));

    private static List<JsonElement> Read(
        TestFleet fleet,
        string? commit = Commit,
        string[]? except = null,
        (string Machine, bool IsNew)[]? sent = null,
        string? machine = null)
    {
        // As any machine, with its rights.
        var name = fleet.Owner.Get<string>("SELECT min(name) FROM gitproc.machine")!;
        using var database = new FleetDatabase(fleet.Address(name) + ";Pooling=false");
        using var json = JsonDocument.Parse(
            database.Places(TestMachine.Repository, commit, except ?? [], sent ?? [], machine));
        return [.. json.RootElement.Clone().EnumerateArray()];
    }
}
