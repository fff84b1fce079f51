using System.Runtime.Versioning;

namespace Gitproc.Files;

/// <summary>A folder of Windows. Its names are Unicode, and .NET finds all of them.</summary>
/// <param name="path">Its path.</param>
[SupportedOSPlatform("windows")]
internal sealed class WindowsFolder(string path) : RawFolder
{
    /// <summary>Opens a folder.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The folder; null when there is none.</returns>
    public static new WindowsFolder? TryOpen(string path) => Directory.Exists(path) ? new WindowsFolder(path) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, EntryKind Kind)> Entries() =>
        [.. new DirectoryInfo(path).EnumerateFileSystemInfos().Select(entry => (RawText.OfText(entry.Name), KindOf(entry)))];

    /// <inheritdoc/>
    public override EntryKind? Find(string name)
    {
        var file = new FileInfo(PathOf(name));
        return (int)file.Attributes == -1 ? null : KindOf(file);
    }

    /// <inheritdoc/>
    public override RawFolder? TryOpenFolder(string name) =>
        Find(name) == EntryKind.Folder ? new WindowsFolder(PathOf(name)) : null;

    /// <inheritdoc/>
    public override void CreateFolder(string name) => Directory.CreateDirectory(PathOf(name));

    /// <inheritdoc/>
    public override RawFile? TryOpenFile(string name) => Find(name) == EntryKind.File
        ? new RawFile(new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0), IsExecutable: false)
        : null;

    /// <inheritdoc/>
    public override UnixFileMode? ModeOf(string name) => null;

    /// <inheritdoc/>
    public override Stream CreateFile(string name, bool isExecutable) => new FileStream(PathOf(name), FileMode.CreateNew, FileAccess.Write);

    /// <inheritdoc/>
    public override string? ReadLink(string name) =>
        new FileInfo(PathOf(name)).LinkTarget is { } target ? RawText.OfText(target.Replace('\\', '/')) : null;

    /// <inheritdoc/>
    public override void CreateLink(string name, string target) =>
        File.CreateSymbolicLink(PathOf(name), RawText.ToText(target).Replace('/', '\\'));

    /// <inheritdoc/>
    public override void Rename(string name, string newName)
    {
        try
        {
            File.Move(PathOf(name), PathOf(newName), overwrite: true);
        }
        catch (UnauthorizedAccessException)
        {
            // It may not be written.
            RemoveFile(newName);
            File.Move(PathOf(name), PathOf(newName));
        }
    }

    /// <inheritdoc/>
    public override void RemoveFile(string name)
    {
        var file = new FileInfo(PathOf(name));
        if ((int)file.Attributes == -1)
            return;
        // A link to a folder is one that is removed as a folder.
        if (file.Attributes.HasFlag(FileAttributes.Directory))
        {
            Directory.Delete(file.FullName);
            return;
        }

        file.Attributes &= ~FileAttributes.ReadOnly;
        file.Delete();
    }

    /// <inheritdoc/>
    public override bool RemoveFolder(string name)
    {
        var folder = new DirectoryInfo(PathOf(name));
        if (folder.EnumerateFileSystemInfos().Any())
            return false;
        folder.Attributes &= ~FileAttributes.ReadOnly;
        folder.Delete();
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // There is nothing open: Windows would let nobody rename the folders above.
    }

    private string PathOf(string name) => Path.Combine(path, RawText.ToText(name));

    private static EntryKind KindOf(FileSystemInfo entry)
    {
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null)
            return EntryKind.Link;
        return entry.Attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder : EntryKind.File;
    }
}
