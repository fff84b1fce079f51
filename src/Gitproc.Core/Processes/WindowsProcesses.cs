using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Reads processes of Windows.</summary>
/// <remarks>
/// A process can be opened only by those whom it lets: not the processes of the system, those of a virus scanner, or of
/// another user. Its id may have been the id of the owner of a lease, so its start time is needed all the same. Windows
/// tells that in its list of all processes, which takes longer and which anybody may read.
/// </remarks>
[SupportedOSPlatform("windows")]
internal static class WindowsProcesses
{
    /// <returns>The process; null if no process with the id runs.</returns>
    public static ProcessEntry? Find(int id)
    {
        if (Read(id) is not { } process)
            return null;
        // If the parent has ended, its id may belong to another process. A parent is older than its child.
        return Read(process.ParentId) is { } parent && parent.Identity.StartedAt <= process.Identity.StartedAt
            ? process with { IsFork = IsFork(process, parent) }
            : process with { ParentId = 0 };
    }

    // Windows has no fork. The shells of Git for Windows, MSYS2 and Cygwin start their own program again for one, and
    // this copy stays and waits for a program that is none of theirs (winsup/cygwin/spawn.cc). A shell that was started
    // by its name has another parent: the copy that started it has ended.
    private static bool IsFork(ProcessEntry process, ProcessEntry parent) =>
        process.Name == parent.Name
        && ProgramOf(process.Identity.Id) is { } program
        && program == ProgramOf(parent.Identity.Id)
        && Path.GetDirectoryName(program) is { } folder
        && (File.Exists(Path.Combine(folder, "msys-2.0.dll")) || File.Exists(Path.Combine(folder, "cygwin1.dll")));

    private static ProcessEntry? Read(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            var status = Ntdll.QueryInformationProcess(
                process.SafeHandle, 0, out var information, Marshal.SizeOf<Ntdll.ProcessBasicInformation>(), out _);
            return status == 0
                ? new ProcessEntry(
                    new ProcessIdentity(id, process.StartTime.ToUniversalTime().Ticks),
                    (int)information.ParentId,
                    process.ProcessName,
                    IsFork: false)
                : ReadInList(id);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // There is no such process, or it has ended meanwhile.
            return null;
        }
        catch (Win32Exception)
        {
            return ReadInList(id);
        }
    }

    private static unsafe ProcessEntry? ReadInList(int id)
    {
        // SYSTEM_INFORMATION_CLASS 5 is SystemProcessInformation. The list may grow while there is made room for it.
        var list = new byte[1 << 18];
        while (true)
        {
            fixed (byte* start = list)
            {
                var status = Ntdll.QuerySystemInformation(5, start, list.Length, out var needed);
                if (status == 0)
                    return FindIn(start, id);
                if (status != Ntdll.InfoLengthMismatch)
                    throw new Win32Exception($"NtQuerySystemInformation returned 0x{status:x8}.");
                list = new byte[Math.Max(needed, list.Length) + (1 << 16)];
            }
        }
    }

    /// <summary>The path of the program that a process runs; null if it is not known.</summary>
    public static string? ProgramOf(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.MainModule?.FileName;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static unsafe ProcessEntry? FindIn(byte* list, int id)
    {
        for (var at = list; ; at += ((Ntdll.SystemProcess*)at)->NextOffset)
        {
            ref readonly var process = ref *(Ntdll.SystemProcess*)at;
            if (process.Id == id)
            {
                // One that has ended stays on the list while somebody has a handle to it.
                if (process.ThreadCount == 0)
                    return null;
                var name = new string((char*)process.Name, 0, process.NameLength / sizeof(char));
                return new ProcessEntry(
                    new ProcessIdentity(id, DateTime.FromFileTimeUtc(process.CreateTime).Ticks),
                    (int)process.ParentId,
                    Path.GetFileNameWithoutExtension(name),
                    IsFork: false);
            }

            if (process.NextOffset == 0)
                return null;
        }
    }
}
