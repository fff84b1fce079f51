using System.Security.Cryptography;
using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The contents of LFS files, which git-lfs keeps next to a repository's objects. A checkout's contents move to the
/// base repository. git-lfs finds them there for every checkout that borrows from it, because it also looks next to
/// alternates. So other checkouts do not download them again, and contents that a job made and did not push are not
/// lost.
/// </summary>
internal sealed class LfsStore(string basePath)
{
    /// <summary>
    /// Moves the contents of a repository. A file whose content does not match its name stays behind.
    /// </summary>
    public void Take(string path)
    {
        using var gitDirectory = RawFolder.Open(path);
        using var lfs = gitDirectory.TryOpenFolder("lfs"u8);
        using var objects = lfs?.TryOpenFolder("objects"u8);
        if (objects is null)
            return;
        RawTree.Walk(objects, "lfs/objects/"u8, entry =>
        {
            if (entry.Kind == EntryKind.File && IsWhole(entry))
                Move(Path.Combine(path, entry.Path.ToText()), Path.Combine(basePath, entry.Path.ToText()));
            return true;
        });
    }

    // The git-lfs specification names an object by the SHA-256 of its content. A job may have written something else
    // there.
    private static bool IsWhole(RawTree.Entry entry)
    {
        using var file = entry.Name.Length == 64 ? entry.Parent.TryOpenFile(entry.Name) : null;
        return file is not null
            && Convert
                .ToHexString(SHA256.HashData(file.Content))
                .Equals(entry.Name.Chars, StringComparison.OrdinalIgnoreCase);
    }

    private static void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        try
        {
            FileMove.Replace(from, to);
        }
        catch (FileNotFoundException) when (File.Exists(to))
        {
            // Every process that cleans a checkout takes from the template repository; another one was faster.
        }
    }
}
