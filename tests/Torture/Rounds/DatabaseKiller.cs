using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>Again and again lets a process hold the database in a transaction for a moment, and kills it.</summary>
internal sealed class DatabaseKiller(Ground ground, Tally tally, Random random)
{
    private const int MaxHoldMilliseconds = 300;
    private const int MaxPause = 3000;
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(5);

    public void Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.WaitHandle.WaitOne(random.Next(MaxPause)))
        {
            using var holds = new ManualResetEventSlim();
            using var holder = new Child(ground, (_, line) => holds.Set(), DatabaseHolder.Mode, ground.Path);
            if (!holds.Wait(LongestStart, CancellationToken.None))
                tally.Violate("a process did not get at the database");
            Thread.Sleep(random.Next(MaxHoldMilliseconds));
            holder.Kill();
            tally.Add(Counts.DatabaseKills);
        }
    }
}
