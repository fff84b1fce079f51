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
