namespace Gitproc.Processes;

/// <summary>This process and those it was started by: who stands in a checkout only to call gitproc.</summary>
internal static class OwnAncestry
{
    /// <summary>Finds them. Thread-safe.</summary>
    /// <returns>Their process ids, this process's own among them. A parent that has ended hides those above it.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The operating system did not tell.</exception>
    public static IReadOnlySet<int> Ids() =>
        ProcessTable.Ancestry(Environment.ProcessId).Select(entry => entry.Identity.Id).ToHashSet();
}
