using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Interop;

/// <summary>Functions and structs of kernel32, under their Windows names.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    [LibraryImport(
        "kernel32", EntryPoint = "CreateFileW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true
    )]
    public static partial SafeFileHandle CreateFile(
        string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    // FILE_INFO_BY_HANDLE_CLASS 0 is FileBasicInfo.
    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetFileInformationByHandleEx(
        SafeFileHandle handle, int kind, out FileBasicInfo information, uint size);

    [LibraryImport("kernel32", SetLastError = true)]
    public static partial int LockFileEx(
        SafeFileHandle file, uint flags, uint reserved, uint bytesLow, uint bytesHigh, ref Overlapped where);

    [LibraryImport("kernel32", SetLastError = true)]
    public static partial int UnlockFileEx(
        SafeFileHandle file, uint reserved, uint bytesLow, uint bytesHigh, ref Overlapped where);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleCtrlHandler(nint handler, [MarshalAs(UnmanagedType.Bool)] bool add);

    [LibraryImport("kernel32.dll", EntryPoint = "K32EnumProcesses", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool EnumProcesses(int* ids, int size, out int needed);

    [LibraryImport("kernel32.dll")]
    public static partial SafeProcessHandle OpenProcess(uint access, int inherit, int id);

    [LibraryImport("kernel32.dll", EntryPoint = "QueryFullProcessImageNameW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool QueryFullProcessImageName(
        SafeProcessHandle process, uint flags, char* path, ref int length);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadProcessMemory(
        SafeProcessHandle process, nint address, void* buffer, nint size, out nint read);

    [LibraryImport("kernel32.dll", EntryPoint = "CreateJobObjectW")]
    public static partial SafeFileHandle CreateJobObject(nint security, nint name);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetInformationJobObject(SafeFileHandle job, int kind, void* information, int length);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool AssignProcessToJobObject(SafeFileHandle job, SafeProcessHandle process);

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION (winnt.h).</summary>
    public struct ExtendedLimits
    {
        public long ProcessTime, JobTime;
        public uint Flags;
        public nuint MinimumWorkingSet, MaximumWorkingSet;
        public uint ActiveProcesses;
        public nuint Affinity;
        public uint Priority, Scheduling;
        public ulong ReadOperations, WriteOperations, OtherOperations, BytesRead, BytesWritten, OtherBytes;
        public nuint ProcessMemory, JobMemory, PeakProcessMemory, PeakJobMemory;
    }

    /// <summary>FILE_BASIC_INFO (winbase.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileBasicInfo
    {
        public long CreationTime;
        public long LastAccessTime;
        public long LastWriteTime;
        public long ChangeTime;
        public uint Attributes;
    }

    /// <summary>OVERLAPPED (minwinbase.h).</summary>
    public struct Overlapped
    {
        public nint Internal, InternalHigh;
        public int Offset, OffsetHigh;
        public nint Event;
    }
}
