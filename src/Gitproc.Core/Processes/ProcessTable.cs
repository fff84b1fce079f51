namespace Gitproc.Processes;

/// <summary>The processes of this machine. Starts none itself. Thread-safe.</summary>
internal static class ProcessTable
{
    /// <summary>Lists the processes.</summary>
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
    /// <returns>The process; null when none runs under that id. One that has ended but was not collected by its
    /// parent yet (a zombie) does not run.</returns>
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
    public static bool IsAlive(ProcessIdentity identity) => Find(identity.Id)?.Identity == identity;

    /// <summary>Whether a process that was forked is still a copy of its parent, and was not left to another one.</summary>
    public static bool RunSameProgram(ProcessEntry copy, ProcessEntry parent) =>
        ProgramOf(copy.Identity.Id) is { } program && program == ProgramOf(parent.Identity.Id);

    /// <summary>
    /// Whether a copy that a shell made of itself has a pipe for its input or output that the shell itself has not. Where
    /// the system does not tell, every copy counts as one.
    /// </summary>
    public static bool IsForPipe(ProcessEntry copy, ProcessEntry parent) =>
        !OperatingSystem.IsLinux() || LinuxProcesses.IsForPipe(copy.Identity.Id, parent.Identity.Id);

    /// <summary>The path of the program that a process runs.</summary>
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
    public static IEnumerable<ProcessEntry> Ancestry(int id)
    {
        var seen = new HashSet<int>();
        for (var entry = Find(id); entry is not null && seen.Add(entry.Identity.Id); entry = Find(entry.ParentId))
            yield return entry;
    }

    /// <summary>A process and those that it and they have started, it first. What a parent left behind as it ended is not among them.</summary>
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

/// <summary>What the operating system tells of a process.</summary>
/// <param name="ParentId">The id of its parent; 0 when it has none.</param>
/// <param name="Name">The name of its program, without a folder.</param>
internal sealed record ProcessEntry(ProcessIdentity Identity, int ParentId, string Name, bool IsFork);

/// <summary>
/// One process of this machine. Ids are used again; an id with the start time is not, until the machine restarts.
/// </summary>
/// <param name="Id">The process id.</param>
/// <param name="StartedAt">
/// When it started, in the operating system's own unit, good for comparing only: clock ticks since boot on Linux, so
/// that a changed clock changes nothing; ticks of UTC on Windows; microseconds since 1970 on macOS.
/// </param>
public readonly record struct ProcessIdentity(int Id, long StartedAt);

/// <summary>This process and those it was started by: who stands in a checkout only to call gitproc.</summary>
internal static class OwnAncestry
{
    /// <summary>Finds them. Thread-safe.</summary>
    public static IReadOnlySet<int> Ids() =>
        ProcessTable.Ancestry(Environment.ProcessId).Select(entry => entry.Identity.Id).ToHashSet();
}
