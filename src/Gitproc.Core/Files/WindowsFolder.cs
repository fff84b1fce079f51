using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>A folder on Windows. Names are Unicode there, and .NET can use all of them.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsFolder(string path) : RawFolder
{
    public static new WindowsFolder? TryOpen(string path) => Directory.Exists(path) ? new WindowsFolder(path) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<(RawText Name, EntryKind Kind)> Entries() =>
        [
            .. new DirectoryInfo(path)
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
        var full = PathOf(RawText.FromBytes(path));
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
    public override void CreateLink(RawText name, RawText target) =>
        File.CreateSymbolicLink(PathOf(name), target.ToText().Replace('/', '\\'));

    /// <inheritdoc/>
    public override void Rename(RawText name, RawText newName)
    {
        // A file that is read-only cannot be replaced.
        var old = new FileInfo(PathOf(newName));
        if ((int)old.Attributes != -1 && old.Attributes.HasFlag(FileAttributes.ReadOnly))
            old.Attributes &= ~FileAttributes.ReadOnly;
        if (Find(name) == EntryKind.Folder)
            FileMove.Folder(PathOf(name), old.FullName);
        else
            FileMove.Replace(PathOf(name), old.FullName);
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

        file.Attributes &= ~FileAttributes.ReadOnly;
        FileMove.Patiently(file.Delete);
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

    private string PathOf(RawText name) => Path.Combine(path, name.ToText());

    private static EntryKind KindOf(FileSystemInfo entry)
    {
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null)
            return EntryKind.Link;
        return entry.Attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder : EntryKind.File;
    }
}
