using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Gitproc.Fleet.Database;
using Gitproc.Registry;

namespace Gitproc.Agent.Fleet;

/// <summary>The processes of this machine that wait at the agent's socket for slots. Thread-safe.</summary>
internal sealed class SlotWaiters
{
    private readonly ConcurrentDictionary<string, Waiter> _waiters = new();

    public bool IsEmpty => _waiters.IsEmpty;

    /// <summary>Adds one who waits, by its request.</summary>
    /// <returns>What it is told. Dispose it at the end.</returns>
    public Waiter Add(string request) => _waiters[request] = new Waiter(this, request);

    /// <summary>Tells those who wait what the fleet says of their requests.</summary>
    /// <param name="tickets">Those that have no slots yet, with their places if those are known.</param>
    public void Tell(IEnumerable<SlotRequestRow> requests, IReadOnlyDictionary<string, QueuePlace?> tickets)
    {
        foreach (var request in requests)
        {
            if (!_waiters.TryGetValue(request.Request, out var waiter))
                continue;
            if (request.Slots.Count > 0)
                waiter.Tell(new Told(Granted(request), IsLast: true));
            else if (!tickets.TryGetValue(request.Request, out var place))
                waiter.Tell(Told.Again);
            else if (place is not null)
                waiter.TellPlace(place);
        }
    }

    /// <summary>Lets all ask again, because the fleet is away or is there again.</summary>
    public void LetAllAsk()
    {
        foreach (var waiter in _waiters.Values)
            waiter.Tell(Told.Again);
    }

    private static string Granted(SlotRequestRow request) => JsonSerializer.Serialize(new
    {
        slots = request.Leases.Zip(
            request.Slots, (lease, slot) => new { lease, number = slot.Number, fence = slot.Fence }),
    });

    /// <summary>One who waits.</summary>
    internal sealed class Waiter(SlotWaiters all, string request) : IDisposable
    {
        private readonly Channel<Told> _told = Channel.CreateUnbounded<Told>();
        private long? _ahead;

        public ChannelReader<Told> Told => _told.Reader;

        public void Tell(Told told) => _told.Writer.TryWrite(told);

        public void TellPlace(QueuePlace place)
        {
            if (_ahead != place.Ahead)
                Tell(new Told(place.Answer, IsLast: false));
            _ahead = place.Ahead;
        }

        /// <inheritdoc/>
        public void Dispose() => all._waiters.TryRemove(new(request, this));
    }

    /// <summary>What one who waits is told.</summary>
    /// <param name="Answer">As the fleet would answer, as JSON.</param>
    /// <param name="IsLast">True if it waits no longer.</param>
    internal sealed record Told(string Answer, bool IsLast)
    {
        /// <summary>Its place in the queue is not known, or the fleet is away: it must ask again.</summary>
        public static readonly Told Again = new("", IsLast: false);

        public bool MustAsk => Answer.Length == 0;
    }
}
