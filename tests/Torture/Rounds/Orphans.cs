using Gitproc.Processes;

namespace Gitproc.Torture.Rounds;

/// <summary>
/// Ends git processes that outlived their killed worker and hang. A checkout in which one hangs has no holder until the
/// process is ended.
/// </summary>
/// <remarks>
/// Most of them end soon. But .NET stops a process (SIGSTOP) before it kills it and its child processes. If the worker
/// dies between the two, its git stays stopped.
/// </remarks>
internal sealed class Orphans(Ground ground, Tally tally)
{
    /// <summary>Ends the hanging processes, as a user would.</summary>
    public void End()
    {
        var left = FolderProcesses.In(ground.Pool.Path, OwnAncestry.Ids()).Where(IsOrphan).ToList();
        tally.Add(Counts.Hanging, left.Count);
        ProcessEnding.End(left, TimeSpan.FromSeconds(1), CancellationToken.None);
    }

    // The workers are children of this process.
    private static bool IsOrphan(ProcessEntry entry) =>
        ProcessTable.Ancestry(entry.Identity.Id).All(ancestor => ancestor.Identity.Id != Environment.ProcessId);
}
