using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>
/// Finds the shortest <c>Gitdir</c> path with which <see cref="BaseSearch"/> finds a base repository.
/// </summary>
internal static class LinkAddress
{
    private const string GitSuffix = ".git";

    /// <param name="checkout">The absolute, real path of the link's folder.</param>
    /// <returns>
    /// The path, without <c>..</c>; empty for the repository that contains the link; absolute if the search finds the
    /// repository by no relative path.
    /// </returns>
    public static string Of(string checkout, RepositoryPlace place) =>
        Relative(checkout, place.Top).FirstOrDefault(path => Leads(checkout, path, place)) ?? place.Top;

    // Relative paths from each folder above the link, the nearest first.
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

    /// <summary>True if the search for a path finds this base repository and no other.</summary>
    /// <param name="checkout">The absolute, real path of the link's folder.</param>
    public static bool Leads(string checkout, string path, RepositoryPlace place)
    {
        try
        {
            return BaseSearch.Nearest(checkout, path)?.CommonDirectory == place.CommonDirectory;
        }
        catch (GitprocException)
        {
            // The path is ambiguous, or the search meets an invalid .gitlink file.
            return false;
        }
    }
}
