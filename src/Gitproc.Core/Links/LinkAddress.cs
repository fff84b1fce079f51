using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>Finds the shortest path by which the search of a <c>.gitlink</c> leads to a base repository.</summary>
internal static class LinkAddress
{
    private const string GitSuffix = ".git";

    /// <summary>Finds it.</summary>
    /// <param name="checkout">The checkout's folder, absolute and real.</param>
    /// <returns>The path, without <c>..</c>; empty for the repository around. An absolute one where no relative one leads there.</returns>
    public static string Of(string checkout, RepositoryPlace place) =>
        Relative(checkout, place.Top).FirstOrDefault(path => Leads(checkout, path, place)) ?? place.Top;

    // From each folder above both, the nearest first.
    private static IEnumerable<string> Relative(string checkout, string top)
    {
        for (var at = Path.GetDirectoryName(checkout); at is not null; at = Path.GetDirectoryName(at))
        {
            var path = Paths.Relative(at, top);
            if (path == ".")
                yield return "";
            if (Path.IsPathRooted(path) || path is "." || path.StartsWith("..", StringComparison.Ordinal))
                continue;
            if (path.EndsWith(GitSuffix, StringComparison.Ordinal))
                yield return path[..^GitSuffix.Length];
            yield return path;
        }
    }

    /// <summary>Whether the search for a path leads to a base repository, and to no other.</summary>
    /// <param name="checkout">The checkout's folder, absolute and real.</param>
    public static bool Leads(string checkout, string path, RepositoryPlace place)
    {
        try
        {
            return BaseSearch.Nearest(checkout, path)?.CommonDirectory == place.CommonDirectory;
        }
        catch (GitprocException)
        {
            // Two are there, or garbage is on the way.
            return false;
        }
    }
}
