using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Reads processes of Windows.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsProcesses
{
    /// <returns>The process; null if no process with the id runs.</returns>
    public static ProcessEntry? Find(int id)
    {
        Process process;
        try
        {
            process = Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }

        using (process)
        {
            try
            {
                var started = process.StartTime.ToUniversalTime().Ticks;
                return new ProcessEntry(
                    new ProcessIdentity(id, started), ParentOf(process, started), process.ProcessName, IsFork: false);
            }
            catch (InvalidOperationException)
            {
                // The process has ended meanwhile.
                return null;
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

    // If the parent has ended, its id may belong to another process. A parent is older than its child.
    private static int ParentOf(Process process, long started)
    {
        var status = Ntdll.QueryInformationProcess(
            process.SafeHandle, 0, out var information, Marshal.SizeOf<Ntdll.ProcessBasicInformation>(), out _);
        if (status != 0)
            throw new Win32Exception($"NtQueryInformationProcess returned 0x{status:x8} for process {process.Id}.");
        var id = (int)information.ParentId;
        try
        {
            using var parent = Process.GetProcessById(id);
            return parent.StartTime.ToUniversalTime().Ticks <= started ? id : 0;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return 0;
        }
    }
}
