using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>
/// Finds base repositories as the ".gitlink" proposal says: the path is tried from the checkout and, with one <c>../</c> after
/// the other before it, from each folder above, with <c>.git</c> and <c>.gitlink</c> appended.
/// </summary>
internal static class BaseSearch
{
    private const int MaxShown = 20;

    /// <summary>Finds the nearest base repository.</summary>
    /// <param name="checkout">The checkout's folder, absolute.</param>
    public static RepositoryPlace? Nearest(string checkout, string gitdir) => Nearest(checkout, gitdir, []);

    /// <summary>Finds all base repositories that the path can lead to.</summary>
    /// <param name="checkout">The checkout's folder, absolute.</param>
    public static IReadOnlyList<RepositoryPlace> All(string checkout, string gitdir) =>
        [.. Starts(checkout, gitdir).SelectMany(start => At(start, gitdir, [checkout])).DistinctBy(place => place.CommonDirectory)];

    /// <summary>Says where it was looked.</summary>
    /// <param name="checkout">The checkout's folder, absolute.</param>
    public static string Tried(string checkout, string gitdir)
    {
        var tried = Starts(checkout, gitdir).SelectMany(start => Names(start, gitdir)).ToList();
        return string.Join(", ", tried.Take(MaxShown)) + (tried.Count > MaxShown ? $" and {tried.Count - MaxShown} more" : "");
    }

    private static RepositoryPlace? Nearest(string checkout, string gitdir, HashSet<string> visited)
    {
        if (!visited.Add(checkout))
        {
            throw new GitprocException(
                ErrorReason.InvalidLink, $"The .gitlink files of {string.Join(", ", visited)} lead to one another, and to no repository.", checkout);
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
                        $"The base repository '{gitdir}' may be {string.Join(" or ", places.Select(place => place.Top))}. Write more of its path.",
                        gitdir);
                default:
                    break;
            }
        }

        return null;
    }

    // The checkout's own folder is not around it.
    private static IEnumerable<string> Starts(string checkout, string gitdir)
    {
        if (Path.IsPathRooted(gitdir))
        {
            yield return Path.GetPathRoot(gitdir)!;
            yield break;
        }

        for (var at = gitdir.Length == 0 ? Path.GetDirectoryName(checkout) : checkout; at is not null; at = Path.GetDirectoryName(at))
            yield return at;
    }

    // "Gitdir = base" leads to base.git, as in the proposal's example, and to the repository base.
    private static string[] Names(string start, string gitdir)
    {
        var path = Paths.Real(Path.Combine(start, gitdir));
        string[] inside = [Path.Combine(path, ".git"), Path.Combine(path, GitlinkFile.FileName)];
        return gitdir.Length == 0 ? inside : [path, path + ".git", .. inside];
    }

    private static List<RepositoryPlace> At(string start, string gitdir, HashSet<string> visited)
    {
        var names = Names(start, gitdir);
        var places = names[..^1].Select(LocalRepository.At).OfType<RepositoryPlace>().DistinctBy(place => place.CommonDirectory).ToList();
        // A checkout that has lost its way, but knows where its base is.
        if (places.Count == 0 && GitlinkFile.Read(names[^1]) is { } link && Nearest(Path.GetDirectoryName(names[^1])!, link.Gitdir, visited) is { } place)
            places.Add(place);
        return places;
    }
}
