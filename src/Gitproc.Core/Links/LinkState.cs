using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>A link, as its base repository records it.</summary>
/// <param name="Path">The absolute path of its folder, or the last known path if the folder is missing.</param>
internal sealed record LinkState(RepositoryPlace Place, string Id, GitlinkFile Record, string Path)
{
    /// <summary>The private git directory of the link, with HEAD and index.</summary>
    public string GitDirectory => Worktrees.PrivateFolder(Place.CommonDirectory, Id);

    /// <summary>True if the folder exists and belongs to this link.</summary>
    public bool IsThere => LinkFolder.IsOf(Path, GitDirectory);

    /// <summary>
    /// True if nothing is checked out yet: the link is being created, or the process that created it was killed.
    /// </summary>
    public bool IsUnborn => ReadOwnHead()?.Branch == LinkStore.UnbornBranch;

    public string Name => Record.Name ?? DefaultName(Place, Path);

    /// <summary>
    /// The name of a link without a given name: its path relative to the base repository, without leading <c>..</c>.
    /// </summary>
    /// <param name="checkout">The absolute, real path of the link's folder.</param>
    public static string DefaultName(RepositoryPlace place, string checkout)
    {
        var name = Paths.Relative(place.CommonDirectory, checkout);
        while (name.StartsWith("../", StringComparison.Ordinal))
            name = name[3..];
        return name;
    }

    /// <returns>HEAD; null if it cannot be read or nothing is checked out yet.</returns>
    public Head? ReadHead() => ReadOwnHead() is { } head && head.Branch != LinkStore.UnbornBranch ? head : null;

    public Link Describe()
    {
        var head = ReadHead();
        return new Link
        {
            Name = Name,
            Path = Path,
            Base = Place.Top,
            Branch = head?.Branch,
            Commit = head?.Commit,
            Missing = !IsThere,
            Movable = !System.IO.Path.IsPathRooted(Record.Place!),
        };
    }

    private Head? ReadOwnHead() => Head.Read(GitDirectory, Place.CommonDirectory);
}

/// <summary>Finds the link that a user means.</summary>
internal static class LinkLookup
{
    /// <summary>
    /// Finds the link in a folder. If the link was moved but git still works in it, the new path is recorded.
    /// </summary>
    /// <param name="path">The absolute, real path of the folder.</param>
    /// <returns>The link; null if the folder is not a link, or if the link cannot find its base repository.</returns>
    public static LinkState? At(string path)
    {
        if (LocalRepository.At(Path.Combine(path, ".git")) is not { } place
            || new LinkStore(place).Find(Path.GetFileName(place.GitDirectory)) is not { } link)
            return null;
        return Paths.AreSame(link.Path, path) ? link : LinkRepair.Repair(path);
    }

    /// <summary>Finds a link by its name or path.</summary>
    /// <param name="place">The base repository; null if only a path can be meant.</param>
    /// <param name="workingDirectory">The absolute path of the working directory, for relative paths.</param>
    /// <exception cref="GitprocException">There is no such link.</exception>
    public static LinkState Find(RepositoryPlace? place, string link, string workingDirectory)
    {
        var path = Paths.Real(Path.GetFullPath(link, workingDirectory));
        var known = place is null ? [] : new LinkStore(place).List();
        if (
            (
                known.FirstOrDefault(state => state.Name == link)
                ?? known.FirstOrDefault(state => Paths.AreSame(state.Path, path))
            ) is
            { } found)
            return found;
        if (At(path) is { } there)
            return there;
        var (more, hint) = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName)) is not { } file
            ? (known.Count > 0 ? $" There is {string.Join(", ", known.Select(state => state.Name))}." : "", null)
            : LinkRepair.NothingYet(path, file) is { } nothingYet ? ($" {nothingYet}", LinkRepair.CheckOut)
            : ($" {path} has lost its base repository", new Hint(": ", "link repair", link));
        throw new GitprocException(
            ErrorReason.LinkNotFound,
            $"{(place is null ? "Here is" : place.Top + " has")} no light-weight checkout '{PrintableText.Of(link)}'.{more}",
            link)
        {
            Hint = hint,
        };
    }
}
