using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Files;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Who has a folder, or one below it, as the current directory on Windows, or runs a program in it. Open files are not seen.</summary>
/// <remarks>
/// Windows has no call for either. The Restart Manager takes files only, and a checkout has too many to ask about each.
/// That a folder cannot be opened for deleting tells that somebody stands in it, but not who (it may be the caller),
/// and nothing about the folders below. So the current directory is read where each process keeps it, in its
/// environment block, as psutil and System Informer do (<see cref="Ntdll"/>). It is tried on this
/// process first, whose current directory is known. Not seen are processes of another user or with more rights, and where
/// a 32-bit process went after it started.
/// </remarks>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsFolderProcesses
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
                if (!Kernel32.EnumProcesses(start, ids.Length * sizeof(int), out bytes))
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            if (bytes < ids.Length * sizeof(int))
                return [.. ids.AsSpan(0, bytes / sizeof(int))];
        }
    }

    /// <summary>Whether a process has a folder or one below it as its current directory, or its program in it.</summary>
    public static bool IsIn(int id, string folder) => IsPathIn(CurrentDirectory(id), folder) || IsPathIn(Program(id), folder);

    private static bool IsPathIn(string? path, string folder) =>
        path is { Length: > 0 } && Paths.IsIn(Paths.Real(path), folder);

    private static string? Program(int id)
    {
        using var process = Kernel32.OpenProcess(QueryAndReadMemory, 0, id);
        var path = new char[short.MaxValue];
        var length = path.Length;
        fixed (char* start = path)
            return !process.IsInvalid && Kernel32.QueryFullProcessImageName(process, 0, start, ref length) ? new string(path, 0, length) : null;
    }

    private static string? CurrentDirectory(int id)
    {
        using var process = Kernel32.OpenProcess(QueryAndReadMemory, 0, id);
        Ntdll.EnvironmentBlock block;
        Ntdll.ProcessParameters parameters;
        if (process.IsInvalid
            || Ntdll.QueryInformationProcess(process, 0, out var information, sizeof(Ntdll.ProcessBasicInformation), out _) != 0
            || !Kernel32.ReadProcessMemory(process, information.EnvironmentBlock, &block, sizeof(Ntdll.EnvironmentBlock), out _)
            || !Kernel32.ReadProcessMemory(process, block.Parameters, &parameters, sizeof(Ntdll.ProcessParameters), out _))
        {
            return null;
        }

        var path = new char[parameters.PathLength / sizeof(char)];
        fixed (char* start = path)
            return Kernel32.ReadProcessMemory(process, parameters.Path, start, parameters.PathLength, out _) ? new string(path) : null;
    }
}
