using System.Globalization;
using System.Text.Json;
using Gitproc.Fleet.Database;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Gitproc.Agent.Fleet;

/// <summary>
/// Keeps the machine's pool and the fleet's database in step: gives signs of life, delivers events and copies, and sees
/// to it that the fleet's slots are those of live leases and of processes that want one.
/// </summary>
/// <remarks>
/// It compares the two databases, again and again, and makes them agree; it keeps nothing that is in neither. So it may
/// end at any moment, and the next one goes on. One session of PostgreSQL listens for grants; the others come from a
/// small pool.
/// </remarks>
internal sealed partial class FleetLoop(
    Pool pool,
    AgentOptions options,
    OnlyAgent only,
    SlotWaiters waiters,
    Grants grants,
    ILogger<FleetLoop> log) : BackgroundService
{
    private const int EventsAtOnce = 500;

    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenMirrors = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenSettings = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly AutoResetEvent _wake = new(false);
    private volatile bool _mustBeat;
    private volatile Connected? _connected;
    private volatile string _away = "The agent has just started, and has not reached the fleet's database yet.";

    /// <summary>The calls of the fleet's database.</summary>
    /// <exception cref="GitprocException">There is no connection; the message says why.</exception>
    public Connected Current => _connected
        ?? throw new GitprocException(ErrorReason.FleetNotReachable, _away);

    /// <summary>Looks at once, because something has changed that no database tells.</summary>
    public void Wake() => _wake.Set();

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await only.WaitAsync(stoppingToken);
        await Task.Factory.StartNew(
            () => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Run(CancellationToken stopping)
    {
        using var ending = stopping.Register(() => _wake.Set());
        var pause = ShortestPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var settings = Settings(stopping);
                if (settings.Fleet.Address is not { } address)
                {
                    LeaveFleet();
                    stopping.WaitHandle.WaitOne(BetweenSettings);
                    continue;
                }

                using var connected = new Connected(address);
                Stay(connected, settings, () => pause = ShortestPause, stopping);
            }
            catch (GitprocException e)
            {
                if (_away != e.Message)
                    LogAway(e.Message);
                _away = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException e)
            {
                _away = $"The agent cannot read what it needs: {e.Message}";
                LogAway(_away);
            }
            finally
            {
                _connected = null;
            }

            waiters.LetAllAsk();
            stopping.WaitHandle.WaitOne(pause * (0.5 + Random.Shared.NextDouble()));
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    private PoolSettings Settings(CancellationToken cancellationToken)
    {
        var settings = pool.Fleet.Settings(cancellationToken);
        return settings with
        {
            Fleet = settings.Fleet with { Address = options.Fleet ?? settings.Fleet.Address },
        };
    }

    // Without a fleet there are no limits.
    private void LeaveFleet()
    {
        _away = "This machine is in no fleet: gitproc.fleet is not set.";
        var fleet = pool.Fleet.See().Fleet;
        if (fleet.Machine is not null)
            pool.Fleet.Write(fleet with { Machine = null, Revision = -1 }, []);
    }

    // Until the connection or the agent ends.
    private void Stay(Connected connected, PoolSettings settings, Action hasBegun, CancellationToken stopping)
    {
        var mirror = new Mirror(pool, connected.Calls);
        var answer = Beat(connected, settings);
        using var listening = Listen(connected, answer.Machine);
        _connected = connected;
        _away = "";
        hasBegun();
        LogConnected(answer.Name);
        waiters.LetAllAsk();
        var (beaten, mirrored, placed, read) = (Environment.TickCount64, 0L, 0L, Environment.TickCount64);
        var (isDue, hasChanged, mustPlace) = (true, true, false);
        // A sign of life may get lost, and the next one too.
        var quarter = settings.Fleet.MachineTimeout / 4;
        var betweenBeats = quarter < BetweenBeats ? quarter : BetweenBeats;
        while (!stopping.IsCancellationRequested)
        {
            if (listening.Error is { } error)
                throw error;
            if (_mustBeat || IsOver(betweenBeats, beaten))
            {
                _mustBeat = false;
                answer = Beat(connected, settings);
                beaten = Environment.TickCount64;
                isDue = true;
            }

            if (isDue)
            {
                var withPlaces = !waiters.IsEmpty && IsOver(answer.BetweenPlaces, placed);
                Reconcile(connected.Calls, withPlaces);
                mustPlace = !withPlaces && !waiters.IsEmpty;
                if (withPlaces)
                    placed = Environment.TickCount64;
            }

            hasChanged |= isDue;
            if (hasChanged && IsOver(BetweenMirrors, mirrored))
            {
                Deliver(connected.Calls);
                mirror.Send();
                mirrored = Environment.TickCount64;
                hasChanged = false;
            }

            if (IsOver(BetweenSettings, read))
            {
                var now = Settings(stopping);
                if (now.Fleet != settings.Fleet)
                    return;
                (settings, read) = (now, Environment.TickCount64);
            }

            // A process that ends changes no database. PostgreSQL is not asked while nothing happens.
            isDue = pool.Fleet.WaitForChange(BetweenLooks, _wake)
                || pool.Fleet.RemoveDeadRequests(pool.Fleet.See().Requests).Count > 0
                || (mustPlace && IsOver(answer.BetweenPlaces, placed));
        }
    }

    private static bool IsOver(TimeSpan pause, long since) =>
        Environment.TickCount64 - since >= pause.TotalMilliseconds;

    private BeatAnswer Beat(Connected connected, PoolSettings settings)
    {
        var sight = pool.Fleet.See();
        var fleet = sight.Fleet;
        var granted = sight.Held.Max(row => row.Lease!.Slot?.Fence) ?? 0;
        var answer = connected.Calls.Beat(
            fleet.Pool,
            fleet.Revision,
            Math.Max(granted, fleet.Granted),
            settings.Fleet.MachineTimeout,
            MachineFacts.Read(pool.Path, settings));
        if (answer.Delivered > pool.Fleet.NewestEvent())
        {
            // The pool's database is an older copy, and numbers events that the fleet has once more.
            var again = fleet with { Pool = Guid.NewGuid().ToString("N"), Delivered = pool.Fleet.NewestEvent() };
            pool.Fleet.Write(again, limits: null);
            return Beat(connected, settings);
        }

        var now = fleet with
        {
            Machine = answer.Name,
            Revision = answer.Revision,
            Granted = Math.Max(granted, fleet.Granted),
            // Less than before, if the fleet's database was restored from an older backup.
            Delivered = answer.Delivered,
        };
        if (now != fleet || answer.Limits is not null)
            pool.Fleet.Write(now, answer.Limits);
        if (answer.MustReport || answer.Limits is not null)
            Report(connected.Calls, answer.WasSilent);
        // Says that this machine has the limits.
        return answer.Limits is null ? answer : Beat(connected, settings);
    }

    private void Report(MachineCalls calls, bool wasSilent)
    {
        pool.Fleet.RemoveDeadRequests(pool.Fleet.See().Requests);
        var sight = grants.SeeToReport();
        if (wasSilent)
        {
            var lost = sight.Held
                .Where(row => row.Lease!.Slot is not null && sight.Limits.ContainsKey(row.RepositoryKey)).ToList();
            LogSilent(lost.Count);
            if (lost.Count > 0)
                pool.Fleet.NoteLostSlots(lost);
        }

        calls.Report(sight.Counted.Where(lease => sight.Limits.ContainsKey(lease.Repository)).Select(lease =>
            new HeldLease(
                lease.Id, lease.Repository, lease.Who, lease.Slot?.Number, lease.Slot?.Fence, lease.Request)));
    }

    // Slots first: what is granted after that is no matter of this time. A lease that is gone from the pool by then has
    // ended, and an intent that is gone has become a lease or has ended. Intents whose processes have ended go before
    // leases are read: such a process may have made its lease a moment before.
    private void Reconcile(MachineCalls calls, bool withPlaces)
    {
        var before = pool.Fleet.See();
        var share = calls.Mine(withPlaces);
        pool.Fleet.RemoveDeadRequests(before.Requests);
        var sight = Note(share, pool.Fleet.See());
        var wanted = sight.Requests.SelectMany(request => request.Leases)
            .Concat(sight.Held.Select(row => row.Lease!.Id))
            .ToHashSet();
        var requests = sight.Requests.Select(request => request.Request).ToHashSet();
        var over = share.Slots.Where(slot => !wanted.Contains(slot.Lease)).Select(slot => slot.Lease).ToList();
        var withdrawn = share.Tickets.Keys.Where(request => !requests.Contains(request)).ToList();
        if (over.Count > 0 || withdrawn.Count > 0)
            calls.Free(over, withdrawn);
        // From before the limit, or from a moment in which this machine did not have it yet, or forgotten by the fleet.
        // One that has got its slot since Mine is counted already.
        var counted = share.Slots.Select(slot => slot.Lease).Concat(sight.Counted.Select(lease => lease.Id).Except(
            before.Counted.Select(lease => lease.Id))).ToHashSet();
        if (sight.Counted.Any(lease => sight.Limits.ContainsKey(lease.Repository) && !counted.Contains(lease.Id)))
            Report(calls, wasSilent: false);

        waiters.Tell(sight.Requests, share.Tickets);
    }

    // Writes down what was granted to requests that did not have it.
    private FleetSight Note(MachineShare share, FleetSight sight)
    {
        var slots = share.Slots.ToDictionary(slot => slot.Lease, slot => new FleetSlot(slot.Number, slot.Fence));
        var granted = sight.Requests
            .Where(request => request.Slots.Count == 0 && request.Leases.All(slots.ContainsKey))
            .Select(request => (request.Request, (IReadOnlyList<FleetSlot>)[.. request.Leases.Select(id => slots[id])]))
            .ToList();
        if (granted.Count == 0)
            return sight;
        pool.Fleet.NoteGranted(granted);
        return pool.Fleet.See();
    }

    private void Deliver(MachineCalls calls)
    {
        while (true)
        {
            var fleet = pool.Fleet.See().Fleet;
            var events = pool.Fleet.EventsAfter(fleet.Delivered, EventsAtOnce);
            if (events.Count == 0)
                return;
            var told = JsonSerializer.Serialize(events.Select(one => new
            {
                number = one.Id,
                at = one.Time.UtcDateTime,
                kind = one.Kind.ToString(),
                checkout = one.Checkout,
                repository = one.Repository,
                lease = one.LeaseId,
                who = one.Who,
                why = one.Why,
            }));
            var delivered = calls.Deliver(fleet.Pool, told);
            pool.Fleet.Write(fleet with { Delivered = Math.Max(delivered, events[^1].Id) }, limits: null);
        }
    }

    private Listening Listen(Connected connected, int machine) => new(
        connected.Database,
        string.Create(CultureInfo.InvariantCulture, $"gitproc_{machine}"),
        payload =>
        {
            if (payload.Length > 0)
                _mustBeat = true;
            _wake.Set();
        });

    [LoggerMessage(LogLevel.Information, "connected to the fleet as {Machine}")]
    private partial void LogConnected(string machine);

    [LoggerMessage(LogLevel.Warning, "{Why}")]
    private partial void LogAway(string why);

    [LoggerMessage(
        LogLevel.Warning,
        "the fleet had not heard of this machine for too long, and has taken its slots; {Count} of its leases lost theirs")]
    private partial void LogSilent(int count);

    /// <summary>A connection to the fleet's database.</summary>
    internal sealed class Connected : IDisposable
    {
        public Connected(string address)
        {
            Database = new FleetDatabase(address);
            Calls = new MachineCalls(Database);
            Queries = new FleetQueries(Database);
        }

        public FleetDatabase Database { get; }

        public MachineCalls Calls { get; }

        public FleetQueries Queries { get; }

        /// <inheritdoc/>
        public void Dispose() => Database.Dispose();
    }

    /// <summary>A session that listens, on a thread of its own.</summary>
    private sealed class Listening : IDisposable
    {
        private static readonly TimeSpan BetweenProbes = TimeSpan.FromSeconds(15);

        private readonly FleetDatabase _database;
        private readonly NpgsqlConnection _session;
        private readonly CancellationTokenSource _end = new();
        private readonly Thread _thread;

        public Listening(FleetDatabase database, string channel, Action<string> told)
        {
            _database = database;
            _session = database.Listen(channel);
            _session.Notification += (_, notification) => told(notification.Payload);
            _thread = new Thread(() => Run(told)) { IsBackground = true, Name = "listening" };
            _thread.Start();
        }

        /// <summary>Why the session has ended; null while it lives.</summary>
        public GitprocException? Error { get; private set; }

        /// <inheritdoc/>
        public void Dispose()
        {
            _end.Cancel();
            _thread.Join();
            _session.Dispose();
            _end.Dispose();
        }

        private void Run(Action<string> told)
        {
            try
            {
                while (!_end.IsCancellationRequested)
                {
                    using var probe = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                    probe.CancelAfter(BetweenProbes);
                    try
                    {
                        _session.WaitAsync(probe.Token).GetAwaiter().GetResult();
                    }
                    catch (OperationCanceledException) when (!_end.IsCancellationRequested)
                    {
                        // A peer that is gone without a word is found by asking.
                        using var command = new NpgsqlCommand("SELECT 1", _session);
                        command.ExecuteScalar();
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The agent ends.
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                Error = _database.Translate(e);
                told("");
            }
        }
    }
}
