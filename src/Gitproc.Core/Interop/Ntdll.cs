using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Interop;

/// <summary>
/// What Windows keeps in the memory of a process. The layout is from ntpebteb.h and ntrtl.h of phnt; in winternl.h,
/// these fields are reserved.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class Ntdll
{
    // PROCESSINFOCLASS 0 is ProcessBasicInformation.
    [LibraryImport("ntdll.dll", EntryPoint = "NtQueryInformationProcess")]
    public static partial int QueryInformationProcess(
        SafeProcessHandle process, int kind, out ProcessBasicInformation information, int length, out int returned);

    /// <summary>STATUS_INFO_LENGTH_MISMATCH: the buffer is too small.</summary>
    public const int InfoLengthMismatch = unchecked((int)0xC0000004);

    [LibraryImport("ntdll.dll", EntryPoint = "NtQuerySystemInformation")]
    public static unsafe partial int QuerySystemInformation(int kind, byte* information, int length, out int needed);

    /// <summary>The beginning of SYSTEM_PROCESS_INFORMATION, of which winternl.h has reserved the times.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SystemProcess
    {
        public int NextOffset;
        public uint ThreadCount;
        public long WorkingSet;
        public uint HardFaults;
        public uint MaxThreadCount;
        public ulong Cycles;
        public long CreateTime;
        public long UserTime;
        public long KernelTime;
        public ushort NameLength;
        public ushort NameMaximumLength;
        public nint Name;
        public int BasePriority;
        public nint Id;
        public nint ParentId;
    }

    /// <summary>PROCESS_BASIC_INFORMATION (winternl.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ProcessBasicInformation
    {
        public nint ExitStatus;
        public nint EnvironmentBlock;
        public nint AffinityMask;
        public nint BasePriority;
        public nint Id;
        public nint ParentId;
    }

    /// <summary>The beginning of PEB.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct EnvironmentBlock
    {
        public uint Flags;
        public nint Mutant;
        public nint ImageBase;
        public nint Loader;
        public nint Parameters;
    }

    /// <summary>
    /// The beginning of RTL_USER_PROCESS_PARAMETERS, up to its CurrentDirectory.DosPath, a UNICODE_STRING.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ProcessParameters
    {
        public uint MaximumLength;
        public uint Length;
        public uint Flags;
        public uint DebugFlags;
        public nint ConsoleHandle;
        public uint ConsoleFlags;
        public nint StandardInput;
        public nint StandardOutput;
        public nint StandardError;
        public ushort PathLength;
        public ushort PathMaximumLength;
        public nint Path;
    }
}
