using System.Diagnostics;
using System.Text.Json;
using Gitproc.Agents;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Leases;

/// <summary>
/// The slots of the fleet for the leases of one acquire, if the fleet limits the repository. The agent of this machine
/// gets them from PostgreSQL.
/// </summary>
/// <remarks>
/// <para>An intent comes first: a row with the ids of the leases to be made, and a file that this process keeps locked.
/// The slots carry these ids, and the leases follow. The row stays until the acquire has ended. So a slot belongs to a
/// live intent or to a lease of this pool, or its holder is gone and the agent frees it. The agent writes the slots
/// into the row before this process hears of them.</para>
/// <para>Disposal removes the intent. Slots without a lease are then free.</para>
/// </remarks>
internal sealed class FleetSlots : IDisposable
{
    // An agent that is started anew is there again after a moment.
    private static readonly TimeSpan LongestRestart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    private readonly FleetTable _fleet;
    private readonly string _repository;
    private readonly IReadOnlyList<string> _leases;
    private readonly Ticket _ticket;
    private Dictionary<string, FleetSlot> _slots = [];

    private FleetSlots(PoolFolder folder, PoolDatabase database, WantedSlots wanted)
    {
        _fleet = new FleetTable(database.Connection);
        _repository = wanted.Repository;
        var file = Guid.NewGuid().ToString("N");
        _leases = [.. Enumerable.Range(0, wanted.Count).Select(_ => Guid.NewGuid().ToString("N"))];
        Request = Guid.NewGuid().ToString("N");
        var who = wanted.Caller.Value.ToString();
        _ticket = new Ticket(
            folder.Ticket(file),
            () => database.Change(
                () => _fleet.Add(new SlotRequestRow(
                    Request, _repository, _leases, file, who, wanted.Longest is not null))),
            id => database.Change(() => _fleet.Remove(id)));
    }

    private string Request { get; }

    /// <summary>Gets the slots that an acquire needs.</summary>
    /// <returns>Null if the fleet does not limit the repository.</returns>
    /// <exception cref="GitprocException">No slot is free, or nobody can tell.</exception>
    public static FleetSlots? Get(
        PoolFolder folder,
        PoolDatabase database,
        WantedSlots wanted,
        IProgress<PoolReport>? reports,
        CancellationToken cancellationToken)
    {
        if (new FleetTable(database.Connection).LimitOf(wanted.Repository) is null)
            return null;
        var slots = new FleetSlots(folder, database, wanted);
        try
        {
            var asking = new Asking(folder, wanted, slots.Request, reports);
            if (asking.Run(cancellationToken) is not { } granted)
            {
                slots.Dispose();
                return null;
            }

            slots._slots = granted;
            slots.HasWaited = asking.HasWaited;
            return slots;
        }
        catch
        {
            slots.Dispose();
            throw;
        }
    }

    /// <summary>True if it took a while. Facts from before may then be out of date.</summary>
    public bool HasWaited { get; private set; }

    /// <summary>
    /// Gives a new lease one of the slots, and the id that the slot carries. The caller is in the transaction that
    /// makes the lease, so the agent cannot remove the intent, and free the slot, in between.
    /// </summary>
    /// <param name="isUsed">True for an id that another lease of the acquire has.</param>
    public Lease GiveTo(Lease lease, Func<string, bool> isUsed)
    {
        if (_fleet.Find(Request) is null)
        {
            throw new GitprocException(
                ErrorReason.NoCheckoutAvailable,
                $"This process was stopped for so long that its slot of {_repository} is given to others. Run it again.",
                _repository);
        }

        var id = _leases.First(id => !isUsed(id));
        return lease with { Id = id, Slot = _slots[id] };
    }

    /// <inheritdoc/>
    public void Dispose() => _ticket.Dispose();

    /// <summary>One conversation with the agent, which goes on with the next agent if that one ends.</summary>
    private sealed class Asking(
        PoolFolder folder, WantedSlots wanted, string request, IProgress<PoolReport>? reports)
    {
        private readonly string _repository = wanted.Repository;
        private readonly TimeSpan? _longest = wanted.Longest;
        private readonly Stopwatch _time = Stopwatch.StartNew();
        private Stopwatch? _withoutAgent;
        private string _lastReport = "";
        private string? _lastAnswer;

        public bool HasWaited { get; private set; }

        public Dictionary<string, FleetSlot>? Run(CancellationToken cancellationToken)
        {
            while (true)
            {
                using var agent = AgentSocket.TryConnect(folder);
                if (agent is not null && TryAsk(agent))
                {
                    using var reader = new StreamReader(agent);
                    while (ReadLine(reader, cancellationToken) is { } answer)
                    {
                        _withoutAgent = null;
                        using var json = JsonDocument.Parse(answer);
                        if (json.RootElement.TryGetProperty("unlimited", out _))
                            return null;
                        if (json.RootElement.TryGetProperty("slots", out var slots))
                            return Slots(slots);
                        Follow(json.RootElement);
                    }
                }

                // The first time, nobody knows whether there ever was one.
                _withoutAgent ??= Stopwatch.StartNew();
                if (_lastAnswer is null || (_longest is null && _withoutAgent.Elapsed > LongestRestart))
                    throw NoAgent();
                Report("the agent of this machine has ended; waiting for the next one", null);
                MustHaveTime("The agent of this machine does not run.");
                HasWaited = true;
                if (cancellationToken.WaitHandle.WaitOne(BetweenTries))
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }

        // False if the agent has ended since it took the connection.
        private bool TryAsk(Stream agent)
        {
            try
            {
                agent.Write(AgentCall.Line("slots", json => json.WriteString("request", request)));
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        // Null at the end of the stream.
        private string? ReadLine(StreamReader reader, CancellationToken cancellationToken)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (_longest is { } time && time != Timeout.InfiniteTimeSpan)
                end.CancelAfter(Math.Max(1, (int)Math.Min((time - _time.Elapsed).TotalMilliseconds, int.MaxValue)));
            try
            {
                return reader.ReadLineAsync(end.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw TooLong(_lastAnswer ?? "The agent of this machine does not answer.");
            }
            catch (IOException)
            {
                return null;
            }
        }

        // An answer that is not the last one: it says why there is no slot yet.
        private void Follow(JsonElement answer)
        {
            if (answer.TryGetProperty("refused", out var refused) || answer.TryGetProperty("error", out refused))
                throw new GitprocException(ErrorReason.NoCheckoutAvailable, refused.GetString()!, _repository);
            if (answer.TryGetProperty("away", out var away))
            {
                var why = away.GetString()!;
                if (!wanted.WaitsForFleet)
                {
                    throw new GitprocException(
                        ErrorReason.FleetNotReachable, $"The fleet limits {_repository}. {why}", _repository);
                }

                Report($"waiting for the fleet, which limits {_repository}: {why}", null);
                _lastAnswer = why;
            }
            else
            {
                var ahead = answer.GetProperty("ahead").GetInt64();
                var most = answer.GetProperty("most").GetInt32();
                // One process may hold several.
                var holders = string.Join(", ", answer.GetProperty("holders").EnumerateArray()
                    .Select(holder => holder.GetString()!)
                    .GroupBy(holder => holder)
                    .Select(slots => slots.Skip(1).Any() ? $"{slots.Key} ({slots.Count()} slots)" : slots.Key));
                _lastAnswer = !answer.GetProperty("isOpen").GetBoolean()
                    ? "The fleet's database was started anew, and machines still have to report what they hold."
                    : $"The fleet may hold {most} checkouts of {_repository} at once. They are held by {holders}.";
                if (_longest is null)
                    throw new GitprocException(ErrorReason.NoCheckoutAvailable, _lastAnswer, _repository)
                    {
                        Hint = new(" To wait for one: ", Command: null) { Options = [new("Wait")] },
                    };
                var place = ahead == 0 ? "you are next" : $"{ahead} before you";
                Report($"waiting for a slot of {_repository}: {place}. {_lastAnswer}", place);
            }

            HasWaited = true;
        }

        private static Dictionary<string, FleetSlot> Slots(JsonElement slots) => slots.EnumerateArray().ToDictionary(
            one => one.GetProperty("lease").GetString()!,
            one => new FleetSlot(one.GetProperty("number").GetInt32(), one.GetProperty("fence").GetInt64()));

        private void Report(string text, string? brief)
        {
            if (text != _lastReport)
                reports?.Report(new PoolReport(ReportKind.Waiting, text) { Brief = brief });
            _lastReport = text;
        }

        private void MustHaveTime(string why)
        {
            if (_longest is { } time && time != Timeout.InfiniteTimeSpan && _time.Elapsed > time)
                throw TooLong(why);
        }

        private GitprocException TooLong(string why) => new(
            ErrorReason.NoCheckoutAvailable,
            $"Waited {_longest!.Value.TotalSeconds:0.#} s for a slot of {_repository} and did not get one. {why}",
            _repository);

        private GitprocException NoAgent() => new(
            ErrorReason.AgentNotRunning,
            $"The fleet limits {_repository}, and no agent runs on this machine that could ask for a slot. "
                + $"Start gitproc-agent for the pool {folder.Path}.",
            _repository);
    }
}

/// <summary>The slots that an acquire needs.</summary>
/// <param name="Repository">The key of the repository.</param>
/// <param name="Count">How many.</param>
/// <param name="Longest">How long to wait while none is free; null for not at all.</param>
/// <param name="WaitsForFleet">True to wait too while the fleet's database cannot be reached.</param>
/// <param name="Caller">The user or job, for others who want one.</param>
internal sealed record WantedSlots(
    string Repository, int Count, TimeSpan? Longest, bool WaitsForFleet, Lazy<Caller> Caller);
