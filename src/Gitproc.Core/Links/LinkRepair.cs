using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>Reconnects links and their base repositories after one of them was moved.</summary>
internal static class LinkRepair
{
    /// <summary>Repairs the link in a folder.</summary>
    /// <param name="path">The absolute, real path of the folder.</param>
    public static LinkState Repair(string path)
    {
        var file = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName));
        var target = TargetIn(path);
        if ((file?.Id ?? IdIn(target)) is not { } id)
        {
            throw new GitprocException(
                ErrorReason.LinkNotFound,
                file is null ? $"{path} is not a light-weight checkout: it has no .gitlink file." : NothingYet(path),
                path)
            {
                Hint = file is null ? null : CheckOut,
            };
        }

        var link = Find(path, file, id, target);
        if (!Paths.AreSame(link.Path, path) && link.IsThere)
        {
            throw new GitprocException(
                ErrorReason.InvalidLink,
                $"{path} is a copy of {link.Path}, and both would share HEAD and index. Remove its .git and .gitlink files, and make a new light-weight checkout in an empty folder.",
                path);
        }

        return Move(link, path);
    }

    /// <summary>The hint for a link in which nothing is checked out yet.</summary>
    public static Hint CheckOut { get; } = new(" In it: ", "checkout", "BRANCH");

    /// <summary>The message for a folder that has only a <c>.gitlink</c> file.</summary>
    /// <param name="path">The absolute, real path of the folder.</param>
    /// <returns>A sentence; null if something is checked out in the folder.</returns>
    public static string? NothingYet(string path, GitlinkFile file) =>
        (file.Id ?? IdIn(TargetIn(path))) is null ? NothingYet(path) : null;

    /// <summary>
    /// Repairs all links of a base repository that are still at their last absolute path, or still at their last path
    /// relative to the base repository.
    /// </summary>
    public static IReadOnlyList<LinkState> RepairAll(RepositoryPlace place) =>
        [.. new LinkStore(place).List().Select(link => IsReachable(link) ? Move(link, link.Path) : link)];

    // If the base repository was moved, the .git file of the link is wrong, but its .gitlink file still has the id.
    private static bool IsReachable(LinkState link) =>
        link.IsThere || GitlinkFile.Read(Path.Combine(link.Path, GitlinkFile.FileName))?.Id == link.Id;

    private static string NothingYet(string path) =>
        $"{path} has a .gitlink file, but nothing is checked out in it yet.";

    private static string? TargetIn(string path) => LocalRepository.TargetOf(Path.Combine(path, ".git"));

    private static string? IdIn(string? gitDirectory) =>
        gitDirectory is not null && Path.GetFileName(Path.GetDirectoryName(gitDirectory)) == "worktrees"
            ? Path.GetFileName(gitDirectory)
            : null;

    private static LinkState Find(string path, GitlinkFile? file, string id, string? target)
    {
        var gitdir = file?.Gitdir ?? "";
        var places = BaseSearch.All(path, gitdir);
        if (target is not null && LocalRepository.At(target) is { } direct)
            places = [direct, .. places];
        var found = places
            .DistinctBy(place => place.CommonDirectory)
            .Select(place => new LinkStore(place).Find(id))
            .OfType<LinkState>()
            .ToList();
        // If several repositories have a link with this id, prefer the one whose record equals the .gitlink file.
        if (found.Count > 1
            && found.Where(link => file is not null && link.Record with { Place = null } == file).ToList()
                is { Count: > 0 } same)
            found = same;
        return found switch
        {
            [var link] => link,
            [] => throw new GitprocException(
                ErrorReason.BaseNotFound,
                $"The base repository of {path}, which has its HEAD and index under '{id}', is not found. Looked at {BaseSearch.Tried(path, gitdir)}. "
                    + "Move the base repository to one of these paths, or write its path into the .gitlink file: Gitdir = \"PATH\"",
                path),
            _ => throw new GitprocException(
                ErrorReason.AmbiguousRepository,
                $"{path} may belong to {string.Join(" or ", found.Select(link => link.Place.Top))}: each has a light-weight checkout '{id}'. "
                + "Write the path of the right base repository into the .gitlink file: Gitdir = \"PATH\"",
                path),
        };
    }

    /// <summary>
    /// Makes a folder the folder of a link. Updates the record, the folder's files and the ignore rules. <c>Gitdir</c>
    /// stays as it is if the search still finds the base repository with it.
    /// </summary>
    /// <param name="path">The absolute, real path of the folder. It is created if it does not exist.</param>
    public static LinkState Move(LinkState link, string path)
    {
        var gitdir = LinkAddress.Leads(path, link.Record.Gitdir, link.Place)
            ? link.Record.Gitdir
            : LinkAddress.Of(path, link.Place);
        var moved = new LinkStore(link.Place).Write(link.Id, link.Record with { Gitdir = gitdir }, path);
        LinkFolder.Write(moved);
        if (!Paths.AreSame(link.Path, path))
            IgnoreRules.Remove(link.Place, link.Path, isLast: false);
        IgnoreRules.Add(moved, SubmoduleBase.IsOne(moved));
        return moved;
    }
}
