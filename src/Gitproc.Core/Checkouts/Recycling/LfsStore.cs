using System.Security.Cryptography;
using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The contents of LFS files, which git-lfs keeps beside a repository's objects. What a checkout has of them goes to its base
/// repository, where git-lfs finds it for all checkouts that borrow from there (git-lfs looks beside the alternates too). So
/// others need not get them again, and what a job has made and not pushed is not lost.
/// </summary>
internal sealed class LfsStore(string basePath)
{
    private const string Objects = "lfs/objects/";

    /// <summary>Takes what a repository has. What is not what its name says stays behind.</summary>
    public void Take(string path)
    {
        using var gitDirectory = RawFolder.Open(path);
        using var lfs = gitDirectory.TryOpenFolder("lfs");
        using var objects = lfs?.TryOpenFolder("objects");
        if (objects is null)
            return;
        RawTree.Walk(objects, Objects, entry =>
        {
            if (entry.Kind == EntryKind.File && IsWhole(entry))
                Move(Path.Combine(path, entry.Path), Path.Combine(basePath, entry.Path));
            return true;
        });
    }

    // git-lfs's specification: an object is named by the SHA-256 of its content. A job may have written any other there.
    private static bool IsWhole(RawTree.Entry entry)
    {
        using var file = entry.Name.Length == 64 ? entry.Parent.TryOpenFile(entry.Name) : null;
        return file is not null && Convert.ToHexString(SHA256.HashData(file.Content)).Equals(entry.Name, StringComparison.OrdinalIgnoreCase);
    }

    private static void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (FileNotFoundException) when (File.Exists(to))
        {
            // What is in the template repository is taken by all that clean a checkout.
        }
    }
}
