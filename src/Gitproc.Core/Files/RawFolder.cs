namespace Gitproc.Files;

/// <summary>
/// An open folder. All names are raw (<see cref="RawText"/>), and are found from it one step at a time: no link is
/// followed, no path is too long, and no name is unreadable. If its mode forbids reading or removing something, the
/// mode is changed. For one thread.
/// </summary>
internal abstract class RawFolder : IDisposable
{
    /// <summary>Opens a folder.</summary>
    public static RawFolder? TryOpen(string path)
    {
        if (OperatingSystem.IsWindows())
            return WindowsFolder.TryOpen(path);
        return UnixFolder.TryOpen(path);
    }

    /// <summary>Opens a folder that is there.</summary>
    public static RawFolder Open(string path) =>
        TryOpen(path) ?? throw new DirectoryNotFoundException($"The folder {path} does not exist.");

    /// <summary>Lists the folder.</summary>
    public abstract IReadOnlyList<(RawText Name, EntryKind Kind)> Entries();

    /// <summary>Finds out what a name is.</summary>
    /// <returns>What it is, where anything that is neither folder nor link counts as a file; null when nothing is
    /// there.</returns>
    public abstract EntryKind? Find(RawText name);

    /// <summary>Opens a folder in it.</summary>
    public abstract RawFolder? TryOpenFolder(RawText name);

    /// <summary>Makes a folder in it unless it is there.</summary>
    public abstract void CreateFolder(RawText name);

    /// <summary>Opens a file to read.</summary>
    public abstract RawFile? TryOpenFile(RawText name);

    /// <summary>Looks at an entry, which need not be readable.</summary>
    /// <param name="name">The bytes of its raw name; <c>.</c> is the folder itself.</param>
    /// <returns>What the file system says of it, and not of what a link leads to; null when nothing is there.</returns>
    public abstract FileStat? StatOf(ReadOnlySpan<byte> name);

    /// <summary>
    /// Looks at what a path leads to; links on the way to it are followed, so whoever asks looks at the folders on the
    /// way too.
    /// </summary>
    /// <param name="path">The bytes of its raw path from here; empty for the folder itself.</param>
    public abstract FileStat? StatAt(ReadOnlySpan<byte> path);

    /// <summary>Reads the mode of a file, which need not be readable.</summary>
    /// <returns>The mode; null when there is no regular file of that name, and on Windows.</returns>
    public UnixFileMode? ModeOf(RawText name) =>
        !OperatingSystem.IsWindows() && StatOf(name.ToBytes()) is { Kind: EntryKind.File } file
            ? file.Permissions
            : null;

    /// <summary>Reads the mode of a folder, which need not be readable.</summary>
    /// <returns>The mode; null when there is no folder of that name, and on Windows.</returns>
    public UnixFileMode? ModeOfFolder(RawText name) =>
        !OperatingSystem.IsWindows() && StatOf(name.ToBytes()) is { Kind: EntryKind.Folder } folder
            ? folder.Permissions
            : null;

    /// <summary>Sets the mode of a file or folder; of a link nothing is changed, nor anything on Windows.</summary>
    public abstract void SetMode(RawText name, UnixFileMode mode);

    /// <summary>Makes a file. Nothing of that name is there.</summary>
    public abstract Stream CreateFile(RawText name, bool isExecutable);

    /// <summary>Reads where a link leads.</summary>
    /// <returns>The raw target; null when there is no link.</returns>
    public abstract RawText? ReadLink(RawText name);

    /// <summary>Makes a link. Nothing of that name is there.</summary>
    public abstract void CreateLink(RawText name, RawText target);

    /// <summary>Renames a file, over what file or link has the new name.</summary>
    public abstract void Rename(RawText name, RawText newName);

    /// <summary>Removes a file or link, if it exists.</summary>
    public abstract void RemoveFile(RawText name);

    /// <summary>Removes a folder that is empty.</summary>
    public abstract bool RemoveFolder(RawText name);

    /// <summary>Removes whatever has a name, a folder with all that is in it. It need not exist.</summary>
    public void Remove(RawText name)
    {
        using (var folder = TryOpenFolder(name))
        {
            if (folder is null)
            {
                RemoveFile(name);
                return;
            }

            folder.RemoveEntries();
        }

        RemoveFolder(name);
    }

    /// <summary>Removes all that is in the folder.</summary>
    public void RemoveEntries()
    {
        // It does not call itself for a folder in it: they may lie in each other deeper than a stack reaches.
        var around = new Stack<(RawFolder Folder, RawText Name, Queue<(RawText Name, EntryKind Kind)> Left)>();
        RawFolder folder = this;
        var left = new Queue<(RawText Name, EntryKind Kind)>(Entries());
        try
        {
            while (left.Count > 0 || around.Count > 0)
            {
                if (!left.TryDequeue(out var entry))
                {
                    folder.Dispose();
                    (folder, entry.Name, left) = around.Pop();
                    folder.RemoveFolder(entry.Name);
                }
                else if (entry.Kind == EntryKind.Folder && folder.TryOpenFolder(entry.Name) is { } inner)
                {
                    around.Push((folder, entry.Name, left));
                    folder = inner;
                    left = new Queue<(RawText Name, EntryKind Kind)>(inner.Entries());
                }
                else
                {
                    folder.RemoveFile(entry.Name);
                }
            }
        }
        finally
        {
            foreach (var outer in around.Select(step => step.Folder).Prepend(folder).Where(one => one != this))
                outer.Dispose();
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>What a name in a folder is.</summary>
internal enum EntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, wherever it leads.</summary>
    Link,

    /// <summary>A pipe, a socket, a device.</summary>
    Other,
}

/// <summary>A regular file, open to read.</summary>
/// <param name="Mode">Its mode before it was opened; null on Windows.</param>
internal sealed record RawFile(FileStream Content, UnixFileMode? Mode) : IDisposable
{
    private const long MaxBytes = 512 << 20;

    /// <summary>Whether its user may run it; never on Windows.</summary>
    public bool IsExecutable => Mode?.HasFlag(UnixFileMode.UserExecute) == true;

    /// <summary>Its length in bytes.</summary>
    public long Length => Content.Length;

    /// <summary>Reads all of it as raw text.</summary>
    public RawText ReadAll() =>
        Length <= MaxBytes
            ? ReadStart((int)Length)
            : throw new IOException($"A file has {Length} bytes, which is more than can be looked into.");

    /// <summary>Reads its first bytes as raw text.</summary>
    public RawText ReadStart(int mostBytes)
    {
        var bytes = new byte[Math.Min(Length, mostBytes)];
        return RawText.FromBytes(bytes.AsSpan(0, Content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
