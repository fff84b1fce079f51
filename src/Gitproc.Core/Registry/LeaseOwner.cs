using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Registry;

/// <summary>The process with which a lease ends.</summary>
/// <param name="Place">Where its id means something.</param>
/// <param name="Process">Which process of that place.</param>
/// <param name="Name">The name of its program.</param>
/// <param name="Program">The path of its program; null if it is not known.</param>
public sealed record LeaseOwner(ProcessPlace Place, ProcessIdentity Process, string Name, string? Program)
{
    /// <summary>
    /// The process that called this one, passing over the copies a shell makes of itself; inside a CI job the process
    /// that lives as long as the job.
    /// </summary>
    /// <returns>The owner.</returns>
    /// <exception cref="GitprocException">The caller has ended already.</exception>
    public static LeaseOwner Caller() =>
        From(JobProcess.Of(Environment.ProcessId) ?? CallingProcess.Of(Environment.ProcessId))
        ?? throw new GitprocException(
            ErrorReason.OwnerNotRunning, "The process that called gitproc has ended, so nobody would own the lease.")
        {
            Hint = new(" Name an owner with ", Command: null) { Options = [new("OwnerPid")], End = "." },
        };

    /// <summary>This process; inside a CI job the process that lives as long as the job.</summary>
    /// <returns>The owner.</returns>
    public static LeaseOwner Session() =>
        From(JobProcess.Of(Environment.ProcessId)) ?? OfProcess(Environment.ProcessId);

    /// <summary>The process that lives as long as the CI job, for a lease that later steps rely on.</summary>
    /// <returns>The owner.</returns>
    /// <exception cref="GitprocException">None is seen: the CI has none, or the step runs in a container.</exception>
    public static LeaseOwner OfJob() =>
        From(JobProcess.Of(Environment.ProcessId)) ?? throw new GitprocException(
            ErrorReason.OwnerNotRunning,
            "No process of the CI job is seen from here, in a container for instance, and the lease would end with this step."
        )
        {
            Hint = new(" Hold it, let it expire, and release it in a last step: ", "acquire")
            {
                Options = [new("Hold"), new("ExpiresAfter", "2h")],
            },
        };

    /// <summary>A process by its id.</summary>
    /// <param name="processId">The id.</param>
    /// <returns>The owner.</returns>
    /// <exception cref="GitprocException">No such process runs.</exception>
    public static LeaseOwner OfProcess(int processId) =>
        From(ProcessTable.Find(processId))
        ?? throw new GitprocException(
            ErrorReason.OwnerNotRunning,
            $"No process runs under the id {processId}, so it cannot own a lease.",
            $"{processId}");

    /// <summary>True if it is a process of this place, or an ancestor of it.</summary>
    internal bool IsOrIsAncestorOf(int processId) =>
        Place == ProcessPlace.Current && ProcessTable.Ancestry(processId).Any(entry => entry.Identity == Process);

    /// <summary>True if it is a process of this place with that id.</summary>
    internal bool IsProcess(int processId) => Place == ProcessPlace.Current && Process.Id == processId;

    /// <inheritdoc/>
    public override string ToString() => $"process {Process.Id} ({PrintableText.Of(Name)})";

    private static LeaseOwner? From(ProcessEntry? entry) => entry is null
        ? null
        : new(ProcessPlace.Current, entry.Identity, entry.Name, ProcessTable.ProgramOf(entry.Identity.Id));
}
