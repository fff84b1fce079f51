using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>
/// The links of one base repository. A link is a git worktree whose private folder, with HEAD and index, is in
/// <c>worktrees</c> of the base repository (gitrepository-layout(5)). It outlives the link's own folder.
/// </summary>
/// <remarks>
/// <para>
/// Creation (<see cref="LinkCreation"/>) first makes the private folder. Its <c>locked</c> file claims the id and keeps
/// git from pruning it; then come the record (<see cref="RecordName"/>), <c>gitdir</c>, <c>commondir</c> and an unborn
/// HEAD. The link's folder follows, with its <c>.git</c> and <c>.gitlink</c> files, then the ignore rules, and last git
/// checks out. After a crash before the checkout the link is listed as unborn, and a new link at that path is refused
/// until the user removes the unborn one. After a crash before the record, an unused private folder stays.
/// </para>
/// <para>
/// Removal (<see cref="LinkRemoval"/>) rescues work, removes the link's folder, then the ignore rules, and last the
/// private folder. After a crash on the way the link is listed, perhaps as missing, and the removal can be repeated.
/// </para>
/// <para>
/// A link finds its base repository by its <c>.git</c> file, and after a move by its <c>.gitlink</c> file
/// (<see cref="BaseSearch"/>). <see cref="LinkRepair"/> then rewrites both ends.
/// </para>
/// </remarks>
internal sealed class LinkStore(RepositoryPlace place)
{
    /// <summary>
    /// The file in a link's private folder with the content of its <c>.gitlink</c> file and the path of the link.
    /// </summary>
    public const string RecordName = "gitlink";

    /// <summary>
    /// The unborn branch that HEAD of a link names until something is checked out. It is a valid branch name: with an
    /// invalid one, git would not refuse a branch that is checked out elsewhere (builtin/checkout.c, switch_branches).
    /// </summary>
    public const string UnbornBranch = "gitproc/no-commit";

    private readonly string _folder = Worktrees.Folder(place.CommonDirectory);

    public RepositoryPlace Place => place;

    /// <summary>
    /// True if a text can be the id of a link: a name that git accepts for a worktree (git-check-ref-format(1)).
    /// </summary>
    public static bool IsId(string text) =>
        !text.Contains('/', StringComparison.Ordinal)
        && BaseRefs.IsName(text)
        && !text.EndsWith(".lock", StringComparison.Ordinal);

    /// <returns>The absolute path of the private folder of a link; it need not exist.</returns>
    public string Folder(string id) => Worktrees.PrivateFolder(place.CommonDirectory, id);

    /// <summary>Lists the links by name, without worktrees that were made by other programs.</summary>
    public IReadOnlyList<LinkState> List() =>
        [
            .. Worktrees
                .Of(place.CommonDirectory)
                .Select(Find)
                .OfType<LinkState>()
                .OrderBy(link => link.Name, StringComparer.Ordinal),
        ];

    /// <returns>The link; null if the base repository has no link with this id.</returns>
    public LinkState? Find(string id) =>
        GitlinkFile.Read(Path.Combine(Folder(id), RecordName)) is { Place: not null } record
            ? new LinkState(place, id, record, PathOf(id, record))
            : null;

    /// <summary>Makes the private folder of a new link, with an unborn HEAD.</summary>
    /// <param name="checkout">The absolute, real path of the link's folder.</param>
    public LinkState Add(string name, GitlinkFile record, string checkout)
    {
        Directory.CreateDirectory(_folder);
        var id = Claim(Sanitize(name) is var free && CheckoutName.Read(free) is null ? free : $"link-{free}");
        var link = Write(id, record, checkout);
        File.WriteAllText(Path.Combine(Folder(id), "commondir"), "../..\n");
        File.WriteAllText(Path.Combine(Folder(id), "HEAD"), $"ref: refs/heads/{UnbornBranch}\n");
        return link;
    }

    /// <summary>Records the path of a link.</summary>
    /// <param name="checkout">The absolute, real path of the link's folder.</param>
    public LinkState Write(string id, GitlinkFile record, string checkout)
    {
        var known = record with { Id = id, Place = Paths.Relative(place.CommonDirectory, checkout) };
        File.WriteAllText(Path.Combine(Folder(id), RecordName), known.ToString());
        // The path is absolute, because only git 2.48 and newer read a relative one. Writing one sets
        // extensions.relativeWorktrees, and older git then refuses the repository (git-config(1)).
        File.WriteAllText(Path.Combine(Folder(id), "gitdir"), Paths.ForGit(Path.Combine(checkout, ".git")) + "\n");
        return new LinkState(place, id, known, checkout);
    }

    /// <summary>Removes a link from the base repository, with its HEAD and index.</summary>
    public void Remove(string id)
    {
        FolderRemoval.Remove(Folder(id));
        // git also removes the folder with the last worktree.
        if (Directory.Exists(_folder) && !Directory.EnumerateFileSystemEntries(_folder).Any())
            Directory.Delete(_folder);
    }

    // git does not prune a worktree with a "locked" file, even if its folder is missing (git-worktree(1), lock). The
    // process that creates the file owns the id.
    private string Claim(string name)
    {
        for (var number = 0; ; number++)
        {
            var id = number == 0 ? name : $"{name}{number}";
            Directory.CreateDirectory(Folder(id));
            try
            {
                using var lockFile = new StreamWriter(
                    new FileStream(Path.Combine(Folder(id), "locked"), FileMode.CreateNew));
                if (!File.Exists(Path.Combine(Folder(id), "commondir")))
                {
                    lockFile.Write("a light-weight checkout of gitproc: gitproc link remove ends it\n");
                    return id;
                }

                // A worktree of another program, which Gitproc must not lock.
                lockFile.Close();
                File.Delete(Path.Combine(Folder(id), "locked"));
            }
            catch (IOException e) when (NewFile.IsTaken(e))
            {
                // The id is taken.
            }
        }
    }

    // The same rule as git's for the id of a worktree (builtin/worktree.c, sanitize_refname_component).
    private static string Sanitize(string name)
    {
        var id = new string([
            .. name.Select(c => char.IsControl(c) || " ~^:?*[\\/".Contains(c, StringComparison.Ordinal) ? '-' : c),
        ])
            .Replace("..", "-", StringComparison.Ordinal)
            .Replace("@{", "-", StringComparison.Ordinal)
            .Trim('.', '-');
        if (id.EndsWith(".lock", StringComparison.Ordinal))
            id = id[..^".lock".Length] + "-lock";
        return IsId(id) ? id : "link";
    }

    // The relative path is right if base repository and link were moved together, the absolute one if only the base
    // repository was moved.
    private string PathOf(string id, GitlinkFile record)
    {
        var beside = Paths.Real(Path.Combine(place.CommonDirectory, record.Place!));
        if (LinkFolder.IsOf(beside, Folder(id)))
            return beside;
        var written = Path.Combine(Folder(id), "gitdir");
        var elsewhere = File.Exists(written) ? Path.GetDirectoryName(File.ReadAllText(written).TrimEnd()) : null;
        return elsewhere is { Length: > 0 } && GitlinkFile.Read(Path.Combine(elsewhere, GitlinkFile.FileName))?.Id == id
            ? Paths.Real(elsewhere)
            : beside;
    }
}
