using Gitproc.Agents;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.Remote;

/// <summary>
/// The other machine that does something: the one that is named, or the best placed one of the fleet, and the next if
/// that refuses.
/// </summary>
/// <param name="pool">The pool of this machine, whose agent knows the fleet.</param>
/// <param name="name">A machine of the fleet, or a host as ssh knows it; null for any of the fleet.</param>
public sealed class MachineChoice(Pool pool, string? name, IProgress<PoolReport>? reports)
{
    private readonly List<string> _tried = [];

    /// <inheritdoc cref="RemoteMachine.Cancellation"/>
    public CancellationToken Cancellation { get; init; }

    /// <inheritdoc cref="RemoteMachine.NeedsProgram"/>
    public bool NeedsProgram { get; init; }

    /// <summary>Does something that acquires a checkout.</summary>
    /// <param name="request">What to acquire, in the words of this machine.</param>
    /// <param name="work">Gets a machine, and the request in its words.</param>
    /// <returns>What <paramref name="work"/> returns.</returns>
    /// <exception cref="GitprocException">
    /// No machine can be reached and used; the reason is that of the last.
    /// </exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    public T Use<T>(AcquireRequest request, Func<RemoteMachine, AcquireRequest, T> work)
    {
        var sent = pool.Acquiring.ForOtherMachine(request, Cancellation);
        GitprocException? last = null;
        while (true)
        {
            // Disposed at the end of the work, which the agent counts until then.
            using var place = Find(sent.Key, sent.Commit);
            if (place is null)
                return work(Reach(sent.Ssh, name!, known: null), sent.Request);
            var mayWait = request.Wait is not null;
            if (place.Machines.FirstOrDefault(one => one.WhyNot is null && (mayWait || !one.IsFull)) is not { } best)
                throw last ?? NoMachine(place.Machines);
            if (name is null)
                reports?.Report(new PoolReport(ReportKind.Notice, $"on {best.Name}: {best.Reason}"));
            var machine = Reach(sent.Ssh, best.Host, best.Name);
            try
            {
                return work(machine, sent.Request);
            }
            catch (GitprocException e) when (!machine.HasStarted && name is null && e.Reason
                is ErrorReason.MachineNotReachable or ErrorReason.MachineNotUsable or ErrorReason.MachineRefuses
                or ErrorReason.ConnectionLost or ErrorReason.NoCheckoutAvailable)
            {
                reports?.Report(new PoolReport(ReportKind.Warning, e.Message));
                _tried.Add(best.Name);
                last = e;
            }
        }
    }

    /// <summary>Gets the machine that is named, whatever the fleet thinks of it.</summary>
    /// <exception cref="GitprocException">A setting cannot be read.</exception>
    public RemoteMachine Named()
    {
        var ssh = pool.Fleet.Settings(Cancellation).Remote.Ssh;
        using var place = Find(repository: "", commit: null);
        var known = place?.Machines[0];
        return Reach(ssh, known?.Host ?? name!, known?.Name);
    }

    private RemoteMachine Reach(IReadOnlyList<string> ssh, string host, string? known) => new(host, ssh, reports)
    {
        Name = known,
        IsOfFleet = known is not null,
        Cancellation = Cancellation,
        NeedsProgram = NeedsProgram,
    };

    // Null if the name is none of the fleet. Then ssh may know it.
    private Place? Find(string repository, string? commit)
    {
        Place place;
        try
        {
            place = new Place(pool, repository, commit, _tried, name, Cancellation);
        }
        catch (GitprocException e) when (name is not null && e.Reason
            is ErrorReason.AgentNotRunning or ErrorReason.FleetNotReachable or ErrorReason.FleetNotUsable)
        {
            return null;
        }

        if (name is null || place.Machines.Count > 0)
            return place;
        place.Dispose();
        return null;
    }

    private static GitprocException NoMachine(IReadOnlyList<Machine> machines) => new(
        ErrorReason.NoCheckoutAvailable,
        machines.Count == 0
            ? "The fleet has no machine."
            : "No machine of the fleet takes the command: "
                + string.Join("; ", machines.Select(one => $"{one.Name}: {one.WhyNot ?? "it is full"}")) + ".");

    /// <summary>What the agent knows of a machine.</summary>
    /// <param name="WhyNot">Why it takes no command; null if it may.</param>
    private sealed record Machine(string Name, string Host, string Reason, bool IsFull, string? WhyNot);

    /// <summary>An answer of the agent, which counts a run as long as this is open.</summary>
    private sealed class Place : IDisposable
    {
        private readonly Stream _agent;

        public Place(
            Pool pool,
            string repository,
            string? commit,
            IEnumerable<string> except,
            string? machine,
            CancellationToken cancellationToken)
        {
            (_agent, var answer) = AgentCall.Begin(
                pool.Fleet.Folder,
                "place",
                json =>
                {
                    json.WriteString("repository", repository);
                    json.WriteString("commit", commit);
                    json.WriteString("machine", machine);
                    json.WriteStartArray("except");
                    foreach (var one in except)
                        json.WriteStringValue(one);
                    json.WriteEndArray();
                },
                cancellationToken);
            using (answer)
            {
                Machines =
                [
                    .. answer.RootElement.GetProperty("places").EnumerateArray().Select(one => new Machine(
                        one.GetProperty("machine").GetString()!,
                        one.GetProperty("host").GetString()!,
                        one.GetProperty("reason").GetString()!,
                        one.GetProperty("isFull").GetBoolean(),
                        one.GetProperty("whyNot").GetString())),
                ];
            }
        }

        public IReadOnlyList<Machine> Machines { get; }

        public void Dispose() => _agent.Dispose();
    }
}
