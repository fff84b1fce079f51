using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>
/// Finds base repositories as the ".gitlink" proposal describes. The path is resolved from the link's folder and then
/// from each folder above it. In each place, <c>.git</c> and <c>.gitlink</c> are also appended to the path.
/// </summary>
internal static class BaseSearch
{
    private const int MaxShown = 20;

    /// <param name="checkout">The absolute path of the link's folder.</param>
    /// <returns>The nearest base repository; null if there is none.</returns>
    public static RepositoryPlace? Nearest(string checkout, string gitdir) => Nearest(checkout, gitdir, []);

    /// <param name="checkout">The absolute path of the link's folder.</param>
    /// <returns>All base repositories that the path can refer to, the nearest first.</returns>
    public static IReadOnlyList<RepositoryPlace> All(string checkout, string gitdir) =>
        [
            .. Starts(checkout, gitdir)
                .SelectMany(start => At(start, gitdir, [checkout]))
                .DistinctBy(place => place.CommonDirectory),
        ];

    /// <summary>Lists the paths that the search tries, for an error message.</summary>
    /// <param name="checkout">The absolute path of the link's folder.</param>
    public static string Tried(string checkout, string gitdir)
    {
        var tried = Starts(checkout, gitdir).SelectMany(start => Names(start, gitdir)).ToList();
        return string.Join(", ", tried.Take(MaxShown))
            + (tried.Count > MaxShown ? $" and {tried.Count - MaxShown} more" : "");
    }

    private static RepositoryPlace? Nearest(string checkout, string gitdir, HashSet<string> visited)
    {
        if (!visited.Add(checkout))
        {
            throw new GitprocException(
                ErrorReason.InvalidLink,
                $"The .gitlink files of {string.Join(", ", visited)} refer to each other and not to a repository.",
                checkout);
        }

        foreach (var start in Starts(checkout, gitdir))
        {
            switch (At(start, gitdir, visited))
            {
                case [var place]:
                    return place;
                case [_, _, ..] places:
                    throw new GitprocException(
                        ErrorReason.AmbiguousRepository,
                        $"The base repository '{gitdir}' is ambiguous: it can be {string.Join(" or ", places.Select(place => place.Top))}. Write more of its path.",
                        gitdir);
                default:
                    break;
            }
        }

        return null;
    }

    // An empty path means a repository that contains the link, so the search begins above the link's own folder.
    private static IEnumerable<string> Starts(string checkout, string gitdir)
    {
        if (Path.IsPathRooted(gitdir))
        {
            yield return Path.GetPathRoot(gitdir)!;
            yield break;
        }

        for (var at = gitdir.Length == 0 ? Path.GetDirectoryName(checkout) : checkout;
            at is not null;
            at = Path.GetDirectoryName(at))
            yield return at;
    }

    // "Gitdir = base" can mean base.git, as in the example of the proposal, or the repository base.
    private static string[] Names(string start, string gitdir)
    {
        var path = Paths.Real(Path.Combine(start, gitdir));
        string[] inside = [Path.Combine(path, ".git"), Path.Combine(path, GitlinkFile.FileName)];
        return gitdir.Length == 0 ? inside : [path, path + ".git", .. inside];
    }

    private static List<RepositoryPlace> At(string start, string gitdir, HashSet<string> visited)
    {
        var names = Names(start, gitdir);
        var places = names[..^1]
            .Select(LocalRepository.At)
            .OfType<RepositoryPlace>()
            .DistinctBy(place => place.CommonDirectory)
            .ToList();
        // There may be another link here whose .git file is broken. Its .gitlink file says where its base repository
        // is.
        if (places.Count == 0
            && GitlinkFile.Read(names[^1]) is { } link
            && Nearest(Path.GetDirectoryName(names[^1])!, link.Gitdir, visited) is { } place)
            places.Add(place);
        return places;
    }
}
