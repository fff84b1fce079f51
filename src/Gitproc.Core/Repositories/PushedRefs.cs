using Gitproc.Git;

namespace Gitproc.Repositories;

/// <summary>
/// What a job pushed or fetched in a clone, the remote has, and the base repository not yet. git writes it there into a
/// remote-tracking branch, a file of its own (git-push(1)): so the next fetch is due, however young the last one is.
/// </summary>
internal static class PushedRefs
{
    // A job may make as many as it likes.
    private const int MostLooked = 1000;

    /// <summary>When a remote-tracking branch was last written in a clone.</summary>
    /// <param name="gitDirectory">The clone's <c>.git</c>.</param>
    /// <returns>The time, UTC; null where none was since it was cleaned.</returns>
    public static DateTime? LatestIn(string gitDirectory)
    {
        try
        {
            var folder = new DirectoryInfo(Path.Combine(gitDirectory, "refs", "remotes", "origin"));
            if (!folder.Exists || folder.LinkTarget is not null)
                return null;
            var times = folder.EnumerateFiles("*", RefNames.AllFiles).Take(MostLooked).Where(file => file.Name != "HEAD").Select(file => file.LastWriteTimeUtc).ToList();
            return times.Count == 0 || times.Max() > DateTime.UtcNow ? null : times.Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes it for a clone whose refs are about to be cleaned.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <param name="gitDirectory">The clone's <c>.git</c>.</param>
    public static void Keep(string basePath, string gitDirectory)
    {
        if (LatestIn(gitDirectory) is not { } at || at <= Kept(basePath))
            return;
        File.WriteAllText(FileOf(basePath), "");
        File.SetLastWriteTimeUtc(FileOf(basePath), at);
    }

    /// <summary>When a remote-tracking branch was last written in a clone that was cleaned since.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <returns>The time, UTC; long ago where none was.</returns>
    public static DateTime Kept(string basePath) => File.GetLastWriteTimeUtc(FileOf(basePath));

    private static string FileOf(string basePath) => Path.Combine(basePath, "gitproc", "pushed");
}
