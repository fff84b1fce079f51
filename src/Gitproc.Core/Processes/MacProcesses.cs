using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Gitproc.Processes;

/// <summary>Processes as macOS tells them by <c>proc_pidinfo</c> (libproc.h, sys/proc_info.h).</summary>
[SupportedOSPlatform("macos")]
internal static unsafe partial class MacProcesses
{
    private const int PidTaskBsdInfo = 3; // PROC_PIDTBSDINFO
    private const uint HasCalledExec = 0x4000; // PROC_FLAG_EXEC
    private const uint Zombie = 5; // SZOMB
    private const int NoSuchProcess = 3; // ESRCH
    private const int NameLength = 32;

    /// <summary>Looks a process up.</summary>
    /// <returns>The process; null when none runs under that id.</returns>
    public static ProcessEntry? Find(int id)
    {
        BsdInfo info;
        if (ReadInfo(id, PidTaskBsdInfo, 0, &info, sizeof(BsdInfo)) < sizeof(BsdInfo))
        {
            var error = Marshal.GetLastPInvokeError();
            return error == NoSuchProcess ? null : throw new Win32Exception(error);
        }

        if (info.Status == Zombie)
            return null;
        var name = new ReadOnlySpan<byte>(info.Name, NameLength);
        var end = name.IndexOf((byte)0);
        return new ProcessEntry(
            new ProcessIdentity(id, (long)((info.StartSeconds * 1_000_000) + info.StartMicroseconds)),
            (int)info.ParentId,
            Encoding.UTF8.GetString(end < 0 ? name : name[..end]),
            (info.Flags & HasCalledExec) == 0);
    }

    /// <summary>The path of the program that a process runs.</summary>
    /// <returns>The path; null when it is not told.</returns>
    public static string? ProgramOf(int id)
    {
        const int longest = 4096; // PROC_PIDPATHINFO_MAXSIZE
        var buffer = stackalloc byte[longest];
        var length = ReadPath(id, buffer, longest);
        return length > 0 ? Encoding.UTF8.GetString(buffer, length) : null;
    }

    [LibraryImport("libproc", EntryPoint = "proc_pidpath", SetLastError = true)]
    private static partial int ReadPath(int id, byte* buffer, uint bufferSize);

    [LibraryImport("libproc", EntryPoint = "proc_pidinfo", SetLastError = true)]
    private static partial int ReadInfo(int id, int flavor, ulong argument, void* buffer, int bufferSize);

    // struct proc_bsdinfo
    [StructLayout(LayoutKind.Sequential)]
    private struct BsdInfo
    {
        public uint Flags;
        public uint Status;
        public uint ExitStatus;
        public uint Id;
        public uint ParentId;
        public uint UserId;
        public uint GroupId;
        public uint RealUserId;
        public uint RealGroupId;
        public uint SavedUserId;
        public uint SavedGroupId;
        public uint Reserved;
        public fixed byte Command[16];
        public fixed byte Name[NameLength];
        public uint FileCount;
        public uint ProcessGroupId;
        public uint JobControlCount;
        public uint TerminalDevice;
        public uint TerminalProcessGroupId;
        public int Nice;
        public ulong StartSeconds;
        public ulong StartMicroseconds;
    }
}
