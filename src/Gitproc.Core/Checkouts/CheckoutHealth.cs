using Gitproc.Leases;

namespace Gitproc.Checkouts;

/// <summary>
/// Finds out, without a process, whether there is a repository at a checkout's folder. What is wrong inside of one is put right
/// when the checkout is cleaned, and work in it rescued.
/// </summary>
internal static class CheckoutHealth
{
    /// <summary>Looks at a checkout's folder.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>What is so.</returns>
    public static Health Check(string path)
    {
        var health = Look(path);
        // It may have been removed while it was looked at, and what we wrote meanwhile has made folders anew.
        return health.Damage is not null && IsGone(path) ? Health.Missing : health;
    }

    /// <summary>Whether a path is that of a folder and not of a link to one.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True when it is.</returns>
    public static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    /// <summary>Whether nothing that anybody could miss is at the path of a checkout.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True for nothing, an empty folder, and a folder of nothing but gitproc's own files.</returns>
    public static bool IsGone(string path)
    {
        try
        {
            return !Exists(path) || IsEmpty(path) || (HasOnly(path, ".git") && HasOnly(Path.Combine(path, ".git"), Path.GetFileName(LeaseFile.Folder(path))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return !Exists(path);
        }
    }

    // A link that leads nowhere is there too.
    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static Health Look(string path)
    {
        try
        {
            var folder = new DirectoryInfo(path);
            if (!folder.Exists)
                return File.Exists(path) ? Health.Damaged("is a file") : Health.Missing;
            if (folder.LinkTarget is not null)
                return Health.Damaged("is a link to another folder");
            var gitDirectory = new DirectoryInfo(Path.Combine(path, ".git"));
            if (!gitDirectory.Exists)
                return folder.EnumerateFileSystemInfos().Any() ? Health.Damaged("has no .git folder") : Health.Missing;
            if (gitDirectory.LinkTarget is not null)
                return Health.Damaged("has a link in the place of its .git folder");
            if (IsGone(path))
                return Health.Missing;
            return Health.Good;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Health.Damaged($"cannot be read: {e.Message}");
        }
    }

    private static bool IsEmpty(string path) => IsFolder(path) && !Directory.EnumerateFileSystemEntries(path).Any();

    private static bool HasOnly(string folder, string name) =>
        IsFolder(folder) && new DirectoryInfo(folder).EnumerateFileSystemInfos().All(entry => entry.Name == name);
}
