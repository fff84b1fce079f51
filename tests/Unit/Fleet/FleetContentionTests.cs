using Gitproc.Unit.Support;
using Npgsql;

namespace Gitproc.Unit.Fleet;

/// <summary>Many sessions at once, in all functions that lock.</summary>
public sealed class FleetContentionTests(FleetServer server) : IClassFixture<FleetServer>
{
    private const int Machines = 4;
    private const int SessionsOfEach = 3;
    private const int Repositories = 3;
    private const int Most = 2;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(4);

    [PostgresFact]
    public void Sessions_that_call_all_functions_at_once_neither_deadlock_nor_lose_a_slot()
    {
        var names = Enumerable.Range(0, Machines).Select(i => $"m{i}").ToArray();
        using var fleet = server.Make(names);
        foreach (var name in names)
            fleet[name].Beat();
        for (var i = 0; i < Repositories; i++)
            fleet.SetLimit(Key(i), Most);
        var end = DateTime.UtcNow + Time;
        var tasks = names
            .SelectMany(name => Enumerable.Range(0, SessionsOfEach)
                .Select(session => Task.Run(() => Work(fleet, name, session, end))))
            .Append(Task.Run(() => Disturb(fleet, end)))
            .ToArray();
        Assert.True(Task.WaitAll(tasks, Time + Eventually.Limit));

        Assert.Equal(0, fleet.Owner.Get<long>(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
        // All is quiet: what is held or waits belongs to nobody any longer.
        foreach (var name in names)
        {
            var mine = fleet[name].Calls.Mine();
            fleet[name].Calls.Free(mine.Slots.Select(slot => slot.Lease), mine.Tickets.Keys);
        }

        Assert.Equal(0, fleet.Owner.Get<long>("SELECT count(*) FROM gitproc.slot WHERE lease IS NOT NULL"));
        Assert.Equal(0, fleet.Owner.Get<long>("SELECT count(*) FROM gitproc.ticket"));

        // The fleet may be closed. It opens when each machine has said what it holds.
        foreach (var name in names)
            fleet[name].Report();
        for (var i = 0; i < Repositories; i++)
            Assert.Equal("1 2", fleet["m0"].Ask($"one{i} two{i}", repository: Key(i)));
    }

    private static string Key(int repository) => $"example.com/r{repository}";

    private static void Work(TestFleet fleet, string name, int session, DateTime end)
    {
        var random = new Random(name[1] * 100 + session);
        using var machine = new TestMachine(fleet, name);
        for (var i = 0; DateTime.UtcNow < end; i++)
        {
            var leases = string.Join(' ', Enumerable.Range(0, random.Next(1, 3)).Select(n => $"{name}-{session}-{i}-{n}"));
            machine.Ask(leases, mayWait: random.Next(3) > 0, repository: Key(random.Next(Repositories)));
            switch (random.Next(6))
            {
                case 0:
                    machine.Calls.Mine();
                    break;
                case 1:
                    machine.Beat();
                    break;
                case 2:
                    // Leases in several repositories at once, in any order.
                    var mine = machine.Calls.Mine();
                    machine.Calls.Free(
                        mine.Slots.Select(slot => slot.Lease).Where(lease => random.Next(2) == 0).Reverse(),
                        mine.Tickets.Keys);
                    break;
                case 3:
                    machine.Report();
                    break;
                default:
                    machine.Calls.Free(leases.Split(' '), [leases]);
                    break;
            }
        }
    }

    // Machines become silent, are drained, leave; the fleet closes; limits are set again.
    private static void Disturb(TestFleet fleet, DateTime end)
    {
        using var owner = fleet.Open(Gitproc.Support.PostgresServer.Owner);
        var random = new Random(1);
        while (DateTime.UtcNow < end)
        {
            var name = $"m{random.Next(Machines)}";
            owner.Do("UPDATE gitproc.fleet SET tended_at = clock_timestamp() - interval '3 s'");
            switch (random.Next(5))
            {
                case 0:
                    owner.Do(
                        "UPDATE gitproc.machine SET beaten_at = clock_timestamp() - interval '1 h' WHERE name = $1", name);
                    owner.Do("UPDATE gitproc.fleet SET begun_at = 'epoch'");
                    break;
                case 1:
                    owner.Do("SELECT gitproc.drain($1, true)", name);
                    owner.Do("SELECT gitproc.drain($1, false)", name);
                    break;
                case 2:
                    Close(owner);
                    break;
                case 3:
                    owner.Do("SELECT gitproc.set_limit($1, $2)", Key(random.Next(Repositories)), Most);
                    break;
                default:
                    // At once, so that no call of it is refused.
                    owner.Do(
                        $"""
                        SELECT gitproc.leave('{name}');
                        UPDATE gitproc.machine SET state = 'new' WHERE name = '{name}'
                        """);
                    break;
            }

            Thread.Sleep(10);
        }

        Close(owner);
    }

    private static void Close(NpgsqlConnection owner) => owner.Do(
        "UPDATE gitproc.fleet SET is_open = false, incarnation = incarnation + 1, begun_at = clock_timestamp()");
}
