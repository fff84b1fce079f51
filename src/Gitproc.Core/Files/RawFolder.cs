namespace Gitproc.Files;

/// <summary>
/// An open folder in which a job may have written anything. Names are bytes (<see cref="RawText"/>), and each is looked
/// up in its own folder, one step at a time.
/// </summary>
/// <remarks>
/// A path with many steps would be resolved by the system, which follows links that a job may put there at any moment.
/// Here no link is ever followed, no path is too long, and any name that the file system can hold can be used. If the
/// mode of an entry forbids reading or removing it, the mode is changed. <see cref="UnixFolder"/> uses openat(2) and
/// its like, <see cref="WindowsFolder"/> full paths. <see cref="RawTree"/> walks through several folders, and
/// <see cref="TreeStats"/> looks at many files. Not thread-safe.
/// </remarks>
internal abstract class RawFolder : IDisposable
{
    /// <summary>Opens a folder; null if it does not exist.</summary>
    public static RawFolder? TryOpen(string path)
    {
        if (OperatingSystem.IsWindows())
            return WindowsFolder.TryOpen(path);
        return UnixFolder.TryOpen(path);
    }

    /// <summary>Opens a folder that exists.</summary>
    /// <exception cref="DirectoryNotFoundException">It does not exist.</exception>
    public static RawFolder Open(string path) =>
        TryOpen(path) ?? throw new DirectoryNotFoundException($"The folder {path} does not exist.");

    /// <summary>
    /// Opens a folder that is the user's own. The mode of nothing in it is changed, so it is an error to open what may
    /// not be read.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">It does not exist.</exception>
    public static RawFolder OpenToRead(string path) =>
        OperatingSystem.IsWindows()
            ? Open(path)
            : UnixFolder.TryOpen(path, keepsModes: true)
                ?? throw new DirectoryNotFoundException($"The folder {path} does not exist.");

    public abstract IReadOnlyList<(RawText Name, EntryKind Kind)> Entries();

    /// <summary>Looks up a name.</summary>
    /// <returns>The kind of the entry; null if there is none.</returns>
    public abstract EntryKind? Find(RawText name);

    /// <summary>Opens a folder in this one; null if the name is not a folder.</summary>
    public abstract RawFolder? TryOpenFolder(RawText name);

    /// <summary>Creates a folder in this one if it does not exist.</summary>
    public abstract void CreateFolder(RawText name);

    /// <summary>Opens a file for reading; null if the name is not a regular file.</summary>
    public abstract RawFile? TryOpenFile(RawText name);

    /// <summary>Looks at an entry. It need not be readable.</summary>
    /// <param name="name">The bytes of its name; <c>.</c> is the folder itself.</param>
    /// <returns>What the file system knows of it, of a link and not of its target; null if there is none.</returns>
    public abstract FileStat? StatOf(ReadOnlySpan<byte> name);

    /// <summary>
    /// Looks at an entry at a path. Links in the path are followed, so the caller must look at the folders in it too.
    /// </summary>
    /// <param name="path">The bytes of the path from here; empty for the folder itself.</param>
    public abstract FileStat? StatAt(ReadOnlySpan<byte> path);

    /// <summary>Gets the mode of a file. It need not be readable.</summary>
    /// <returns>The mode; null if the name is not a regular file, and on Windows.</returns>
    public UnixFileMode? ModeOf(RawText name) =>
        !OperatingSystem.IsWindows() && StatOf(name.ToBytes()) is { Kind: EntryKind.File } file
            ? file.Permissions
            : null;

    /// <summary>Gets the mode of a folder. It need not be readable.</summary>
    /// <returns>The mode; null if the name is not a folder, and on Windows.</returns>
    public UnixFileMode? ModeOfFolder(RawText name) =>
        !OperatingSystem.IsWindows() && StatOf(name.ToBytes()) is { Kind: EntryKind.Folder } folder
            ? folder.Permissions
            : null;

    /// <summary>Sets the mode of a file or folder. Does nothing for a link, or on Windows.</summary>
    public abstract void SetMode(RawText name, UnixFileMode mode);

    /// <summary>Creates a file. The name must not exist.</summary>
    public abstract FileStream CreateFile(RawText name, bool isExecutable);

    /// <summary>Reads the target of a link; null if the name is not a link.</summary>
    public abstract RawText? ReadLink(RawText name);

    /// <summary>Creates a link. The name must not exist.</summary>
    public abstract void CreateLink(RawText name, RawText target);

    /// <summary>
    /// Renames a file, which replaces a file or link with the new name; or a folder, to its own name in another case.
    /// </summary>
    public abstract void Rename(RawText name, RawText newName);

    /// <summary>Removes a file or link, if it exists.</summary>
    public abstract void RemoveFile(RawText name);

    /// <summary>Removes an empty folder.</summary>
    /// <returns>True if it is gone.</returns>
    public abstract bool RemoveFolder(RawText name);

    /// <summary>Removes an entry, a folder with everything in it, if it exists.</summary>
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

    /// <summary>Removes everything in the folder.</summary>
    public void RemoveEntries()
    {
        // Not recursive: folders may be nested deeper than the stack allows.
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

/// <summary>The kind of an entry in a folder.</summary>
internal enum EntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, whatever its target is.</summary>
    Link,

    /// <summary>A pipe, socket or device.</summary>
    Other,
}

/// <summary>A regular file, open for reading.</summary>
/// <param name="Mode">The mode that it had before it was opened; null on Windows.</param>
internal sealed record RawFile(FileStream Content, UnixFileMode? Mode) : IDisposable
{
    private const long MaxBytes = 512 << 20;

    /// <summary>True if its owner may execute it; false on Windows.</summary>
    public bool IsExecutable => Mode?.HasFlag(UnixFileMode.UserExecute) == true;

    /// <summary>The length in bytes.</summary>
    public long Length => Content.Length;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="IOException">It is longer than 512 MB.</exception>
    public RawText ReadAll() =>
        Length <= MaxBytes
            ? ReadStart((int)Length)
            : throw new IOException($"A file has {Length} bytes, which is too many to read.");

    /// <summary>Reads at most the first bytes.</summary>
    public RawText ReadStart(int mostBytes)
    {
        var bytes = new byte[Math.Min(Length, mostBytes)];
        return RawText.FromBytes(bytes.AsSpan(0, Content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
