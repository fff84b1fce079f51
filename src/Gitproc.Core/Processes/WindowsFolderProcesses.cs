using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Files;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Processes;

/// <summary>Who has a folder, or one below it, as the current directory on Windows, or runs a program in it. Open files are not seen.</summary>
/// <remarks>
/// Windows has no call for either. The Restart Manager takes files only, and a checkout has too many to ask about each.
/// That a folder cannot be opened for deleting tells that somebody stands in it, but not who (it may be the caller),
/// and nothing about the folders below. So the current directory is read where each process keeps it, in its
/// environment block, as psutil and System Informer do. The layout is that of phnt's ntpebteb.h and ntrtl.h;
/// winternl.h calls these fields reserved. It is tried on this process first, whose current directory is known. Not
/// seen are processes of another user or with more rights, and where a 32-bit process went after it started.
/// </remarks>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsFolderProcesses
{
    private const uint QueryAndReadMemory = 0x1000 | 0x10; // PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ

    /// <summary>Lists the processes.</summary>
    public static List<int> Ids()
    {
        var own = CurrentDirectory(Environment.ProcessId);
        if (own is null || Path.TrimEndingDirectorySeparator(own) != Path.TrimEndingDirectorySeparator(Environment.CurrentDirectory))
            throw new Win32Exception("This Windows does not show where processes keep their current directory.");

        // A full buffer means that there may be more (EnumProcesses, psapi.h).
        for (var ids = new int[1024]; ; ids = new int[ids.Length * 2])
        {
            int bytes;
            fixed (int* start = ids)
            {
                if (!ListProcesses(start, ids.Length * sizeof(int), out bytes))
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            if (bytes < ids.Length * sizeof(int))
                return [.. ids.AsSpan(0, bytes / sizeof(int))];
        }
    }

    /// <summary>Whether a process has a folder or one below it as its current directory, or its program in it.</summary>
    public static bool IsIn(int id, string folder) => IsPathIn(CurrentDirectory(id), folder) || IsPathIn(Program(id), folder);

    private static bool IsPathIn(string? path, string folder) =>
        path is { Length: > 0 } && FolderProcesses.IsAtOrBelow(Path.TrimEndingDirectorySeparator(RealPath.Of(path)), folder);

    private static string? Program(int id)
    {
        using var process = Open(QueryAndReadMemory, 0, id);
        var path = new char[short.MaxValue];
        var length = path.Length;
        fixed (char* start = path)
            return !process.IsInvalid && ReadProgramPath(process, 0, start, ref length) ? new string(path, 0, length) : null;
    }

    private static string? CurrentDirectory(int id)
    {
        using var process = Open(QueryAndReadMemory, 0, id);
        BasicInformation information;
        EnvironmentBlock block;
        Parameters parameters;
        if (process.IsInvalid
            || QueryProcess(process, 0, &information, sizeof(BasicInformation), out _) != 0
            || !ReadMemory(process, information.EnvironmentBlock, &block, sizeof(EnvironmentBlock), out _)
            || !ReadMemory(process, block.Parameters, &parameters, sizeof(Parameters), out _))
        {
            return null;
        }

        var path = new char[parameters.PathLength / sizeof(char)];
        fixed (char* start = path)
            return ReadMemory(process, parameters.Path, start, parameters.PathLength, out _) ? new string(path) : null;
    }

    [LibraryImport("kernel32.dll", EntryPoint = "K32EnumProcesses", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ListProcesses(int* ids, int size, out int needed);

    [LibraryImport("kernel32.dll", EntryPoint = "OpenProcess")]
    private static partial SafeProcessHandle Open(uint access, int inherit, int id);

    [LibraryImport("kernel32.dll", EntryPoint = "QueryFullProcessImageNameW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ReadProgramPath(SafeProcessHandle process, uint flags, char* path, ref int length);

    [LibraryImport("ntdll.dll", EntryPoint = "NtQueryInformationProcess")]
    private static partial int QueryProcess(
        SafeProcessHandle process, int informationClass, BasicInformation* information, int length, out int returned);

    [LibraryImport("kernel32.dll", EntryPoint = "ReadProcessMemory")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ReadMemory(SafeProcessHandle process, nint address, void* buffer, nint size, out nint read);

    // PROCESS_BASIC_INFORMATION (winternl.h)
    [StructLayout(LayoutKind.Sequential)]
    private struct BasicInformation
    {
        public nint ExitStatus;
        public nint EnvironmentBlock;
        public nint AffinityMask;
        public nint BasePriority;
        public nint Id;
        public nint ParentId;
    }

    // The beginning of PEB
    [StructLayout(LayoutKind.Sequential)]
    private struct EnvironmentBlock
    {
        public uint Flags;
        public nint Mutant;
        public nint ImageBase;
        public nint Loader;
        public nint Parameters;
    }

    // The beginning of RTL_USER_PROCESS_PARAMETERS, up to its CurrentDirectory.DosPath, a UNICODE_STRING.
    [StructLayout(LayoutKind.Sequential)]
    private struct Parameters
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
