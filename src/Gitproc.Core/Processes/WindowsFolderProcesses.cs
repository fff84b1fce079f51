using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Files;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// Finds the processes on Windows whose current directory or program is in a folder. Open files are not considered.
/// </summary>
/// <remarks>
/// Windows has no function for this. The Restart Manager takes only files, and a checkout has too many of them. A
/// folder that cannot be opened for deletion is in use, but not necessarily by another process than the caller, and its
/// subfolders need the same test. So the current directory is read from the memory of each process, from its
/// environment block, as psutil and System Informer do (<see cref="Ntdll"/>). The current directory of this process is
/// known and read first, as a check of the layout. Processes of other users or with more rights are not found, and
/// neither is the folder that a 32-bit process changed to after it started.
/// </remarks>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsFolderProcesses
{
    private const uint QueryAndReadMemory = 0x1000 | 0x10; // PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ

    public static List<int> Ids()
    {
        var own = CurrentDirectory(Environment.ProcessId);
        // .NET writes out short names, as GIT~1 for Gitproc.
        if (own is null || !Paths.AreSame(Path.GetFullPath(own), Environment.CurrentDirectory))
            throw new Win32Exception(
                "The current directory of a process is not where this version of gitproc expects it in Windows.");

        // If the buffer is full, there may be more processes (EnumProcesses, psapi.h).
        for (var ids = new int[1024]; ; ids = new int[ids.Length * 2])
        {
            int bytes;
            fixed (int* start = ids)
            {
                if (!Kernel32.EnumProcesses(start, ids.Length * sizeof(int), out bytes))
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            if (bytes < ids.Length * sizeof(int))
                return [.. ids.AsSpan(0, bytes / sizeof(int))];
        }
    }

    /// <summary>True if the current directory or the program of a process is in a folder.</summary>
    public static bool IsIn(int id, string folder) =>
        IsPathIn(CurrentDirectory(id), folder) || IsPathIn(Program(id), folder);

    // A process may change its path while that is read. A server that does not answer would be waited for.
    private static bool IsPathIn(string? path, string folder) =>
        path is not null
        && Path.IsPathFullyQualified(path)
        && !path.Contains('\0', StringComparison.Ordinal)
        && (Paths.AreSame(Path.GetPathRoot(path)!, Path.GetPathRoot(folder)!) || !IsOnServer(Paths.WithoutDevice(path)))
        && Paths.IsIn(Paths.Real(path), folder);

    private static bool IsOnServer(string path) =>
        path.StartsWith(@"\\", StringComparison.Ordinal)
        || new DriveInfo(Path.GetPathRoot(path)!).DriveType == DriveType.Network;

    private static string? Program(int id)
    {
        using var process = Kernel32.OpenProcess(QueryAndReadMemory, 0, id);
        var path = new char[short.MaxValue];
        var length = path.Length;
        fixed (char* start = path)
            return !process.IsInvalid && Kernel32.QueryFullProcessImageName(process, 0, start, ref length)
                ? new string(path, 0, length)
                : null;
    }

    private static string? CurrentDirectory(int id)
    {
        using var process = Kernel32.OpenProcess(QueryAndReadMemory, 0, id);
        Ntdll.EnvironmentBlock block;
        Ntdll.ProcessParameters parameters;
        if (process.IsInvalid
            || Ntdll.QueryInformationProcess(
                process, 0, out var information, sizeof(Ntdll.ProcessBasicInformation), out _
            ) != 0
            || !Kernel32.ReadProcessMemory(
                process, information.EnvironmentBlock, &block, sizeof(Ntdll.EnvironmentBlock), out _)
            || !Kernel32.ReadProcessMemory(
                process, block.Parameters, &parameters, sizeof(Ntdll.ProcessParameters), out _))
        {
            return null;
        }

        var path = new char[parameters.PathLength / sizeof(char)];
        fixed (char* start = path)
            return Kernel32.ReadProcessMemory(process, parameters.Path, start, parameters.PathLength, out _)
                ? new string(path)
                : null;
    }
}
