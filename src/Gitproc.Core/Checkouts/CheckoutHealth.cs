using Gitproc.Git;
using Gitproc.Git.Config;
using Gitproc.Leases;

namespace Gitproc.Checkouts;

/// <summary>Finds out, without a process, whether a checkout's folder can be handed out.</summary>
internal static class CheckoutHealth
{
    private const string Alternates = "objects/info/alternates";

    /// <summary>Looks at a checkout's folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="basePath">The base repository it borrows from; that it is missing is no damage.</param>
    /// <returns>What is so.</returns>
    public static Health Check(string path, string basePath)
    {
        var health = Look(path, basePath);
        // It may have been removed while it was looked at, and what we wrote meanwhile has made folders anew.
        return health.Damage is not null && IsGone(path) ? Health.Missing : health;
    }

    /// <summary>Whether a repository borrows the objects of a base repository.</summary>
    /// <param name="gitDirectory">The repository's <c>.git</c>.</param>
    /// <param name="basePath">The base repository.</param>
    /// <returns>True when it does.</returns>
    public static bool Borrows(string gitDirectory, string basePath)
    {
        var file = Path.Combine(gitDirectory, Alternates);
        return File.Exists(file)
            && File.ReadAllLines(file).Contains(Path.Combine(basePath, "objects").Replace(Path.DirectorySeparatorChar, '/'));
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

    private static Health Look(string path, string basePath)
    {
        try
        {
            var folder = new DirectoryInfo(path);
            if (!folder.Exists)
                return File.Exists(path) ? Health.Damaged("is a file") : Health.Missing;
            if (folder.LinkTarget is not null)
                return Health.Damaged("is a link to another folder");
            var gitDirectory = Path.Combine(path, ".git");
            if (!Directory.Exists(gitDirectory))
                return folder.EnumerateFileSystemInfos().Any() ? Health.Damaged("has no .git folder") : Health.Missing;
            return CheckGitDirectory(gitDirectory, basePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Health.Damaged($"cannot be read: {e.Message}");
        }
    }

    private static bool IsEmpty(string path) => IsFolder(path) && !Directory.EnumerateFileSystemEntries(path).Any();

    private static bool HasOnly(string folder, string name) =>
        IsFolder(folder) && new DirectoryInfo(folder).EnumerateFileSystemInfos().All(entry => entry.Name == name);

    private static Health CheckGitDirectory(string gitDirectory, string basePath)
    {
        // Without these git does not take the folder for a repository (gitrepository-layout(5)), goes up, and works on
        // whatever repository the pool may lie in.
        foreach (var needed in (ReadOnlySpan<string>)["objects", "refs"])
        {
            if (!Directory.Exists(Path.Combine(gitDirectory, needed)))
                return Health.Damaged($"has no .git/{needed}");
        }

        if (Head.Read(gitDirectory) is not { } head)
            return Health.Damaged("has no readable .git/HEAD");
        var config = Path.Combine(gitDirectory, "config");
        if (!File.Exists(config))
            return Health.Damaged("has no .git/config");
        if (RepositoryConfig.Read(config) is not { } settings)
            return Health.Damaged("has no config of a repository in .git/config");
        if (settings.IsBare)
            return Health.Damaged("is bare (core.bare in .git/config)");
        if (!Borrows(gitDirectory, basePath))
            return Health.Damaged($"does not borrow the objects of {basePath} (.git/{Alternates})");
        return (head.Commit is null ? FindLoss(gitDirectory, head) : FindIndexDamage(gitDirectory)) is { } loss
            ? Health.Damaged(loss)
            : Health.Good(head);
    }

    private static string? FindIndexDamage(string gitDirectory) =>
        IndexFile.CountEntries(Path.Combine(gitDirectory, "index")) is null ? "has no readable .git/index" : null;

    // A branch without a commit is one of an empty repository, or one that was begun without a history (git-switch(1),
    // --orphan), and then the log of HEAD tells of what was before. Where no log is kept, files of no commit are a loss.
    private static string? FindLoss(string gitDirectory, Head head)
    {
        var hasNoLog = !File.Exists(Path.Combine(gitDirectory, "logs", "HEAD"));
        var isLost = Head.HasLostCommit(gitDirectory)
            || (hasNoLog && IndexFile.CountEntries(Path.Combine(gitDirectory, "index")) is not (null or 0));
        return isLost ? $"has lost the commit of its branch {head.Branch}" : null;
    }
}
