using Gitproc.Leases.Processes;

namespace Gitproc.Leases;

/// <summary>The process whose life is a lease's life.</summary>
/// <param name="Process">Which process.</param>
/// <param name="Name">The name of its program.</param>
public sealed record LeaseOwner(ProcessIdentity Process, string Name)
{
    /// <summary>The process that called this one, passing over the copies a shell makes of itself.</summary>
    /// <returns>The owner.</returns>
    /// <exception cref="GitprocException">The caller has ended already.</exception>
    public static LeaseOwner Caller() =>
        From(CallingProcess.Of(Environment.ProcessId)) ?? throw new GitprocException(
            ErrorReason.OwnerNotRunning, "The process that called gitproc has ended, so nobody would own the lease. Name an owner with --owner-pid.");

    /// <summary>A process by its id.</summary>
    /// <param name="processId">The id.</param>
    /// <returns>The owner.</returns>
    /// <exception cref="GitprocException">No such process runs.</exception>
    public static LeaseOwner OfProcess(int processId) =>
        From(ProcessTable.Find(processId)) ?? throw new GitprocException(
            ErrorReason.OwnerNotRunning, $"No process runs under the id {processId}, so it cannot own a lease.", $"{processId}");

    /// <summary>Whether it still runs.</summary>
    internal bool IsAlive => ProcessTable.IsAlive(Process);

    /// <summary>Whether it is a process or one that it descends from.</summary>
    /// <param name="processId">The id of the process.</param>
    /// <returns>True when it is.</returns>
    internal bool IsOrIsAncestorOf(int processId) =>
        ProcessTable.Ancestry(processId).Any(entry => entry.Identity == Process);

    /// <inheritdoc/>
    public override string ToString() => $"process {Process.Id} ({Name})";

    private static LeaseOwner? From(ProcessEntry? entry) => entry is null ? null : new(entry.Identity, entry.Name);
}
