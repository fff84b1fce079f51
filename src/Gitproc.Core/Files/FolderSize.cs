using System.IO.Enumeration;

namespace Gitproc.Files;

/// <summary>What folders take on disk.</summary>
internal static class FolderSize
{
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };

    /// <summary>Adds up the lengths of all files in a folder. Links are not followed.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The bytes; 0 when there is no such folder, or a link in its place.</returns>
    public static long Of(string folder)
    {
        if (new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null })
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
