using System.IO.Enumeration;

namespace Gitproc.Files;

/// <summary>
/// Removes folders with read-only files in them, as git's object folders have. Links are removed, never followed.
/// </summary>
internal static class FolderRemoval
{
    /// <summary>Removes a folder with everything in it.</summary>
    /// <exception cref="IOException">Something is mounted in it, or another process writes into it.</exception>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        if (MountPoints.Below(folder) is [var mount, ..])
            throw new IOException($"The folder {folder} is not removed, because something is mounted in it: {mount}");
        var path = Path.TrimEndingDirectorySeparator(folder);
        if (Subvolume.TryRemove(path))
            return;
        // Directory.Delete is recursive, and overflows the stack in very deep folders. It also fails on files whose
        // mode forbids it, and on names that are not text.
        using var parent = RawFolder.Open(Path.GetDirectoryName(path)!);
        parent.Remove(RawText.FromText(Path.GetFileName(path)));
        if (Directory.Exists(folder))
            throw new IOException($"The folder {folder} is not empty: another process writes into it.");
    }

    /// <summary>Removes as much of a folder as possible.</summary>
    public static void TryRemove(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // The rest has a name that is used for nothing else. A later call tries again.
        }
    }
}

/// <summary>
/// Mount points in a folder: of another file system, or of another folder (<c>mount --bind</c>), often on the same
/// device. Their content does not belong to the folder, and is neither cleaned nor removed with it. Windows uses links
/// instead, which are not followed.
/// </summary>
internal static class MountPoints
{
    /// <param name="folder">The absolute path of the folder.</param>
    public static IReadOnlyList<string> Below(string folder)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder))
            return [];
        var real = Paths.Real(folder);
        return
        [
            .. DriveInfo
                .GetDrives()
                .Select(drive => Path.TrimEndingDirectorySeparator(drive.Name))
                .Where(path => Paths.IsIn(path, real)),
        ];
    }
}

/// <summary>The size of folders on disk.</summary>
internal static class FolderSize
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = 0,
    };

    /// <summary>Adds up the lengths of all files in a folder. Links are not followed.</summary>
    /// <returns>The number of bytes; 0 if the folder is missing or is a link.</returns>
    public static long Of(string folder)
    {
        if (!Paths.IsFolder(folder))
            return 0;
        try
        {
            return new FileSystemEnumerable<long>(folder, (ref FileSystemEntry entry) => entry.Length, All)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && !IsLink(entry),
                ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(entry),
            }.Sum();
        }
        catch (DirectoryNotFoundException)
        {
            // It has just been removed.
            return 0;
        }
    }

    private static bool IsLink(in FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
