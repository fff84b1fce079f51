namespace Gitproc.Processes;

/// <summary>The processes of this machine. It starts no process to read them. Thread-safe.</summary>
/// <remarks>
/// <para>
/// Systems use process ids again, so a process is identified by its id and its start time
/// (<see cref="ProcessIdentity"/>). In another container or on another machine, the same identity may mean another
/// process, so the database also keeps the <see cref="ProcessPlace"/>.
/// </para>
/// <para>
/// This type reads single processes, with one type for each system below it. <see cref="CallingProcess"/> and
/// <see cref="JobProcess"/> use it to find the owner of a lease. <see cref="OwnAncestry"/> finds the processes that
/// only call gitproc. <see cref="FolderProcesses"/> finds the processes in a folder. It skips a process that this user
/// may not inspect, but if the system gives no reliable list at all, it throws: an incomplete list could free a
/// checkout that is in use. <see cref="ProcessEnding"/> ends processes, and checks the identity again before each
/// signal.
/// </para>
/// </remarks>
internal static class ProcessTable
{
    /// <summary>The ids of the processes that run.</summary>
    public static IReadOnlyList<int> Ids()
    {
        if (OperatingSystem.IsLinux())
            return LinuxFolderProcesses.Ids();
        if (OperatingSystem.IsMacOS())
            return MacFolderProcesses.Ids();
        if (OperatingSystem.IsWindows())
            return WindowsFolderProcesses.Ids();
        throw new PlatformNotSupportedException("gitproc can read processes only on Windows, macOS and Linux.");
    }

    /// <returns>
    /// The process; null if no process with the id runs. A zombie, whose parent has not collected it, does not run.
    /// </returns>
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
        throw new PlatformNotSupportedException("gitproc can read processes only on Windows, macOS and Linux.");
    }

    /// <summary>True if the process still runs. Another process with the same id does not count.</summary>
    public static bool IsAlive(ProcessIdentity identity) => Find(identity.Id)?.Identity == identity;

    /// <summary>
    /// True if a forked process runs the program of its parent. If it does not, the process that forked it has ended,
    /// and this parent adopted it.
    /// </summary>
    public static bool RunSameProgram(ProcessEntry copy, ProcessEntry parent) =>
        ProgramOf(copy.Identity.Id) is { } program && program == ProgramOf(parent.Identity.Id);

    /// <summary>
    /// True if standard input or output of a shell's forked copy is a pipe that the shell does not have there. Only
    /// Linux tells; on other systems the result is always true.
    /// </summary>
    public static bool IsForPipe(ProcessEntry copy, ProcessEntry parent) =>
        !OperatingSystem.IsLinux() || LinuxProcesses.IsForPipe(copy.Identity.Id, parent.Identity.Id);

    /// <summary>The path of the program that a process runs.</summary>
    /// <returns>The path; null if the process has ended or belongs to another user.</returns>
    public static string? ProgramOf(int id)
    {
        if (OperatingSystem.IsLinux())
            return LinuxProcesses.ProgramOf(id);
        if (OperatingSystem.IsMacOS())
            return MacProcesses.ProgramOf(id);
        return OperatingSystem.IsWindows() ? WindowsProcesses.ProgramOf(id) : null;
    }

    /// <summary>A process and its ancestors, the nearest first.</summary>
    public static IEnumerable<ProcessEntry> Ancestry(int id)
    {
        var seen = new HashSet<int>();
        for (var entry = Find(id); entry is not null && seen.Add(entry.Identity.Id); entry = Find(entry.ParentId))
            yield return entry;
    }

    /// <summary>
    /// A process, which comes first, and its descendants. A descendant whose parent has ended is not included.
    /// </summary>
    public static IReadOnlyList<ProcessEntry> Descent(int id)
    {
        if (Find(id) is not { } first)
            return [];
        var children = Ids().Select(Find).OfType<ProcessEntry>().ToLookup(entry => entry.ParentId);
        // The processes are not read at one moment, so an id may be used again meanwhile and appear twice.
        var seen = new HashSet<int> { id };
        var found = new List<ProcessEntry> { first };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Identity.Id].Where(child => seen.Add(child.Identity.Id)));
        return found;
    }
}

/// <summary>A process as the operating system describes it.</summary>
/// <param name="ParentId">The id of the parent; 0 if there is none.</param>
/// <param name="Name">The name of the program, without a folder.</param>
/// <param name="IsFork">
/// True if the process was forked and runs the program of its parent. On Windows only some shells have this.
/// </param>
internal sealed record ProcessEntry(ProcessIdentity Identity, int ParentId, string Name, bool IsFork);

/// <summary>
/// Identifies a process of this machine. A system uses ids again, but not an id with the same start time, until it
/// restarts.
/// </summary>
/// <param name="Id">The process id.</param>
/// <param name="StartedAt">
/// The start time in a unit of the operating system, only for comparison: clock ticks since the boot on Linux, which do
/// not depend on the clock; ticks of UTC on Windows; microseconds since 1970 on macOS.
/// </param>
public readonly record struct ProcessIdentity(int Id, long StartedAt);

/// <summary>This process and its ancestors, which may be in a checkout only because they call gitproc there.</summary>
internal static class OwnAncestry
{
    /// <summary>The ids of the processes. Thread-safe.</summary>
    public static IReadOnlySet<int> Ids() =>
        ProcessTable.Ancestry(Environment.ProcessId).Select(entry => entry.Identity.Id).ToHashSet();
}
