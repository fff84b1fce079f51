using System.ComponentModel;

namespace Gitproc.Leases.Processes;

/// <summary>The processes of this machine. Starts none itself. Thread-safe.</summary>
internal static class ProcessTable
{
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

    /// <summary>A process and those it descends from, the nearest first.</summary>
    /// <param name="id">The id of the process to begin with.</param>
    /// <returns>The processes that run now.</returns>
    public static IEnumerable<ProcessEntry> Ancestry(int id)
    {
        var seen = new HashSet<int>();
        for (var entry = Find(id); entry is not null && seen.Add(entry.Identity.Id); entry = Find(entry.ParentId))
            yield return entry;
    }
}
