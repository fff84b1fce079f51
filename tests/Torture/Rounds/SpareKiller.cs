using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Pools;

namespace Gitproc.Torture.Rounds;

/// <summary>Again and again kills the process that makes spares in the background, at a random moment.</summary>
internal sealed class SpareKiller(Ground ground, Tally tally, Random random)
{
    private const int MaxPause = 2000;

    public void Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.WaitHandle.WaitOne(random.Next(MaxPause)))
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(ground.Pool.Path, "locks"), "spares-*"))
            {
                if (LockedFile.IsLocked(file))
                    Kill(file);
                else
                    SpareKeeping.AllowStart(file);
            }
        }
    }

    private void Kill(string file)
    {
        if (FileLock.HolderOf(file).Split(' ') is not [_, var id, ..])
            return;
        try
        {
            using var maker = Process.GetProcessById(Options.Number(id));
            // Its last run may be over, and its id that of somebody else.
            if (maker.ProcessName.StartsWith("Gitproc", StringComparison.Ordinal) && LockedFile.IsLocked(file))
            {
                maker.Kill();
                tally.Add(Counts.SpareKills);
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has just ended.
        }
    }
}
