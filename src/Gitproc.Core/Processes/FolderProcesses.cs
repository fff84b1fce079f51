using Gitproc.Files;

namespace Gitproc.Processes;

/// <summary>
/// The processes that run in a folder: those whose current directory or program is in it, and, but for Windows, those that
/// have a file or folder open there; on Linux, also those that have a file of it mapped. Thread-safe.
/// </summary>
/// <remarks>
/// Processes that this user may not look at are not seen, nor are those of a container, which know the folder by
/// another path. The place a PowerShell shows in its prompt is its own affair: its current directory is where it was
/// started.
/// </remarks>
internal static class FolderProcesses
{
    /// <summary>Looks at every process of the machine once.</summary>
    /// <param name="folder">An absolute path; its links are resolved. Nothing need be there.</param>
    /// <param name="except">Ids of processes that are not looked at, as <see cref="OwnAncestry"/>; null for none.</param>
    /// <returns>The processes, sorted by id. Each is one that was seen in the folder, even if ids are used again.</returns>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public static IReadOnlyList<ProcessEntry> In(string folder, IReadOnlySet<int>? except = null)
    {
        if (!Path.IsPathFullyQualified(folder))
            throw new ArgumentException("The path is not absolute.", nameof(folder));
        var real = Paths.Real(folder);
        var found = new List<ProcessEntry>();
        foreach (var id in ProcessTable.Ids())
        {
            if (except?.Contains(id) == true || !IsIn(id, real))
                continue;
            // Another process may have got the id before it was looked up. One that ended now is told by its identity.
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
