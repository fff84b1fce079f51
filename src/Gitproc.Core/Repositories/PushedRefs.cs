using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// What a job pushed or fetched in a clone, the remote has, and the base repository not yet. git writes it there into a
/// remote-tracking branch, a file of its own (git-push(1)): so the next fetch is due, however young the last one is.
/// </summary>
/// <remarks>
/// Nobody tells of a push, so an acquire looks at all clones in which somebody works. In one that was just cleaned the
/// folder of these branches has a time of its own, which git's first write there ends: most clones take one look, and
/// the others one a folder.
/// </remarks>
internal static class PushedRefs
{
    // A job may make as many as it likes.
    private const int MaxLooked = 1000;

    private static readonly DateTime Untouched = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Marks a clone: no remote-tracking branch was written in it since it was cleaned.</summary>
    public static void Reset(string gitDirectory)
    {
        if (FolderOf(gitDirectory) is { Exists: true } folder && folder.LastWriteTimeUtc != Untouched)
            folder.LastWriteTimeUtc = Untouched;
    }

    /// <summary>The time when a remote-tracking branch was last written in a clone.</summary>
    /// <returns>The time, UTC; long ago where none was since it was cleaned.</returns>
    public static DateTime LatestIn(string gitDirectory)
    {
        try
        {
            var folder = FolderOf(gitDirectory);
            if (!folder.Exists || folder.LastWriteTimeUtc == Untouched || folder.LinkTarget is not null)
                return default;
            // git writes each under another name first, which changes the time of its folder. One to come is of no
            // clock.
            var now = DateTime.UtcNow;
            return folder.EnumerateDirectories("*", RefNames.AllFiles).Take(MaxLooked).Prepend(folder).Select(one => one.LastWriteTimeUtc).Where(time => time <= now).DefaultIfEmpty().Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>Records it for a clone whose refs are about to be cleaned.</summary>
    public static void Keep(string basePath, string gitDirectory)
    {
        var at = LatestIn(gitDirectory);
        if (at <= Kept(basePath))
            return;
        File.WriteAllText(FileOf(basePath), "");
        File.SetLastWriteTimeUtc(FileOf(basePath), at);
    }

    /// <summary>The time when one was last written in a clone that was cleaned since.</summary>
    /// <returns>The time, UTC; long ago where none was.</returns>
    public static DateTime Kept(string basePath) => File.GetLastWriteTimeUtc(FileOf(basePath));

    private static DirectoryInfo FolderOf(string gitDirectory) => new(Path.Combine(gitDirectory, "refs", "remotes", "origin"));

    private static string FileOf(string basePath) => Path.Combine(basePath, "gitproc", "pushed");
}
