using System.Text.Json;
using System.Text.Json.Serialization;
using Gitproc.Agent.Fleet;
using Gitproc.Fleet.Database;
using Gitproc.Pools;
using Gitproc.Reports;
using Npgsql;

namespace Gitproc.Agent.Web;

/// <summary>
/// The board of all machines of the fleet: the copies that the machines send to its database, and this machine as it
/// is. Without a fleet, or while its database cannot be reached, it is this machine alone.
/// </summary>
internal sealed class FleetBoard(Pool pool, LocalBoard local, FleetLoop fleet) : IBoardSource
{
    // More cards than these help nobody, and take a browser seconds.
    private const int MostCheckouts = 2000;
    private const int MostEvents = 5000;

    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly Lock _lock = new();
    private Board? _last;
    private long _readAt = -(long)LongestAge.TotalMilliseconds;

    public Board Now()
    {
        var here = local.Now();
        lock (_lock)
        {
            if (Environment.TickCount64 - _readAt >= LongestAge.TotalMilliseconds)
            {
                _last = Read(here);
                _readAt = Environment.TickCount64;
            }

            return _last ?? here;
        }
    }

    // Null without a fleet.
    private Board? Read(Board here)
    {
        string? name = null;
        try
        {
            name = pool.Fleet.See().Fleet.Machine;
            return name is null ? null : Read(here, name, fleet.Current.Queries);
        }
        catch (Exception e) when (e is GitprocException or NpgsqlException or ObjectDisposedException)
        {
            if (name is null)
                return null;
            var machine = here.Machines[0];
            var problem = $"The other machines of the fleet are not shown. {e.Message}";
            return here with { Machines = [machine with { Name = name, Problem = machine.Problem ?? problem }] };
        }
    }

    private static Board Read(Board here, string name, FleetQueries queries)
    {
        var checkouts = List<Checkout>(queries.Checkouts(null, MostCheckouts)).ToLookup(one => one.Machine);
        var events = List<FleetEvent>(queries.History(null, here.At - LocalBoard.Past, MostEvents))
            .ToLookup(one => one.Machine);
        var rescues = List<FleetRescue>(queries.Rescues()).ToLookup(one => one.Machine);
        var machines = List<FleetMachine>(queries.Machines()).ConvertAll(machine => machine.Name == name
            ? here.Machines[0] with { Name = name, Note = Note(machine) }
            : new BoardMachine(machine.Name, machine.Pool ?? "")
            {
                Checkouts = [.. checkouts[machine.Name].Select(PoolEntry.FromCopy)],
                Events = [.. events[machine.Name].Select(one => one.Event)],
                Rescues = [.. rescues[machine.Name].Select(one => one.Rescue)],
                FreeSpace = machine.FreeSpace,
                Note = Note(machine),
                Problem = Problem(machine),
            });
        var waiters = List<FleetWaiter>(queries.Queue()).Select(waiter => new BoardWaiter(
            waiter.Place, waiter.Repository, "a slot of the fleet", waiter.Machine, waiter.Who, waiter.Since));
        return new Board(
            here.At, machines, [.. here.Queue.Select(waiter => waiter with { Machine = name }), .. waiters]);
    }

    private static string? Note(FleetMachine machine) => machine.IsDrained ? "drained: it gets no new slots" : null;

    private static string? Problem(FleetMachine machine) => machine.State == MachineState.Silent
        ? "The fleet has not heard of this machine for too long, and has taken its slots."
        : !machine.IsBeating ? "The fleet has not heard of this machine for more than a minute." : null;

    private static List<T> List<T>(string json) => JsonSerializer.Deserialize<List<T>>(json, Json)!;

    private sealed record FleetEvent(
        long Id,
        DateTimeOffset Time,
        EventKind Kind,
        string Checkout,
        string Repository,
        string? LeaseId,
        string Who,
        string? Why,
        string Machine)
    {
        public HistoryEvent Event => new(Id, Time, Kind, Checkout, Repository, LeaseId, Who, Why);
    }
}
