namespace Gitproc.Files;

/// <summary>Shows if a file or folder was changed, created or removed since an earlier stamp.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Target">The path of a link's target; empty if it is not a link.</param>
/// <param name="ModifiedTicks">The time of the last write, of a link's target, in ticks of UTC; 0 if missing.</param>
/// <param name="Length">The length in bytes, of a link's target; 0 for a folder, -1 if missing.</param>
internal readonly record struct FileStamp(string Path, string Target, long ModifiedTicks, long Length)
{
    /// <param name="path">An absolute path.</param>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        // FileInfo describes the link itself, which does not change when its target is written.
        var target = Exists(file) && file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? TargetOf(file) : null;
        var found = target ?? file;
        // FileInfo.Exists is false for a folder, but its other properties come from the same stat.
        return Exists(found)
            ? new FileStamp(path, target?.FullName ?? "", found.LastWriteTimeUtc.Ticks, found.Exists ? found.Length : 0)
            : new FileStamp(path, target?.FullName ?? "", 0, -1);
    }

    private static bool Exists(FileInfo file) => (int)file.Attributes != -1;

    private static FileInfo? TargetOf(FileInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) is { } target ? new FileInfo(target.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A loop, or a folder without permission.
            return null;
        }
    }
}
