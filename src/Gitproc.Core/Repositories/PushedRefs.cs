using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// Finds what a job has pushed or fetched in a clone: the remote has it, and the base repository does not yet. git then
/// writes a remote-tracking branch in the clone, which is a file (git-push(1)). So the next fetch is due, however young
/// the last one is.
/// </summary>
/// <remarks>
/// Nobody reports a push, so an acquire looks at all clones in which somebody works. Cleaning gives the folder of these
/// branches a time of its own, and git's first write there changes it. So most clones take one look, and the others one
/// for each folder.
/// </remarks>
internal static class PushedRefs
{
    // A job may make any number of folders.
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
            // git writes each file under another name first, which changes the time of its folder. A time in the
            // future comes from no clock.
            var now = DateTime.UtcNow;
            return folder.EnumerateDirectories("*", RefNames.AllFiles)
                .Take(MaxLooked)
                .Prepend(folder)
                .Select(one => one.LastWriteTimeUtc)
                .Where(time => time <= now)
                .DefaultIfEmpty()
                .Max();
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

    private static DirectoryInfo FolderOf(string gitDirectory) =>
        new(Path.Combine(gitDirectory, "refs", "remotes", "origin"));

    private static string FileOf(string basePath) => Path.Combine(basePath, "gitproc", "pushed");
}
