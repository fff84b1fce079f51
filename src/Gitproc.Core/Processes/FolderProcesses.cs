using Gitproc.Files;

namespace Gitproc.Processes;

/// <summary>
/// The processes that run in a folder. A process does if its current directory or its program is there; except on
/// Windows, also if it has a file or folder open there; on Linux, also if it has mapped a file there. Thread-safe.
/// </summary>
/// <remarks>
/// Two kinds of processes are not found: those that this user may not inspect, and those of a container that has the
/// folder under another path. The location in a PowerShell prompt does not count: the current directory of PowerShell
/// stays where it was started.
/// </remarks>
internal static class FolderProcesses
{
    /// <summary>Inspects each process of the machine once.</summary>
    /// <param name="folder">An absolute path. Its links are resolved. It need not exist.</param>
    /// <param name="except">Ids of processes to skip, for example <see cref="OwnAncestry"/>; null for none.</param>
    /// <returns>
    /// The processes, sorted by id. Each was itself in the folder, even if another process had the same id meanwhile.
    /// </returns>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public static IReadOnlyList<ProcessEntry> In(string folder, IReadOnlySet<int>? except = null)
    {
        if (!Path.IsPathFullyQualified(folder))
            throw new ArgumentException("The path is not absolute.", nameof(folder));
        var real = OperatingSystem.IsMacOS() ? MacFolderProcesses.NameOf(Paths.Real(folder)) : Paths.Real(folder);
        var found = new List<ProcessEntry>();
        foreach (var id in ProcessTable.Ids())
        {
            if (except?.Contains(id) == true || !IsIn(id, real))
                continue;
            // Between the two calls, another process may have got the id, so the one that was found is checked again.
            if (ProcessTable.Find(id) is { } entry && IsIn(id, real))
                found.Add(entry);
        }

        found.Sort((one, other) => one.Identity.Id.CompareTo(other.Identity.Id));
        return found;
    }

    private static bool IsIn(int id, string folder) =>
        OperatingSystem.IsLinux() ? LinuxFolderProcesses.IsIn(id, folder)
        : OperatingSystem.IsMacOS() ? MacFolderProcesses.IsIn(id, folder)
        : OperatingSystem.IsWindows() && WindowsFolderProcesses.IsIn(id, folder);
}
