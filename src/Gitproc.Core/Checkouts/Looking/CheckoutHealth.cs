using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// Finds out, without starting a process, if a checkout's folder holds a repository. Damage inside the repository does
/// not count: recycling rescues the work in it and repairs the rest.
/// </summary>
internal static class CheckoutHealth
{
    /// <summary>Looks at a checkout's folder.</summary>
    public static Health Check(CheckoutPlace place)
    {
        var health = Look(place);
        // The checkout may have been removed during the look, and our own writes may have made its folders again.
        return health.Damage is not null && IsGone(place) ? Health.Missing : health;
    }

    /// <summary>True if nothing that a user could miss is left of a checkout.</summary>
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

    // A link with a missing target exists too.
    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static Health Look(CheckoutPlace place)
    {
        try
        {
            var folder = new DirectoryInfo(place.Path);
            if (folder.LinkTarget is not null && folder.Exists)
                return Health.Damaged("is a link to another folder");
            if (!folder.Exists)
                return File.Exists(place.Path) ? Health.Damaged("is a file")
                    : place.IsWorktree && !IsGone(place) ? Health.Good
                    : Health.Missing;
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

    private static bool IsEmpty(string path) =>
        Paths.IsFolder(path) && !Directory.EnumerateFileSystemEntries(path).Any();

    private static bool HasOnlyOurs(CheckoutPlace place) =>
        HasOnly(place.GitDirectory, Path.GetFileName(LeaseFile.Folder(place.GitDirectory)));

    private static bool HasOnly(string folder, string name) =>
        Paths.IsFolder(folder) && new DirectoryInfo(folder).EnumerateFileSystemInfos().All(entry => entry.Name == name);
}

/// <summary>What the look found at a checkout's folder.</summary>
/// <param name="Damage">
/// The damage, as the rest of a sentence that starts with the checkout's name; null if there is none.
/// </param>
internal sealed record Health(bool IsMissing, string? Damage)
{
    /// <summary>Nothing is there.</summary>
    public static Health Missing { get; } = new(true, null);

    /// <summary>The folder holds a repository.</summary>
    public static Health Good { get; } = new(false, null);

    /// <summary>The folder holds something, but not a checkout of the pool.</summary>
    public static Health Damaged(string damage) => new(false, damage);
}
