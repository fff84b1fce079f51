namespace Gitproc.Files;

/// <summary>
/// Writes files of which each reader finds the content before or after, and never a part. Several processes may write
/// at once; the last one counts.
/// </summary>
internal static class WholeFile
{
    /// <param name="file">The absolute path. Its folder exists.</param>
    /// <param name="isPrivate">True if only the user may read it.</param>
    public static void Write(string file, ReadOnlySpan<byte> content, bool isPrivate = false)
    {
        var next = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(next, options))
            stream.Write(content);
        FileMove.Replace(next, file);
    }
}
