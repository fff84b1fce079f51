using System.IO.Enumeration;
using System.Runtime.Versioning;
using System.Text;
using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>
/// The space that folders take on disk, as du(1) counts it: in blocks, and a file with several names once. Blocks that
/// files share (btrfs, XFS, APFS) count for each of them, because no system tells quickly who else has them.
/// </summary>
internal static class DiskUsage
{
    private const int BlockSize = 512;

    // Where the system does not tell. It is the smallest piece that most file systems give to a file.
    private const long Cluster = 4096;

    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = 0,
    };

    /// <summary>Adds up what a folder and everything in it takes. Links are not followed.</summary>
    /// <returns>The number of bytes; 0 if the folder is missing or is a link.</returns>
    public static long Of(string folder)
    {
        if (!Paths.IsFolder(folder))
            return 0;
        var seen = new HashSet<ulong>();
        try
        {
            return Size(folder, 0, seen)
                + new FileSystemEnumerable<long>(
                    folder, (ref FileSystemEntry entry) => Size(entry.ToFullPath(), entry.Length, seen), All)
                {
                    ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                        !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
                }.Sum();
        }
        catch (DirectoryNotFoundException)
        {
            // It has just been removed.
            return 0;
        }
    }

    // length: for systems that tell no blocks.
    private static unsafe long Size(string path, long length, HashSet<ulong> seen)
    {
        // struct statx: links, inode, blocks.
        var stat = stackalloc byte[256];
        if (!OperatingSystem.IsLinux() || !TryStat(path, stat))
            return (length + Cluster - 1) / Cluster * Cluster;
        var hasOtherNames = *(uint*)(stat + 16) > 1 && !IsFolder(*(ushort*)(stat + 28));
        return hasOtherNames && !seen.Add(*(ulong*)(stat + 32)) ? 0 : *(long*)(stat + 48) * BlockSize;
    }

    [SupportedOSPlatform("linux")]
    private static unsafe bool TryStat(string path, byte* stat)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            return LibC.StatX(LibC.CurrentFolder, name, LibC.DoNotFollowAt, LibC.BasicStats, stat) == 0;
    }

    private static bool IsFolder(ushort mode) => (mode & 0xF000) == 0x4000;
}
