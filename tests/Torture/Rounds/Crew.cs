using System.Collections.Concurrent;
using System.Globalization;
using Gitproc.Registry;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>The workers of a round. Each killed worker is replaced.</summary>
/// <param name="ground">The folder of the run.</param>
/// <param name="tally">Counts what the workers write.</param>
/// <param name="random">Chooses which workers are killed.</param>
/// <param name="size">The number of workers.</param>
/// <param name="linked">The percentage of acquisitions that accept only a worktree checkout.</param>
internal sealed class Crew(Ground ground, Tally tally, Random random, int size, int linked) : IDisposable
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Child, bool> _ready = [];
    private readonly List<Child> _workers = [];

    /// <summary>Starts as many workers as are missing.</summary>
    public void Fill()
    {
        foreach (var worker in _workers.FindAll(worker => worker.HasEnded))
        {
            tally.Violate($"the worker {worker.Id} ended by itself with {worker.ExitCode}");
            Remove(worker);
        }

        while (_workers.Count < size)
            _workers.Add(
                new Child(
                    ground,
                    Hear,
                    Worker.Mode,
                    ground.Path,
                    random.Next().ToString(CultureInfo.InvariantCulture),
                    linked.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>
    /// Kills a worker that has started. Often it is one that is making a checkout, or one in the operation that has had
    /// the fewest kills.
    /// </summary>
    /// <returns>False if none has started yet.</returns>
    public bool Kill()
    {
        var ready = _ready.Keys.ToList();
        if (ready.Count == 0)
            return false;
        var victim = Choose(ready);
        victim.Kill();
        tally.Add(Counts.Kills);
        tally.Add(Counts.KillsWhile(victim.Doing));
        if (Makers().Contains(victim.Id))
            tally.Add(Counts.KillsWhileMaking);
        else if (Waits(victim.Id))
            tally.Add(Counts.KillsWhileWaiting);
        Remove(victim);
        return true;
    }

    /// <summary>Asks half of the workers to end, kills the others, and waits for all.</summary>
    /// <returns>
    /// The process ids of the workers that were asked and ended well. They must leave no lease behind.
    /// </returns>
    public List<int> Stop()
    {
        while (_workers.Count > (size + 1) / 2)
        {
            _workers[^1].Kill();
            tally.Add(Counts.Kills);
            Remove(_workers[^1]);
        }

        foreach (var worker in _workers)
            worker.Finish();
        var asked = new List<int>();
        foreach (var worker in _workers.ToList())
        {
            if (!worker.WaitForEnd(EndTimeout))
                tally.Violate($"the worker {worker.Id} does not end");
            else if (worker.ExitCode != 0)
                tally.Violate($"the worker {worker.Id} ended with {worker.ExitCode}");
            else
                asked.Add(worker.Id);
            Remove(worker);
        }

        return asked;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
    }

    private Child Choose(List<Child> ready)
    {
        switch (random.Next(3))
        {
            case 0:
                var makers = Makers();
                return ready.Find(worker => makers.Contains(worker.Id)) ?? ready[random.Next(ready.Count)];
            case 1:
                return ready.MinBy(worker => tally[Counts.KillsWhile(worker.Doing)])!;
            default:
                return ready[random.Next(ready.Count)];
        }
    }

    private void Hear(Child worker, string line)
    {
        if (line == Words.Ready)
            _ready[worker] = true;
        else if (line.StartsWith(Words.Doing + " ", StringComparison.Ordinal))
            worker.Doing = Enum.Parse<Operation>(line[(Words.Doing.Length + 1)..]);
        else
            tally.Hear(line);
    }

    private void Remove(Child worker)
    {
        _ready.TryRemove(worker, out _);
        _workers.Remove(worker);
        worker.Dispose();
    }

    private HashSet<int> Makers() => ground.Look(database => new CheckoutTable(database.Connection).All())
        .Where(row => row.State == CheckoutState.Creating)
        .Select(row => row.Lease!.Owner!.Process.Id)
        .ToHashSet();

    private bool Waits(int id) => ground.Look(database => database.Connection.Query(
        "SELECT 1 FROM waiter WHERE who LIKE $who", row => row.GetInt32(0), ("$who", $"%process {id} %"))).Count > 0;
}
