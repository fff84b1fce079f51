namespace Gitproc.Files;

/// <summary>
/// Renames and deletes files and folders, and tries again where somebody has them open for a moment. On Windows a virus
/// scanner, an indexer or an editor opens a file that has just changed, and may keep all others from renaming or
/// deleting it. git for Windows tries again too (compat/mingw.c, mingw_rename), for a shorter time. Thread-safe.
/// </summary>
internal static class FileMove
{
    // With twice the pause each time, half a second in all.
    private const int MaxPauseMilliseconds = 256;

    /// <summary>Renames a file. It takes the place of the file that is there.</summary>
    public static void Replace(string from, string to)
    {
        MakeWritable(to);
        Patiently(() => File.Move(from, to, overwrite: true));
    }

    /// <summary>Deletes a file, if it exists.</summary>
    public static void Delete(string file)
    {
        MakeWritable(file);
        Patiently(() => File.Delete(file));
    }

    /// <summary>Renames a folder. There must be nothing in its new place.</summary>
    public static void Folder(string from, string to) => Patiently(() => Directory.Move(from, to));

    /// <summary>Renames or deletes something.</summary>
    /// <exception cref="IOException">It is still in use, or there is another error.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, as Windows says it of some uses.</exception>
    public static void Patiently(Action action)
    {
        for (var pause = 1; ; pause *= 2)
        {
            try
            {
                action();
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && pause <= MaxPauseMilliseconds && IsInUse(e))
            {
                Thread.Sleep(pause);
            }
        }
    }

    // Windows neither deletes nor replaces a file that is read-only, as git makes those of objects.
    private static void MakeWritable(string file)
    {
        if (!OperatingSystem.IsWindows())
            return;
        var there = new FileInfo(file);
        if ((int)there.Attributes != -1 && there.IsReadOnly)
            there.IsReadOnly = false;
    }

    // ERROR_ACCESS_DENIED, also of a file that will be deleted when it is closed; ERROR_SHARING_VIOLATION;
    // ERROR_LOCK_VIOLATION; ERROR_DIR_NOT_EMPTY, of a folder with such a file; ERROR_USER_MAPPED_FILE.
    // COR_E_IO: of a folder that may not be deleted, .NET does not say why (FileSystem.Windows.cs, RemoveDirectory).
    private static bool IsInUse(Exception error) => (error.HResult & 0xFFFF) is 5 or 32 or 33 or 145 or 1224 or 0x1620;
}
