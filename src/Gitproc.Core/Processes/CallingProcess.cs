
namespace Gitproc.Processes;

/// <summary>Finds the process on whose behalf a command line was run.</summary>
internal static class CallingProcess
{
    /// <summary>
    /// The parent of a process; where that is only a copy that a shell made of itself for a <c>$( )</c> or a pipe, the
    /// shell: the copy, and all in it, ends with the command. A copy for anything else, as for <c>( ) &amp;</c>, may
    /// outlive the shell and is a caller like any other.
    /// </summary>
    /// <param name="processId">The process that was called.</param>
    /// <returns>The caller; null when it is gone already.</returns>
    public static ProcessEntry? Of(int processId)
    {
        ProcessEntry? caller = null;
        ProcessEntry? copy = null;
        foreach (var entry in ProcessTable.Ancestry(processId).Skip(1))
        {
            if (copy is not null && !ProcessTable.RunSameProgram(copy, entry))
                break;
            if (copy is null || ProcessTable.IsForPipe(copy, entry))
                caller = entry;
            if (!entry.IsFork)
                break;
            copy = entry;
        }

        return caller;
    }
}
