namespace Gitproc;

/// <summary>Removes folders that hold read-only files, as git's object folders do. Links are removed, never followed.</summary>
internal static class FolderRemoval
{
    /// <summary>Removes a folder with all that is in it.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <exception cref="IOException">Something in it is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it belongs to another user.</exception>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            MakeWritable(new DirectoryInfo(folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Removes a folder as far as that can be done.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
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

    // Windows refuses to delete a read-only file, Unix to delete from a read-only folder.
    private static void MakeWritable(DirectoryInfo folder)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
                continue;
            if (entry is DirectoryInfo inner)
                MakeWritable(inner);
            else if (OperatingSystem.IsWindows())
                entry.Attributes &= ~FileAttributes.ReadOnly;
        }
    }
}
