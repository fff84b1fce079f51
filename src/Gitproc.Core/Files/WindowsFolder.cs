using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>A folder on Windows. Names are Unicode there.</summary>
/// <remarks>
/// Paths begin with <c>\\?\</c>, and reach the file system as they are. Otherwise Windows takes off a dot or space at
/// the end of a name, takes <c>nul.txt</c> for a device and <c>..</c> for the folder around, and takes no path of more
/// than 260 characters ("Naming Files, Paths, and Namespaces"). WSL and Cygwin make such names.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsFolder : RawFolder
{
    private readonly string _path;

    private WindowsFolder(string path) => _path = path;

    public static new WindowsFolder? TryOpen(string path)
    {
        var exact = Paths.WithDevice(Path.GetFullPath(path));
        return Directory.Exists(exact) ? new WindowsFolder(exact) : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(RawText Name, EntryKind Kind)> Entries() =>
        [
            .. new DirectoryInfo(_path)
                .EnumerateFileSystemInfos()
                .Select(entry => (RawText.FromText(entry.Name), KindOf(entry))),
        ];

    /// <inheritdoc/>
    public override EntryKind? Find(RawText name)
    {
        var file = new FileInfo(PathOf(name));
        return (int)file.Attributes == -1 ? null : KindOf(file);
    }

    /// <inheritdoc/>
    public override RawFolder? TryOpenFolder(RawText name) =>
        Find(name) == EntryKind.Folder ? new WindowsFolder(PathOf(name)) : null;

    /// <inheritdoc/>
    public override void CreateFolder(RawText name) => Directory.CreateDirectory(PathOf(name));

    /// <inheritdoc/>
    public override RawFile? TryOpenFile(RawText name) =>
        Find(name) == EntryKind.File
            ? new RawFile(
                new FileStream(
                    PathOf(name),
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete,
                    bufferSize: 0),
                Mode: null)
            : null;

    /// <inheritdoc/>
    public override FileStat? StatOf(ReadOnlySpan<byte> name) => StatAt(name);

    /// <inheritdoc/>
    public override FileStat? StatAt(ReadOnlySpan<byte> path)
    {
        var text = RawText.FromBytes(path).ToText();
        var full = text is "" or "." ? _path : text.Split('/').Aggregate(_path, Below);
        // FILE_READ_ATTRIBUTES; all kinds of sharing; OPEN_EXISTING; FILE_FLAG_OPEN_REPARSE_POINT |
        // FILE_FLAG_BACKUP_SEMANTICS.
        using var handle = Kernel32.CreateFile(full, 0x80, 7, 0, 3, 0x02200000, 0);
        if (handle.IsInvalid
            || !Kernel32.GetFileInformationByHandleEx(handle, 0, out var basic, (uint)sizeof(Kernel32.FileBasicInfo)))
            return null;
        var attributes = (FileAttributes)basic.Attributes;
        var isFolder = attributes.HasFlag(FileAttributes.Directory);
        var isLink = attributes.HasFlag(FileAttributes.ReparsePoint) && new FileInfo(full).LinkTarget is not null;
        var (modified, changed) = (ToUnix(basic.LastWriteTime), ToUnix(basic.ChangeTime));
        return new FileStat
        {
            Mode = isLink ? 0xA1FFu : isFolder ? 0x41EDu : 0x81A4u,
            Size = isFolder || isLink ? 0 : (uint)RandomAccess.GetLength(handle),
            ModifiedSeconds = modified.Seconds,
            ModifiedNanoseconds = modified.Nanoseconds,
            ChangedSeconds = changed.Seconds,
            ChangedNanoseconds = changed.Nanoseconds,
        };
    }

    /// <inheritdoc/>
    public override void SetMode(RawText name, UnixFileMode mode)
    {
        // Windows has no such modes.
    }

    /// <inheritdoc/>
    public override FileStream CreateFile(RawText name, bool isExecutable) =>
        new FileStream(PathOf(name), FileMode.CreateNew, FileAccess.Write);

    /// <inheritdoc/>
    public override RawText? ReadLink(RawText name) =>
        new FileInfo(PathOf(name)).LinkTarget is { } target ? RawText.FromText(target.Replace('\\', '/')) : null;

    /// <inheritdoc/>
    public override void CreateLink(RawText name, RawText target)
    {
        // Windows has links to files and links to folders. git asks the target too (compat/mingw.c, symlink). One on
        // another machine is not asked: Windows would log in there.
        var (path, text) = (PathOf(name), target.ToText().Replace('/', '\\'));
        try
        {
            if (!Path.IsPathRooted(text) && Directory.Exists(Path.GetFullPath(text, Paths.WithoutDevice(_path))))
                Directory.CreateSymbolicLink(path, text);
            else
                File.CreateSymbolicLink(path, text);
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) == 1314) // ERROR_PRIVILEGE_NOT_HELD
        {
            // As git writes it for such a user (git-config(1), core.symlinks).
            using var file = CreateFile(name, isExecutable: false);
            file.Write(target.ToBytes());
        }
    }

    /// <inheritdoc/>
    public override void Rename(RawText name, RawText newName)
    {
        if (Find(name) == EntryKind.Folder)
            FileMove.Folder(PathOf(name), PathOf(newName));
        else
            FileMove.Replace(PathOf(name), PathOf(newName));
    }

    /// <inheritdoc/>
    public override void RemoveFile(RawText name)
    {
        var file = new FileInfo(PathOf(name));
        if ((int)file.Attributes == -1)
            return;
        // A link to a folder is removed like a folder.
        if (file.Attributes.HasFlag(FileAttributes.Directory))
        {
            FileMove.Patiently(() => Directory.Delete(file.FullName));
            return;
        }

        FileMove.Delete(file.FullName);
    }

    /// <inheritdoc/>
    public override bool RemoveFolder(RawText name)
    {
        var folder = new DirectoryInfo(PathOf(name));
        if (folder.EnumerateFileSystemInfos().Any())
            return false;
        folder.Attributes &= ~FileAttributes.ReadOnly;
        FileMove.Patiently(folder.Delete);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is open, because Windows would then not allow renaming a parent folder.
    }

    // Ticks of 100 ns since 1601.
    private static (uint Seconds, uint Nanoseconds) ToUnix(long time) =>
        Math.DivRem(DateTime.FromFileTimeUtc(time).Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond)
            is var (seconds, ticks)
            ? ((uint)seconds, (uint)ticks * 100)
            : default;

    private string PathOf(RawText name) => name == "."u8 ? _path : Below(_path, name.ToText());

    // No entry has one of these in its name. What is written so leads elsewhere: into a folder, or to another stream of
    // a file. No entry has a bar either.
    private static string Below(string folder, string name) =>
        $"{folder.TrimEnd('\\')}\\{(name.AsSpan().ContainsAny('\\', '/', ':') ? "|" : name)}";

    private static EntryKind KindOf(FileSystemInfo entry)
    {
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null)
            return EntryKind.Link;
        return entry.Attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder : EntryKind.File;
    }
}
