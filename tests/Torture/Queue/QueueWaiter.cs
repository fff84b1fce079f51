using System.Diagnostics;
using System.Globalization;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;

namespace Gitproc.Torture.Queue;

/// <summary>
/// Waits for one checkout when it is told to, holds it for a moment, and says when: <c>lease served releasing
/// released</c>, the times in <see cref="Stopwatch"/> ticks, which all processes of a machine share.
/// </summary>
internal static class QueueWaiter
{
    /// <summary>The first word of its command line.</summary>
    public const string Mode = "wait";

    /// <summary>What it says when it has started.</summary>
    public const string Ready = "ready";

    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(20);

    /// <summary>Does it.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="checkouts">The most there may be.</param>
    /// <returns>0 when it was served.</returns>
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

        // Who started it may end before it is served; then it is not to wait for ever.
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
