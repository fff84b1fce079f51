using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Reads processes with <c>proc_pidinfo</c> of macOS (libproc.h, sys/proc_info.h).</summary>
[SupportedOSPlatform("macos")]
internal static unsafe class MacProcesses
{
    private const int PidTaskBsdInfo = 3; // PROC_PIDTBSDINFO
    private const uint HasCalledExec = 0x4000; // PROC_FLAG_EXEC
    private const uint Zombie = 5; // SZOMB

    /// <returns>The process; null if no process with the id runs.</returns>
    public static ProcessEntry? Find(int id)
    {
        LibProc.BsdInfo info;
        if (LibProc.PidInfo(id, PidTaskBsdInfo, 0, &info, sizeof(LibProc.BsdInfo)) < sizeof(LibProc.BsdInfo))
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.NoProcess ? null : throw new Win32Exception(error);
        }

        if (info.Status == Zombie)
            return null;
        var name = new ReadOnlySpan<byte>(info.Name, LibProc.BsdInfo.NameLength);
        var end = name.IndexOf((byte)0);
        return new ProcessEntry(
            new ProcessIdentity(id, (long)((info.StartSeconds * 1_000_000) + info.StartMicroseconds)),
            (int)info.ParentId,
            Encoding.UTF8.GetString(end < 0 ? name : name[..end]),
            (info.Flags & HasCalledExec) == 0);
    }

    /// <summary>The path of the program that a process runs; null if it is not known.</summary>
    public static string? ProgramOf(int id)
    {
        const int longest = 4096; // PROC_PIDPATHINFO_MAXSIZE
        var buffer = stackalloc byte[longest];
        var length = LibProc.PidPath(id, buffer, longest);
        return length > 0 ? Encoding.UTF8.GetString(buffer, length) : null;
    }
}
