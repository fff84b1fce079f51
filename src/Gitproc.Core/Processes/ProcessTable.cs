using System.ComponentModel;

namespace Gitproc.Processes;

/// <summary>The processes of this machine. Starts none itself. Thread-safe.</summary>
internal static class ProcessTable
{
    /// <summary>Lists the processes.</summary>
    /// <returns>Their ids, in no order.</returns>
    /// <exception cref="Win32Exception">The operating system did not tell.</exception>
    public static IReadOnlyList<int> Ids()
    {
        if (OperatingSystem.IsLinux())
            return LinuxFolderProcesses.Ids();
        if (OperatingSystem.IsMacOS())
            return MacFolderProcesses.Ids();
        if (OperatingSystem.IsWindows())
            return WindowsFolderProcesses.Ids();
        throw new PlatformNotSupportedException("gitproc knows the processes of Windows, macOS and Linux.");
    }

    /// <summary>Looks a process up.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The process; null when none runs under that id. One that has ended but was not collected by its
    /// parent yet (a zombie) does not run.</returns>
    /// <exception cref="Win32Exception">The operating system did not tell: that is not the same as "none".</exception>
    public static ProcessEntry? Find(int id)
    {
        if (id <= 0)
            return null;
        if (OperatingSystem.IsLinux())
            return LinuxProcesses.Find(id);
        if (OperatingSystem.IsMacOS())
            return MacProcesses.Find(id);
        if (OperatingSystem.IsWindows())
            return WindowsProcesses.Find(id);
        throw new PlatformNotSupportedException("gitproc knows the processes of Windows, macOS and Linux.");
    }

    /// <summary>Whether exactly that process still runs.</summary>
    /// <param name="identity">The process.</param>
    /// <returns>True when it runs.</returns>
    public static bool IsAlive(ProcessIdentity identity) => Find(identity.Id)?.Identity == identity;

    /// <summary>Whether a process that was forked is still a copy of its parent, and was not left to another one.</summary>
    /// <param name="copy">The process that was forked.</param>
    /// <param name="parent">Its parent.</param>
    /// <returns>True when both run the same program.</returns>
    public static bool RunSameProgram(ProcessEntry copy, ProcessEntry parent) =>
        ProgramOf(copy.Identity.Id) is { } program && program == ProgramOf(parent.Identity.Id);

    /// <summary>
    /// Whether a copy that a shell made of itself has a pipe for its input or output that the shell itself has not. Where
    /// the system does not tell, every copy counts as one.
    /// </summary>
    /// <param name="copy">The copy.</param>
    /// <param name="parent">Its parent.</param>
    /// <returns>True when it has.</returns>
    public static bool IsForPipe(ProcessEntry copy, ProcessEntry parent) =>
        !OperatingSystem.IsLinux() || LinuxProcesses.IsForPipe(copy.Identity.Id, parent.Identity.Id);

    /// <summary>The path of the program that a process runs.</summary>
    /// <param name="id">The process.</param>
    /// <returns>The path; null when it is not told: the process is gone, or another user's.</returns>
    public static string? ProgramOf(int id)
    {
        if (OperatingSystem.IsLinux())
            return LinuxProcesses.ProgramOf(id);
        if (OperatingSystem.IsMacOS())
            return MacProcesses.ProgramOf(id);
        return OperatingSystem.IsWindows() ? WindowsProcesses.ProgramOf(id) : null;
    }

    /// <summary>A process and those it descends from, the nearest first.</summary>
    /// <param name="id">The id of the process to begin with.</param>
    /// <returns>The processes that run now.</returns>
    public static IEnumerable<ProcessEntry> Ancestry(int id)
    {
        var seen = new HashSet<int>();
        for (var entry = Find(id); entry is not null && seen.Add(entry.Identity.Id); entry = Find(entry.ParentId))
            yield return entry;
    }

    /// <summary>A process and those that it and they have started, it first. What a parent left behind as it ended is not among them.</summary>
    /// <param name="id">The id of the process to begin with.</param>
    /// <returns>The processes that run now.</returns>
    /// <exception cref="Win32Exception">The operating system did not tell.</exception>
    public static IReadOnlyList<ProcessEntry> Descent(int id)
    {
        if (Find(id) is not { } first)
            return [];
        var children = Ids().Select(Find).OfType<ProcessEntry>().ToLookup(entry => entry.ParentId);
        // They were not all seen at one moment, and an id may have been given to another one in between.
        var seen = new HashSet<int> { id };
        var found = new List<ProcessEntry> { first };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Identity.Id].Where(child => seen.Add(child.Identity.Id)));
        return found;
    }
}
