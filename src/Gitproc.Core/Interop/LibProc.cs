using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gitproc.Interop;

/// <summary>
/// Functions and structs of macOS about processes, under their names there: libproc.h, sys/proc_info.h, sys/sysctl.h.
/// </summary>
[SupportedOSPlatform("macos")]
internal static unsafe partial class LibProc
{
    private const string Library = "/usr/lib/libproc.dylib";

    // Returns the number of ids, not of bytes.
    [LibraryImport(Library, EntryPoint = "proc_listallpids", SetLastError = true)]
    public static partial int ListAllPids(int* buffer, int bufferSize);

    // This and the next two return 0 on failure.
    [LibraryImport(Library, EntryPoint = "proc_pidinfo")]
    public static partial int PidInfo(int id, int flavor, ulong argument, void* buffer, int bufferSize);

    [LibraryImport(Library, EntryPoint = "proc_pidfdinfo")]
    public static partial int PidFDInfo(int id, int file, int flavor, void* buffer, int bufferSize);

    [LibraryImport(Library, EntryPoint = "proc_pidpath")]
    public static partial int PidPath(int id, byte* buffer, uint bufferSize);

    [LibraryImport("libc", EntryPoint = "sysctl", SetLastError = true)]
    public static partial int SysCtl(
        int* name, uint nameLength, void* buffer, nuint* bufferSize, void* newValue, nuint newSize);

    /// <summary>struct proc_fdinfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FDInfo
    {
        public int Number;
        public uint Type;
    }
}

/// <summary>
/// What is used of struct kinfo_proc: the struct extern_proc of sys/proc.h, and the struct eproc behind it.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 648)]
internal unsafe struct KInfoProc
{
    public const int CommandLength = 17;

    [FieldOffset(0)]
    public long StartSeconds;

    [FieldOffset(8)]
    public int StartMicroseconds;

    [FieldOffset(32)]
    public uint Flags;

    [FieldOffset(36)]
    public byte Status;

    [FieldOffset(40)]
    public int Id;

    [FieldOffset(243)]
    public fixed byte Command[CommandLength];

    [FieldOffset(560)]
    public int ParentId;
}
