using Gitproc.Leases.Processes;

namespace Gitproc.Leases;

/// <summary>Finds the process on whose behalf a command line was run.</summary>
internal static class CallingProcess
{
    private static readonly HashSet<string> Shells =
        new(["sh", "bash", "dash", "ash", "busybox", "zsh", "ksh", "ksh93", "mksh", "yash"], StringComparer.Ordinal);

    /// <summary>
    /// The parent of a process. While that is only a copy a shell made of itself, for a <c>$( )</c> or a pipe, the
    /// shell: the copy ends with the command.
    /// </summary>
    /// <param name="processId">The process that was called.</param>
    /// <returns>The caller; null when it is gone already.</returns>
    public static ProcessEntry? Of(int processId) =>
        ProcessTable.Ancestry(processId).Skip(1).FirstOrDefault(entry => !(entry.IsFork && Shells.Contains(entry.Name)));
}
