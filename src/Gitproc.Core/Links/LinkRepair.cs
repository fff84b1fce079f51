using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>Leads light-weight checkouts and their base repositories back to one another when one was moved.</summary>
internal static class LinkRepair
{
    /// <summary>Repairs the checkout in a folder.</summary>
    /// <param name="path">Its folder, absolute and real.</param>
    public static LinkState Repair(string path)
    {
        var file = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName));
        var target = TargetIn(path);
        if ((file?.Id ?? IdIn(target)) is not { } id)
        {
            throw new GitprocException(
                ErrorReason.LinkNotFound, file is null ? $"{path} is not a light-weight checkout: it has no .gitlink file." : NothingYet(path), path)
            {
                Hint = file is null ? null : CheckOut,
            };
        }

        var link = Find(path, file, id, target);
        if (!Paths.AreSame(link.Path, path) && link.IsThere)
        {
            throw new GitprocException(
                ErrorReason.InvalidLink,
                $"{path} is a copy of {link.Path}, and both would have one HEAD and index. For a light-weight checkout of its own remove its .git and .gitlink files, and make one in an empty folder.",
                path);
        }

        return Move(link, path);
    }

    /// <summary>What helps where nothing is checked out yet.</summary>
    public static Hint CheckOut { get; } = new(" In it: ", "checkout", "BRANCH");

    /// <summary>What a user is told of a folder with a <c>.gitlink</c> file alone, or that it is no such one.</summary>
    /// <param name="path">The folder, absolute and real.</param>
    /// <returns>A sentence; null when something was checked out in it.</returns>
    public static string? NothingYet(string path, GitlinkFile file) => (file.Id ?? IdIn(TargetIn(path))) is null ? NothingYet(path) : null;

    /// <summary>Repairs what a base repository knows to be where it was, or beside it as it was.</summary>
    public static IReadOnlyList<LinkState> RepairAll(RepositoryPlace place) =>
        [.. new LinkStore(place).List().Select(link => IsReachable(link) ? Move(link, link.Path) : link)];

    // Its .gitlink says that it is the one, also when its .git leads to where the base repository was.
    private static bool IsReachable(LinkState link) =>
        link.IsThere || GitlinkFile.Read(Path.Combine(link.Path, GitlinkFile.FileName))?.Id == link.Id;

    private static string NothingYet(string path) => $"{path} has a .gitlink file and nothing is checked out in it yet.";

    private static string? TargetIn(string path) => LocalRepository.TargetOf(Path.Combine(path, ".git"));

    private static string? IdIn(string? gitDirectory) =>
        gitDirectory is not null && Path.GetFileName(Path.GetDirectoryName(gitDirectory)) == "worktrees" ? Path.GetFileName(gitDirectory) : null;

    private static LinkState Find(string path, GitlinkFile? file, string id, string? target)
    {
        var gitdir = file?.Gitdir ?? "";
        var places = BaseSearch.All(path, gitdir);
        if (target is not null && LocalRepository.At(target) is { } direct)
            places = [direct, .. places];
        var found = places.DistinctBy(place => place.CommonDirectory).Select(place => new LinkStore(place).Find(id)).OfType<LinkState>().ToList();
        // Of two of one name that which says the same of itself.
        if (found.Count > 1 && found.Where(link => file is not null && link.Record with { Place = null } == file).ToList() is { Count: > 0 } same)
            found = same;
        return found switch
        {
            [var link] => link,
            [] => throw new GitprocException(
                ErrorReason.BaseNotFound,
                $"The base repository of {path} is not found, which knows its HEAD and index under '{id}'. Looked at {BaseSearch.Tried(path, gitdir)}. "
                + "Move it to where one of these is, or write the path of the base repository into its .gitlink file: Gitdir = \"PATH\"",
                path),
            _ => throw new GitprocException(
                ErrorReason.AmbiguousRepository,
                $"{path} may be of {string.Join(" or ", found.Select(link => link.Place.Top))}: each knows a light-weight checkout '{id}'. "
                + "Write the path of the right one into its .gitlink file: Gitdir = \"PATH\"",
                path),
        };
    }

    /// <summary>Makes a folder the one of a checkout, and lets both ends and what is around know. What the <c>.gitlink</c> says of the base stays where it still leads there.</summary>
    /// <param name="path">The folder, absolute and real; it is made when it is not there.</param>
    public static LinkState Move(LinkState link, string path)
    {
        var gitdir = LinkAddress.Leads(path, link.Record.Gitdir, link.Place) ? link.Record.Gitdir : LinkAddress.Of(path, link.Place);
        var moved = new LinkStore(link.Place).Write(link.Id, link.Record with { Gitdir = gitdir }, path);
        LinkFolder.Write(moved);
        if (!Paths.AreSame(link.Path, path))
            IgnoreRules.Remove(link.Place, link.Path, isLast: false);
        IgnoreRules.Add(moved, SubmoduleBase.IsOne(moved));
        return moved;
    }
}
