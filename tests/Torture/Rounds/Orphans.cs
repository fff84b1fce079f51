using Gitproc.Processes;

namespace Gitproc.Torture.Rounds;

/// <summary>
/// The git of a worker that was killed. It goes on for a while, or hangs when the worker was about to kill one that had
/// not ended when it was asked to: .NET stops a process before it kills it with all that it has started. A checkout in
/// which one hangs is nobody's until somebody ends it.
/// </summary>
/// <param name="ground">Where.</param>
/// <param name="tally">Told how many there were.</param>
internal sealed class Orphans(Ground ground, Tally tally)
{
    /// <summary>Ends them, as a user would.</summary>
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
