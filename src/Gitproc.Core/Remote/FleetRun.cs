using Gitproc.Agents;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.Remote;

/// <summary>Runs a command on a machine of the fleet: the best placed one, or the next if that refuses.</summary>
/// <param name="pool">The pool of this machine, whose agent knows the fleet.</param>
/// <param name="machine">The name of the only machine that is meant; null for any.</param>
public sealed class FleetRun(Pool pool, string? machine, IProgress<PoolReport>? reports)
{
    private readonly List<string> _tried = [];

    /// <summary>True if the agent of the pool knows a machine of that name.</summary>
    public static bool Knows(Pool pool, string name)
    {
        try
        {
            using var place = new Place(pool, "", null, [], name);
            return place.Machines.Count > 0;
        }
        catch (GitprocException e) when (e.Reason
            is ErrorReason.AgentNotRunning or ErrorReason.FleetNotReachable or ErrorReason.FleetNotUsable)
        {
            return false;
        }
    }

    /// <summary>Runs it; see <see cref="RemoteRun.Run"/>.</summary>
    public int Run(
        AcquireRequest request,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> variables,
        Func<int, Stream> streams)
    {
        var sent = pool.Acquiring.ForOtherMachine(request);
        GitprocException? last = null;
        while (true)
        {
            // Disposed at the end of the run, which the agent counts until then.
            using var place = new Place(pool, sent.Key, sent.Commit, _tried, machine);
            var mayWait = request.Wait is not null;
            if (place.Machines.FirstOrDefault(one => one.WhyNot is null && (mayWait || !one.IsFull)) is not { } best)
                throw last ?? NoMachine(place.Machines);
            if (machine is null)
                reports?.Report(new PoolReport(ReportKind.Notice, $"on {best.Name}: {best.Reason}"));
            var run = new RemoteRun(best.Host, sent.Ssh, reports) { Name = best.Name, IsOfFleet = true };
            try
            {
                return run.Run(sent.Request, command, variables, streams);
            }
            catch (GitprocException e) when (!run.HasStarted && machine is null && e.Reason
                is ErrorReason.MachineNotReachable or ErrorReason.MachineNotUsable or ErrorReason.MachineRefuses
                or ErrorReason.ConnectionLost or ErrorReason.NoCheckoutAvailable)
            {
                reports?.Report(new PoolReport(ReportKind.Warning, e.Message));
                _tried.Add(best.Name);
                last = e;
            }
        }
    }

    private static GitprocException NoMachine(IReadOnlyList<Machine> machines) => new(
        ErrorReason.NoCheckoutAvailable,
        machines.Count == 0
            ? "The fleet has no such machine."
            : "No machine of the fleet takes the command: "
                + string.Join("; ", machines.Select(one => $"{one.Name}: {one.WhyNot ?? "it is full"}")) + ".");

    /// <summary>What the agent knows of a machine.</summary>
    /// <param name="WhyNot">Why it takes no command; null if it may.</param>
    private sealed record Machine(string Name, string Host, string Reason, bool IsFull, string? WhyNot);

    /// <summary>An answer of the agent, which counts a run as long as this is open.</summary>
    private sealed class Place : IDisposable
    {
        private readonly Stream _agent;

        public Place(Pool pool, string repository, string? commit, IEnumerable<string> except, string? machine)
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
                CancellationToken.None);
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
