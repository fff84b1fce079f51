using System.Text.Json;
using Gitproc.Fleet.Database;

namespace Gitproc.Unit.Support;

/// <summary>
/// A machine of a fleet. It calls the fleet's database as an agent does, and holds what it was granted until that is
/// freed.
/// </summary>
internal sealed class TestMachine : IDisposable
{
    /// <summary>The repository that it wants checkouts of.</summary>
    public const string Repository = "example.com/r";

    private readonly FleetDatabase _database;
    private readonly Dictionary<string, HeldLease> _held = [];

    public TestMachine(TestFleet fleet, string name)
    {
        Name = name;
        // A session for each call: some tests restart the server.
        _database = new FleetDatabase(fleet.Address(name) + ";Pooling=false");
        Calls = new MachineCalls(_database);
    }

    public string Name { get; }

    public MachineCalls Calls { get; }

    /// <summary>Which limits it has.</summary>
    public long Revision { get; private set; } = -1;

    /// <summary>The highest fence that it has seen.</summary>
    public long Granted { get; set; }

    public string Pool { get; set; } = Guid.NewGuid().ToString();

    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The host that it is on; null if it does not say so.</summary>
    public string? Host { get; init; }

    /// <summary>The leases that it holds, in order.</summary>
    public string Held => string.Join(", ", _held.Keys.Order(StringComparer.Ordinal));

    /// <summary>Beats, and reports if it has to.</summary>
    public BeatAnswer Beat()
    {
        var answer = OnlyBeat();
        if (answer.MustReport)
            Report();
        return answer;
    }

    /// <summary>Beats.</summary>
    public BeatAnswer OnlyBeat()
    {
        var answer = Calls.Beat(
            Pool, Revision, Granted, Timeout, JsonSerializer.Serialize(new { host = Host, pool = "/pool" }));
        Revision = answer.Revision;
        return answer;
    }

    /// <summary>Sends the fleet a copy of checkout-7, which a job of anna's holds.</summary>
    public void ShowCheckout(string repository, string branch, string label, string? jobUrl) => Calls.Mirror(
        JsonSerializer.Serialize(new[]
        {
            new
            {
                number = 7,
                repository,
                state = "Locked",
                shown = new
                {
                    name = "checkout-7", path = "/far/checkout-7", repository, url = "far", state = "locked",
                    kind = "clone", branch, leaseId = "l", user = "anna", ownerProcessId = 5,
                    ownerProcessName = "bash", label, acquiredAt = DateTimeOffset.UtcNow,
                    createdAt = DateTimeOffset.UtcNow, job = new { system = "CI", run = "9", url = jobUrl },
                },
            },
        }),
        [],
        null,
        null);

    public void Report() => Calls.Report(_held.Values);

    /// <summary>Asks for slots of leases, and holds them if they are granted.</summary>
    /// <param name="leases">The ids, with spaces between them; the request has this name too.</param>
    /// <returns>As <c>1 2</c> (the numbers of the slots), <c>ahead 3</c>, <c>refused</c> or <c>unlimited</c>.</returns>
    public string Ask(string leases, bool mayWait = true, string repository = Repository)
    {
        using var answer = JsonDocument.Parse(
            Calls.Ask(leases, repository, leases.Split(' '), $"user of {leases}", mayWait));
        if (answer.RootElement.TryGetProperty("slots", out var slots))
        {
            var granted = slots.EnumerateArray().Select(slot => new GrantedSlot(
                slot.GetProperty("lease").GetString()!,
                leases,
                slot.GetProperty("number").GetInt32(),
                slot.GetProperty("fence").GetInt64())).ToList();
            granted.ForEach(slot => Hold(slot, repository));
            return string.Join(' ', granted.Select(slot => slot.Number).Order());
        }

        return answer.RootElement.TryGetProperty("ahead", out var ahead)
            ? $"ahead {ahead}"
            : answer.RootElement.EnumerateObject().Single().Name;
    }

    /// <summary>Holds what it was granted meanwhile.</summary>
    /// <returns>The leases that have slots, in order.</returns>
    public string Look()
    {
        foreach (var slot in Calls.Mine().Slots)
            Hold(slot, Repository);
        return Held;
    }

    /// <summary>Holds a lease without a slot, as one that is from before the limit.</summary>
    public void Hold(string lease, string repository = Repository) =>
        _held[lease] = new HeldLease(lease, repository, $"user of {lease}", Slot: null, Fence: null);

    public HeldLease Find(string lease) => _held[lease];

    /// <summary>Its holder dies, and nobody tells the fleet.</summary>
    public void Lose(string lease) => _held.Remove(lease);

    public void Free(string lease)
    {
        _held.Remove(lease);
        Calls.Free([lease], []);
    }

    public void Dispose() => _database.Dispose();

    private void Hold(GrantedSlot slot, string repository)
    {
        Granted = Math.Max(Granted, slot.Fence);
        _held[slot.Lease] = new HeldLease(slot.Lease, repository, $"user of {slot.Lease}", slot.Number, slot.Fence);
    }
}
