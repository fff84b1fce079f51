using System.Diagnostics;
using System.Globalization;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;

namespace Gitproc.Torture.Queue;

/// <summary>
/// Lets many processes wait for few checkouts. Checks that they are served in order of arrival, and measures what
/// waiting costs.
/// </summary>
/// <remarks>
/// This process first holds all checkouts. The waiters start one after the other, each when the one before is in the
/// queue. While all of them wait, the run measures their processor time. Then it releases the checkouts. The order in
/// which the database gave out the leases must be the order of arrival.
/// </remarks>
internal sealed class QueueRun(Ground ground, int waiters, int checkouts)
{
    // Each waiter must be in the queue before the next starts. On a small machine, starting many takes long.
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(10);

    private readonly Pool _pool = new(ground.Pool.Path);

    /// <returns>0 if all were served in order of arrival, else 1.</returns>
    public int Run()
    {
        Console.WriteLine($"{waiters} processes for {checkouts} checkouts");
        var held = _pool.Acquiring.Acquire(new AcquireRequest
        {
            Repository = ground.Source,
            WorkingDirectory = ground.Home,
            Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(Environment.ProcessId) },
            MaxCheckouts = checkouts,
            Count = checkouts,
        });
        var queue = new List<Waiting>();
        try
        {
            for (var place = 0; place < waiters; place++)
                queue.Add(Arrive(place));
            MeasureWaiting(queue);
            var began = Stopwatch.GetTimestamp();
            foreach (var checkout in held)
                _pool.Leases.Release(
                    new ReleaseRequest
                    {
                        Checkout = checkout.Name,
                        WorkingDirectory = ground.Home,
                        LeaseId = checkout.LeaseId,
                    });
            foreach (var waiting in queue)
            {
                if (!waiting.Process.WaitForEnd(StepTimeout))
                    throw new TimeoutException($"The waiter {waiting.Process.Id} was not served.");
            }

            return Tell(queue.ConvertAll(waiting => waiting.Served!), began);
        }
        catch (TimeoutException e)
        {
            Console.WriteLine($"violated: {e.Message}");
            return 1;
        }
        finally
        {
            foreach (var waiting in queue)
                waiting.Process.Dispose();
        }
    }

    private Waiting Arrive(int place)
    {
        var waiting = new Waiting();
        using var ready = new ManualResetEventSlim();
        waiting.Process = new Child(
            ground,
            (_, line) =>
            {
                if (line == QueueWaiter.Ready)
                    ready.Set();
                else
                    waiting.Served = Service.Read(line);
            },
            QueueWaiter.Mode, ground.Path, checkouts.ToString(CultureInfo.InvariantCulture));
        if (!ready.Wait(StepTimeout))
            throw new TimeoutException($"The waiter {waiting.Process.Id} does not start.");
        waiting.Process.Tell("go");
        var end = Environment.TickCount64 + (long)StepTimeout.TotalMilliseconds;
        while (InQueue() <= place)
        {
            if (Environment.TickCount64 > end || waiting.Process.HasEnded)
                throw new TimeoutException(
                    $"The waiter {waiting.Process.Id} is not in the queue, where {InQueue()} are.");
            Thread.Sleep(1);
        }

        return waiting;
    }

    private int InQueue() =>
        ground.Look(database => database.Connection.Query("SELECT count(*) FROM waiter", row => row.GetInt32(0)))[0];

    private static void MeasureWaiting(List<Waiting> queue)
    {
        Thread.Sleep(Settling);
        var before = Sum();
        var watch = Stopwatch.StartNew();
        Thread.Sleep(Measured);
        var used = queue
            .ConvertAll(waiting => waiting.Process.ProcessorTime)
            .Zip(before, (after, first) => after - first)
            .ToList();
        var seconds = watch.Elapsed.TotalSeconds;
        var total = used.Sum(time => time.TotalMilliseconds);
        Console.WriteLine(
            $"waiting: {queue.Count} processes took {total:0} ms of a processor in {seconds:0.0} s, {total / seconds / 10:0.00} % of one; "
                + $"the first in the queue {used[0].TotalMilliseconds:0} ms, the others {(total - used[0].TotalMilliseconds) / Math.Max(1, queue.Count - 1):0.00} ms each"
        );

        List<TimeSpan> Sum() => queue.ConvertAll(waiting => waiting.Process.ProcessorTime);
    }

    private int Tell(List<Service> services, long began)
    {
        // The order of the transactions that gave the leases. Which process wakes up first is up to the operating
        // system.
        var given = ground.Look(database =>
            database.Connection.Query(
                "SELECT lease_id FROM event WHERE kind = $acquired ORDER BY id",
                row => row.GetString(0),
                ("$acquired", (int)EventKind.Acquired)));
        var arrived = services.ConvertAll(service => service.LeaseId);
        var inOrder = given.FindAll(arrived.Contains).SequenceEqual(arrived);

        // The first few get the checkouts that this process released. The n-th after them gets what the n-th release
        // freed.
        var releases = services.OrderBy(service => service.Released).ToList();
        var served = services.Select(service => service.Served).Order().Skip(checkouts).ToList();
        var after = served.Select((time, i) => Milliseconds(releases[i].Released, time)).Order().ToList();
        var release = services.Select(service => Milliseconds(service.Releasing, service.Released)).Order().ToList();
        Console.WriteLine(
            $"served: {services.Count} in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, {(inOrder ? "in order of arrival" : "NOT in order of arrival")}"
        );
        if (after.Count > 0)
            Console.WriteLine(
                $"from the end of a release until the next had it: median {after[after.Count / 2]:0.0} ms, at most {after[^1]:0.0} ms"
            );
        Console.WriteLine(
            $"a release itself: median {release[release.Count / 2]:0.0} ms, at most {release[^1]:0.0} ms");
        return inOrder ? 0 : 1;
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    private sealed class Waiting
    {
        public Child Process { get; set; } = null!;

        public Service? Served { get; set; }
    }
}
