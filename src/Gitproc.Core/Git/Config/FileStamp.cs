namespace Gitproc.Git.Config;

/// <summary>What tells that a file or folder was changed, made or removed.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="ModifiedTicks">Its time of last write, in ticks of UTC; 0 when it does not exist.</param>
/// <param name="Length">Its length in bytes; 0 for a folder, -1 when it does not exist.</param>
internal readonly record struct FileStamp(string Path, long ModifiedTicks, long Length)
{
    /// <summary>Looks at a file or folder.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <returns>How it is now.</returns>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists)
            return new FileStamp(path, file.LastWriteTimeUtc.Ticks, file.Length);
        // FileInfo.Exists is false for a folder, but it holds what the same stat told.
        return (int)file.Attributes != -1
            ? new FileStamp(path, file.LastWriteTimeUtc.Ticks, 0)
            : new FileStamp(path, 0, -1);
    }
}
