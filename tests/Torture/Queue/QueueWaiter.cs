using System.Diagnostics;
using System.Globalization;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;

namespace Gitproc.Torture.Queue;

/// <summary>
/// Waits for one checkout when its input says so, holds it for a moment, and writes <c>lease served releasing
/// released</c>. The times are <see cref="Stopwatch"/> ticks, which all processes of a machine share.
/// </summary>
internal static class QueueWaiter
{
    /// <summary>The first argument of this mode.</summary>
    public const string Mode = "wait";

    /// <summary>The line that says that the process has started.</summary>
    public const string Ready = "ready";

    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs the mode.</summary>
    /// <param name="ground">The folder of the run.</param>
    /// <param name="checkouts">The most checkouts that the pool may have.</param>
    /// <returns>0 if the waiter was served.</returns>
    public static int Run(Ground ground, int checkouts)
    {
        var pool = new Pool(ground.Pool.Path);
        var request = new AcquireRequest
        {
            Repository = ground.Source,
            WorkingDirectory = ground.Home,
            Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(Environment.ProcessId) },
            MaxCheckouts = checkouts,
            Wait = Timeout.InfiniteTimeSpan,
        };
        Console.WriteLine(Ready);
        if (Console.ReadLine() is null)
            return 0;

        // If the parent process ends first, the wait must end too.
        using var end = new CancellationTokenSource();
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            end.Cancel();
        })
        { IsBackground = true }.Start();
        Checkout checkout;
        try
        {
            checkout = pool.Acquiring.Acquire(request, end.Token)[0];
        }
        catch (OperationCanceledException)
        {
            return 1;
        }

        var served = Stopwatch.GetTimestamp();
        Thread.Sleep(Hold);
        var releasing = Stopwatch.GetTimestamp();
        pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                WorkingDirectory = ground.Home,
                LeaseId = checkout.LeaseId,
            },
            end.Token);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture, $"{checkout.LeaseId} {served} {releasing} {Stopwatch.GetTimestamp()}"));
        return 0;
    }
}
