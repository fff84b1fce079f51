using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gitproc.Agents;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>
/// What commands see of the fleet that this machine belongs to, and change in it. The agent of the pool asks
/// PostgreSQL, as the role of this machine. Thread-safe.
/// </summary>
/// <remarks>
/// Every method throws a <see cref="GitprocException"/> if no agent runs, if the fleet's database cannot be reached, or
/// if it refuses.
/// </remarks>
public sealed class FleetView
{
    private readonly Session _session;

    internal FleetView(Session session) => _session = session;

    /// <summary>Lists the machines, by name.</summary>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>All that have not left.</returns>
    public IReadOnlyList<FleetMachine> ListMachines(CancellationToken cancellationToken = default) =>
        List<FleetMachine>("machines", _ => { }, cancellationToken);

    /// <summary>Lists the limits, by repository.</summary>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The limits.</returns>
    public IReadOnlyList<FleetLimit> ListLimits(CancellationToken cancellationToken = default) =>
        List<FleetLimit>("limits", _ => { }, cancellationToken);

    /// <summary>Lists who holds slots of limited repositories.</summary>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The slots, by repository and number.</returns>
    public IReadOnlyList<FleetHolder> ListHolders(CancellationToken cancellationToken = default) =>
        List<FleetHolder>("holders", _ => { }, cancellationToken);

    /// <summary>Lists who waits for a slot.</summary>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>Those who wait, by repository and place.</returns>
    public IReadOnlyList<FleetWaiter> ListQueue(CancellationToken cancellationToken = default) =>
        List<FleetWaiter>("queue", _ => { }, cancellationToken);

    /// <summary>Reads who holds and who waits for checkouts on all machines, as their agents have last told.</summary>
    /// <param name="repository">Only this one: a key or its last part, such as <c>owner/repo</c>; null for all.</param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The machines, the limits, who holds checkouts, and the queue.</returns>
    public FleetSnapshot Read(string? repository = null, CancellationToken cancellationToken = default)
    {
        var held = List<Checkout>(
            "checkouts",
            json =>
            {
                json.WriteString("repository", repository);
                json.WriteBoolean("held", true);
            },
            cancellationToken);
        return new FleetSnapshot(
            ListMachines(cancellationToken),
            [.. ListLimits(cancellationToken).Where(limit => IsMeant(limit.Repository))],
            [.. held.Where(checkout => checkout.Locked).Select(PoolEntry.FromCopy)],
            [.. ListQueue(cancellationToken).Where(waiter => IsMeant(waiter.Repository))]);

        bool IsMeant(string key) => repository is null || key == repository
            || key.EndsWith($"/{repository}", StringComparison.Ordinal);
    }

    /// <summary>Lists the checkouts of all machines, as their agents have last told.</summary>
    /// <param name="repository">
    /// A key or its last part, such as <c>owner/repo</c>; null for all. It is not looked up in the pool.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The checkouts. <see cref="Checkout.Machine"/> is the machine's name in the fleet.</returns>
    public IReadOnlyList<Checkout> ListCheckouts(
        string? repository = null, CancellationToken cancellationToken = default) =>
        List<Checkout>("checkouts", json => json.WriteString("repository", repository), cancellationToken);

    /// <summary>Lists the rescued work of all machines, the newest first.</summary>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The rescues.</returns>
    public IReadOnlyList<FleetRescue> ListRescues(CancellationToken cancellationToken = default) =>
        List<FleetRescue>("rescues", _ => { }, cancellationToken);

    /// <summary>Lists what happened on all machines and in the fleet itself, the newest first.</summary>
    /// <param name="repository">A key or its last part; null for all.</param>
    /// <param name="since">Only from then on; null for all.</param>
    /// <param name="first">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The events.</returns>
    public IReadOnlyList<HistoryEvent> ListHistory(
        string? repository, DateTimeOffset? since, int first, CancellationToken cancellationToken = default) =>
        List<HistoryEvent>(
            "history",
            json =>
            {
                json.WriteString("repository", repository);
                if (since is { } time)
                    json.WriteString("since", time);
                json.WriteNumber("first", first);
            },
            cancellationToken);

    /// <summary>Changes how many checkouts of a repository the fleet may hold at once.</summary>
    /// <param name="repository">A URL, a path, or a name that the pool knows.</param>
    /// <param name="most">The most; null for no limit.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    public void SetLimit(
        string repository, int? most, string workingDirectory, CancellationToken cancellationToken = default)
    {
        var key = _session.With(
            database => _session.Resolve(repository, workingDirectory, database, cancellationToken).Key,
            cancellationToken);
        Change(
            "limit",
            json =>
            {
                json.WriteString("repository", key);
                if (most is { } number)
                    json.WriteNumber("most", number);
            },
            cancellationToken);
    }

    /// <summary>Gives a machine no new slots, or gives it slots again. What it holds goes on.</summary>
    /// <param name="machine">Its name.</param>
    /// <param name="isOn">True for no new slots.</param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    public void Drain(string machine, bool isOn, CancellationToken cancellationToken = default) => Change(
        "drain",
        json =>
        {
            json.WriteString("machine", machine);
            json.WriteBoolean("isOn", isOn);
        },
        cancellationToken);

    /// <summary>Takes a machine out of the fleet. What it holds goes on, and does not count any longer.</summary>
    /// <param name="machine">Its name.</param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    public void Leave(string machine, CancellationToken cancellationToken = default) =>
        Change("leave", json => json.WriteString("machine", machine), cancellationToken);

    /// <summary>Tells what is odd about the fleet.</summary>
    /// <param name="spellOption">Writes the name of an option as the front end's users type it.</param>
    /// <param name="cancellationToken">Ends the wait for the agent.</param>
    /// <returns>The findings.</returns>
    public IReadOnlyList<PoolFinding> Check(
        Func<string, string> spellOption, CancellationToken cancellationToken = default)
    {
        var findings = new Findings(spellOption);
        findings.Try("Agent", () =>
        {
            var machines = ListMachines(cancellationToken);
            findings.Ok("Agent", "it runs, and reaches the fleet's database");
            foreach (var machine in machines)
                CheckMachine(machine);
            foreach (var limit in ListLimits(cancellationToken))
                CheckLimit(limit);
        });
        return findings.All;

        void CheckMachine(FleetMachine machine)
        {
            var subject = $"Machine {machine.Name}";
            if (machine.State == MachineState.New)
                findings.Notice(subject, "its agent has never run");
            else if (machine.State == MachineState.Silent)
            {
                findings.Problem(
                    subject,
                    "it was not heard of for too long, and has lost its slots. If it is gone for good: ",
                    $"gitproc-fleet leave {machine.Name}");
            }
            else if (!machine.IsBeating)
                findings.Problem(subject, "it has given no sign of life for a minute: does its agent run?");
            else if (machine.IsDrained)
                findings.Notice(subject, "it is drained, and gets no new slots");
            else
                findings.Ok(subject, $"{machine.Locked} of {machine.Checkouts} checkouts are held");
        }

        void CheckLimit(FleetLimit limit)
        {
            var subject = $"Limit of {limit.Repository}";
            if (limit.Held > limit.Most)
                findings.Problem(subject, $"{limit.Held} are held, and {limit.Most} are allowed");
            else if (limit.UnseenBy.Count > 0)
                findings.Notice(subject, $"not seen yet by {string.Join(", ", limit.UnseenBy)}");
            else
                findings.Ok(subject, $"{limit.Held} of {limit.Most} are held, {limit.Waiting} wait");
        }
    }

    private IReadOnlyList<T> List<T>(
        string what, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        using var answer = Ask(what, write, cancellationToken);
        return answer.RootElement.GetProperty("rows").Deserialize(
            (JsonTypeInfo<IReadOnlyList<T>>)ModelJson.Default.GetTypeInfo(typeof(IReadOnlyList<T>))!)!;
    }

    private void Change(string what, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) =>
        Ask(what, write, cancellationToken).Dispose();

    private JsonDocument Ask(string what, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) =>
        AgentCall.Ask(
            _session.Folder,
            "fleet",
            json =>
            {
                json.WriteString("what", what);
                write(json);
            },
            cancellationToken);
}

/// <summary>A fleet at one moment. Immutable.</summary>
/// <param name="Machines">The machines, by name.</param>
/// <param name="Limits">The limits, by repository.</param>
/// <param name="Held">The checkouts that somebody holds, by machine.</param>
/// <param name="Queue">Who waits for a slot, by repository and place.</param>
public sealed record FleetSnapshot(
    IReadOnlyList<FleetMachine> Machines,
    IReadOnlyList<FleetLimit> Limits,
    IReadOnlyList<PoolEntry> Held,
    IReadOnlyList<FleetWaiter> Queue);
