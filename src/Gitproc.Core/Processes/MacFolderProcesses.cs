using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Gitproc.Files;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// Finds the processes in a folder with <c>proc_pidinfo</c>, <c>proc_pidpath</c> and <c>proc_pidfdinfo</c> of macOS
/// (libproc.h, sys/proc_info.h). Unless the user is root, macOS shows only the user's own processes
/// (proc_security_policy in proc_info.c of xnu).
/// </summary>
[SupportedOSPlatform("macos")]
internal static unsafe class MacFolderProcesses
{
    private const int ListOfFiles = 1; // PROC_PIDLISTFDS
    private const int FoldersOfProcess = 9; // PROC_PIDVNODEPATHINFO
    private const int FileWithPath = 2; // PROC_PIDFDVNODEPATHINFO
    private const uint IsFile = 1; // PROX_FDTYPE_VNODE

    // struct vnode_info (a vinfo_stat of 136 bytes, two ints, an fsid_t). The path of MAXPATHLEN bytes follows it.
    private const int VnodeInfoSize = 152;
    private const int PathSize = 1024;

    // struct proc_fileinfo, which precedes the vnode_info_path of a file.
    private const int FileInfoSize = 24;

    public static List<int> Ids()
    {
        // Without a buffer, the function returns how many processes there may be. The buffer is twice as large, because
        // more processes may start in between.
        var ids = new int[Math.Max(0, LibProc.ListAllPids(null, 0)) * 2];
        int count;
        fixed (int* start = ids)
            count = LibProc.ListAllPids(start, ids.Length * sizeof(int));
        var found = ids.Take(count).ToList();
        return found.Contains(Environment.ProcessId) ? found : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>
    /// The path that the functions here give to a folder: in the case and the normal form (NFC or NFD) that is on the
    /// disk, and not below <c>/System/Volumes/Data</c>. Paths of all these kinds lead to the same folder.
    /// </summary>
    /// <param name="folder">A real path.</param>
    /// <returns>The path; as it was if there is no such folder.</returns>
    public static string NameOf(string folder)
    {
        using var handle = LibC.Open(folder, LibC.ReadOnly | LibC.MustBeFolder | LibC.CloseOnExecute);
        return handle.IsInvalid
            ? folder
            : PathOf(Environment.ProcessId, (int)handle.DangerousGetHandle()) ?? folder;
    }

    /// <summary>True if a process runs in a folder.</summary>
    /// <param name="folder">As of <see cref="NameOf"/>.</param>
    public static bool IsIn(int id, string folder)
    {
        // struct proc_vnodepathinfo: the current directory, then the root directory.
        const int size = 2 * (VnodeInfoSize + PathSize);
        var folders = stackalloc byte[size];
        if (LibProc.PidInfo(id, FoldersOfProcess, 0, folders, size) == size
            && Paths.IsIn(Text(folders + VnodeInfoSize), folder))
            return true;

        // PROC_PIDPATHINFO_MAXSIZE
        var program = stackalloc byte[4 * PathSize];
        if (LibProc.PidPath(id, program, 4 * PathSize) > 0 && Paths.IsIn(Text(program), folder))
            return true;

        var files = new LibProc.FDInfo[
            Math.Max(0, LibProc.PidInfo(id, ListOfFiles, 0, null, 0)) / sizeof(LibProc.FDInfo)
        ];
        int count;
        fixed (LibProc.FDInfo* start = files)
            count =
                LibProc.PidInfo(id, ListOfFiles, 0, start, files.Length * sizeof(LibProc.FDInfo))
                / sizeof(LibProc.FDInfo);
        return files.Take(count)
            .Any(file => file.Type == IsFile && PathOf(id, file.Number) is { } path && Paths.IsIn(path, folder));
    }

    // Of an open file or folder; null if it is closed.
    private static string? PathOf(int id, int file)
    {
        const int size = FileInfoSize + VnodeInfoSize + PathSize;
        var info = stackalloc byte[size];
        return LibProc.PidFDInfo(id, file, FileWithPath, info, size) == size
            ? Text(info + FileInfoSize + VnodeInfoSize)
            : null;
    }

    private static string Text(byte* path) =>
        Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path));
}
