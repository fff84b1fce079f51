using System.Security.Cryptography;
using Gitproc.Files;

namespace Gitproc.Checkouts;

/// <summary>
/// The contents of LFS files, which git-lfs keeps beside a repository's objects. What a checkout has of them goes to its base
/// repository, where git-lfs finds it for all checkouts that borrow from there (git-lfs looks beside the alternates too). So
/// others need not get them again, and what a job has made and not pushed is not lost.
/// </summary>
/// <param name="basePath">The base repository.</param>
internal sealed class LfsStore(string basePath)
{
    private const string Objects = "lfs/objects/";

    /// <summary>Config that lets git-lfs put what it gets into a base repository at once (git-lfs-config(5), lfs.storage).</summary>
    /// <param name="basePath">The base repository.</param>
    /// <returns>Keys and values.</returns>
    public static (string Key, string Value)[] ConfigOf(string basePath) => [("lfs.storage", Path.Combine(basePath, "lfs"))];

    /// <summary>Takes what a checkout has. What is not what its name says stays behind.</summary>
    /// <param name="gitDirectory">The checkout's <c>.git</c>.</param>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">It could not be moved.</exception>
    public void Take(RawFolder gitDirectory, string path)
    {
        if (!RawTree.At(gitDirectory, Objects.TrimEnd('/'), (folder, name) => folder.Find(name) == EntryKind.Folder))
            return;
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
        if (File.Exists(to))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Move(from, to, overwrite: true);
    }
}
