using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Gitproc.Fleet.Database;
using Gitproc.Registry;

namespace Gitproc.Agent.Fleet;

/// <summary>The processes of this machine that wait at the agent's socket for slots. Thread-safe.</summary>
internal sealed class SlotWaiters
{
    /// <summary>Told to one who must ask again: its place in the queue is not known, or the fleet is away.</summary>
    public const string Again = "";

    private readonly ConcurrentDictionary<string, Waiter> _waiters = new();

    /// <summary>Adds one who waits, by its request.</summary>
    /// <returns>What it is told: an answer as JSON, or <see cref="Again"/>. Dispose it at the end.</returns>
    public Waiter Add(string request) => _waiters[request] = new Waiter(this, request);

    /// <summary>Tells those who wait what the fleet says of their requests.</summary>
    public void Tell(IEnumerable<SlotRequestRow> requests, MachineShare share)
    {
        if (_waiters.IsEmpty)
            return;
        var slots = share.Slots.Where(slot => slot.Request is not null).ToLookup(slot => slot.Request!);
        foreach (var request in requests)
        {
            if (!_waiters.TryGetValue(request.Request, out var waiter))
                continue;
            var granted = slots[request.Request].ToList();
            if (granted.Count == request.Leases.Count)
                waiter.Tell(Granted(granted));
            else if (share.Tickets.TryGetValue(request.Request, out var ahead))
                waiter.TellPlace(ahead);
            else
                waiter.TellPlace(-1);
        }
    }

    /// <summary>Tells all the same.</summary>
    public void TellAll(string answer)
    {
        foreach (var waiter in _waiters.Values)
            waiter.Tell(answer);
    }

    private static string Granted(IEnumerable<GrantedSlot> slots) => JsonSerializer.Serialize(new
    {
        slots = slots.Select(slot => new { lease = slot.Lease, number = slot.Number, fence = slot.Fence }),
    });

    /// <summary>One who waits.</summary>
    internal sealed class Waiter(SlotWaiters all, string request) : IDisposable
    {
        private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
        private long? _ahead;

        public ChannelReader<string> Told => _told.Reader;

        public void Tell(string answer) => _told.Writer.TryWrite(answer);

        // It asks for the words itself when its place has changed.
        public void TellPlace(long ahead)
        {
            if (_ahead != ahead)
                Tell(Again);
            _ahead = ahead;
        }

        /// <inheritdoc/>
        public void Dispose() => all._waiters.TryRemove(new(request, this));
    }
}
