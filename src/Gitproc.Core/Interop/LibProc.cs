using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gitproc.Interop;

/// <summary>Functions and structs of libproc.h and sys/proc_info.h of macOS, under their names there.</summary>
[SupportedOSPlatform("macos")]
internal static unsafe partial class LibProc
{
    // Returns the number of ids, not of bytes.
    [LibraryImport("libproc", EntryPoint = "proc_listallpids", SetLastError = true)]
    public static partial int ListAllPids(int* buffer, int bufferSize);

    [LibraryImport("libproc", EntryPoint = "proc_pidinfo", SetLastError = true)]
    public static partial int PidInfo(int id, int flavor, ulong argument, void* buffer, int bufferSize);

    [LibraryImport("libproc", EntryPoint = "proc_pidfdinfo")]
    public static partial int PidFDInfo(int id, int file, int flavor, void* buffer, int bufferSize);

    [LibraryImport("libproc", EntryPoint = "proc_pidpath", SetLastError = true)]
    public static partial int PidPath(int id, byte* buffer, uint bufferSize);

    /// <summary>struct proc_fdinfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FDInfo
    {
        public int Number;
        public uint Type;
    }

    /// <summary>struct proc_bsdinfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BsdInfo
    {
        public const int NameLength = 32;

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
