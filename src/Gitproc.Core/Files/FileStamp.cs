namespace Gitproc.Files;

/// <summary>What tells that a file or folder was changed, made or removed.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="ModifiedTicks">Its time of last write, or its target's, in ticks of UTC; 0 when it does not
/// exist.</param>
/// <param name="Length">Its length in bytes, or its target's; 0 for a folder, -1 when it does not exist.</param>
internal readonly record struct FileStamp(string Path, string Target, long ModifiedTicks, long Length)
{
    /// <summary>Looks at a file or folder.</summary>
    /// <param name="path">Its absolute path.</param>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        // FileInfo tells of a link itself, which stays as it is when the file behind it is written.
        var target = Exists(file) && file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? TargetOf(file) : null;
        var found = target ?? file;
        // FileInfo.Exists is false for a folder, but it holds what the same stat told.
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
            // A loop, or a place that may not be seen.
            return null;
        }
    }
}
