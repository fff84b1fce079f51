using System.IO.Enumeration;

namespace Gitproc.Files;

/// <summary>
/// Removes folders that hold read-only files, as git's object folders do. Links are removed, never followed.
/// </summary>
internal static class FolderRemoval
{
    /// <summary>Removes a folder with all that is in it.</summary>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        if (MountPoints.Below(folder) is [var mount, ..])
            throw new IOException($"The folder {folder} is not removed, as something is mounted in it: {mount}");
        // Not by Directory.Delete: its stack does not reach as deep as folders may lie in each other, and it knows
        // neither files that may not be deleted for their mode nor names that are no text.
        var path = Path.TrimEndingDirectorySeparator(folder);
        using var parent = RawFolder.Open(Path.GetDirectoryName(path)!);
        parent.Remove(RawText.FromText(Path.GetFileName(path)));
        if (Directory.Exists(folder))
            throw new IOException($"The folder {folder} is not empty: somebody writes into it.");
    }

    /// <summary>Removes a folder as far as that can be done.</summary>
    public static void TryRemove(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // What is left lies under a name that is used for nothing else, and is tried again.
        }
    }
}

/// <summary>
/// What is mounted in a folder: another file system, or another folder (<c>mount --bind</c>), which is on the same
/// device as often as not. What is in it is not the folder's, and is neither cleaned nor removed with it. Windows has
/// links for that, which are not followed.
/// </summary>
internal static class MountPoints
{
    /// <summary>Finds them.</summary>
    /// <param name="folder">The folder, absolute.</param>
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

/// <summary>What folders take on disk.</summary>
internal static class FolderSize
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = 0,
    };

    /// <summary>Adds up the lengths of all files in a folder. Links are not followed.</summary>
    /// <returns>The bytes; 0 when there is no such folder, or a link in its place.</returns>
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
            // Somebody has removed it.
            return 0;
        }
    }

    private static bool IsLink(in FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
