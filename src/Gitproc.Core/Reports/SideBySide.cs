using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Gitproc.Reports;

/// <summary>Does the same with several items at once, each on a thread of its own.</summary>
internal static class SideBySide
{
    /// <summary>Does it. The calling thread passes on what is reported meanwhile.</summary>
    /// <param name="reports">Told of what is reported; null for nobody.</param>
    /// <remarks>The first one that fails cancels the others; when they have ended, its error is thrown.</remarks>
    public static TResult[] Do<T, TResult>(
        IReadOnlyList<T> items,
        IProgress<PoolReport>? reports,
        Func<T, IProgress<PoolReport>, CancellationToken, TResult> step,
        CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var queue = new BlockingCollection<PoolReport>();
        var relay = new Relay(queue);
        Exception? first = null;
        var next = -1;
        var running = Math.Min(items.Count, Environment.ProcessorCount);
        var threads = Enumerable.Range(0, running).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        if (threads.Count > 0)
            PassOn();
        threads.ForEach(thread => thread.Join());
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
        return results;

        void Work()
        {
            try
            {
                for (var i = Interlocked.Increment(ref next); i < items.Count; i = Interlocked.Increment(ref next))
                {
                    all.Token.ThrowIfCancellationRequested();
                    results[i] = step(items[i], relay, all.Token);
                }
            }
            catch (Exception e)
            {
                Fail(e);
            }
            finally
            {
                if (Interlocked.Decrement(ref running) == 0)
                    queue.CompleteAdding();
            }
        }

        void PassOn()
        {
            var isHeard = true;
            // What a step has reported before it failed, such as the output of a hook, says why.
            foreach (var report in queue.GetConsumingEnumerable(CancellationToken.None))
            {
                try
                {
                    if (isHeard)
                        reports?.Report(report);
                }
                catch (Exception e)
                {
                    // The receiver may end the operation by throwing.
                    isHeard = false;
                    Fail(e);
                }
            }
        }

        void Fail(Exception e)
        {
            Interlocked.CompareExchange(ref first, e, null);
            all.Cancel();
        }
    }

    private sealed class Relay(BlockingCollection<PoolReport> queue) : IProgress<PoolReport>
    {
        public void Report(PoolReport value) => queue.Add(value);
    }
}
