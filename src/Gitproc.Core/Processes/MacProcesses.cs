using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Reads processes with sysctl(3) of macOS.</summary>
/// <remarks>
/// <c>proc_pidinfo</c> tells of the user's own processes only (proc_info.c of xnu, proc_security_policy), and among the
/// ancestors of nearly every process are some of root: <c>login</c>, <c>sudo</c>, <c>sshd</c>.
/// </remarks>
internal static unsafe class MacProcesses
{
    private const uint HasCalledExec = 0x4000; // P_EXEC
    private const uint Zombie = 5; // SZOMB

    // launchd, which adopts each process whose parent has ended.
    private const int Launchd = 1;

    /// <returns>The process; null if no process with the id runs.</returns>
    [SupportedOSPlatform("macos")]
    public static ProcessEntry? Find(int id)
    {
        var name = stackalloc int[] { 1, 14, 1, id }; // CTL_KERN, KERN_PROC, KERN_PROC_PID
        KInfoProc info;
        var size = (nuint)sizeof(KInfoProc);
        if (LibProc.SysCtl(name, 4, &info, &size, null, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        // If there is no such process, nothing is written.
        return size == 0 ? null : Read(info);
    }

    /// <summary>
    /// Understands what the kernel says of a process. It has no parent if that is launchd: as a rule the true one has
    /// ended, and what launchd starts itself may end whenever it likes, but launchd does not.
    /// </summary>
    /// <returns>The process; null for a zombie.</returns>
    public static ProcessEntry? Read(in KInfoProc info)
    {
        if (info.Status == Zombie)
            return null;
        fixed (byte* start = info.Command)
        {
            var name = new ReadOnlySpan<byte>(start, KInfoProc.CommandLength);
            var end = name.IndexOf((byte)0);
            return new ProcessEntry(
                new ProcessIdentity(info.Id, (info.StartSeconds * 1_000_000) + info.StartMicroseconds),
                info.ParentId == Launchd ? 0 : info.ParentId,
                Encoding.UTF8.GetString(end < 0 ? name : name[..end]),
                (info.Flags & HasCalledExec) == 0);
        }
    }

    /// <summary>The path of the program that a process runs; null if it is not known.</summary>
    [SupportedOSPlatform("macos")]
    public static string? ProgramOf(int id)
    {
        const int longest = 4096; // PROC_PIDPATHINFO_MAXSIZE
        var buffer = stackalloc byte[longest];
        var length = LibProc.PidPath(id, buffer, longest);
        return length > 0 ? Encoding.UTF8.GetString(buffer, length) : null;
    }
}
