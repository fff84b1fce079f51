using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// Finds out, without a process, whether there is a repository at a checkout's folder. What is wrong inside of one is put right
/// when the checkout is cleaned, and work in it rescued.
/// </summary>
internal static class CheckoutHealth
{
    /// <summary>Looks at a checkout's folder.</summary>
    public static Health Check(CheckoutPlace place)
    {
        var health = Look(place);
        // It may have been removed while it was looked at, and what we wrote meanwhile has made folders anew.
        return health.Damage is not null && IsGone(place) ? Health.Missing : health;
    }

    /// <summary>Whether nothing that anybody could miss is left of a checkout.</summary>
    public static bool IsGone(CheckoutPlace place)
    {
        var path = place.Path;
        try
        {
            return place.IsWorktree
                ? (!Exists(path) || IsEmpty(path)) && (!Directory.Exists(place.GitDirectory) || HasOnlyOurs(place))
                : !Exists(path) || IsEmpty(path) || (HasOnly(path, ".git") && HasOnlyOurs(place));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return !Exists(path);
        }
    }

    // A link that leads nowhere is there too.
    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static Health Look(CheckoutPlace place)
    {
        try
        {
            var folder = new DirectoryInfo(place.Path);
            if (folder.LinkTarget is not null && folder.Exists)
                return Health.Damaged("is a link to another folder");
            if (!folder.Exists)
                return File.Exists(place.Path) ? Health.Damaged("is a file") : place.IsWorktree && !IsGone(place) ? Health.Good : Health.Missing;
            var entry = new DirectoryInfo(place.GitEntry);
            if (entry.LinkTarget is not null)
                return Health.Damaged($"has a link in the place of its .git {(place.IsWorktree ? "file" : "folder")}");
            if (place.IsWorktree && entry.Exists)
                return Health.Damaged("has a folder in the place of its .git file");
            if (!place.IsWorktree && !entry.Exists)
                return folder.EnumerateFileSystemInfos().Any() ? Health.Damaged("has no .git folder") : Health.Missing;
            return IsGone(place) ? Health.Missing : Health.Good;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Health.Damaged($"cannot be read: {e.Message}");
        }
    }

    private static bool IsEmpty(string path) => Paths.IsFolder(path) && !Directory.EnumerateFileSystemEntries(path).Any();

    private static bool HasOnlyOurs(CheckoutPlace place) => HasOnly(place.GitDirectory, Path.GetFileName(LeaseFile.Folder(place.GitDirectory)));

    private static bool HasOnly(string folder, string name) =>
        Paths.IsFolder(folder) && new DirectoryInfo(folder).EnumerateFileSystemInfos().All(entry => entry.Name == name);
}

/// <summary>What was found at the folder of a checkout.</summary>
/// <param name="Damage">What is wrong, as the rest of a sentence that begins with its name; null when nothing is.</param>
internal sealed record Health(bool IsMissing, string? Damage)
{
    /// <summary>Nothing is there.</summary>
    public static Health Missing { get; } = new(true, null);

    /// <summary>A repository is there.</summary>
    public static Health Good { get; } = new(false, null);

    /// <summary>Something is there that is no checkout of the pool any more.</summary>
    public static Health Damaged(string damage) => new(false, damage);
}
