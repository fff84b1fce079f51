using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>A light-weight checkout, as its base repository knows it.</summary>
/// <param name="Path">The absolute path of its folder; where it was last, when it is not there.</param>
internal sealed record LinkState(RepositoryPlace Place, string Id, GitlinkFile Record, string Path)
{
    /// <summary>Its private git directory: HEAD, index and the like.</summary>
    public string GitDirectory => Worktrees.PrivateFolder(Place.CommonDirectory, Id);

    /// <summary>Whether its folder is there, and is this checkout.</summary>
    public bool IsThere => LinkFolder.IsOf(Path, GitDirectory);

    /// <summary>Whether nothing was checked out in it: it is being made, or whoever made it was killed.</summary>
    public bool IsUnborn => ReadOwnHead()?.Branch == LinkStore.UnbornBranch;

    /// <summary>Its name.</summary>
    public string Name => Record.Name ?? DefaultName(Place, Path);

    /// <summary>The name of a checkout that was given none: its path from the base repository, without <c>..</c> in front.</summary>
    /// <param name="checkout">The checkout's folder, absolute and real.</param>
    public static string DefaultName(RepositoryPlace place, string checkout)
    {
        var name = Paths.Relative(place.CommonDirectory, checkout);
        while (name.StartsWith("../", StringComparison.Ordinal))
            name = name[3..];
        return name;
    }

    /// <summary>What it has checked out.</summary>
    /// <returns>HEAD; null when it cannot be read, or nothing was checked out yet.</returns>
    public Head? ReadHead() => ReadOwnHead() is { } head && head.Branch != LinkStore.UnbornBranch ? head : null;

    /// <summary>Describes it for users.</summary>
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

/// <summary>Finds the light-weight checkout that a caller means.</summary>
internal static class LinkLookup
{
    /// <summary>The checkout in a folder. One that was moved, and that git finds its way from all the same, is recorded as being there.</summary>
    /// <param name="path">The folder, absolute and real.</param>
    /// <returns>The checkout; null when the folder is that of none, or of one that cannot find its base repository.</returns>
    public static LinkState? At(string path)
    {
        if (LocalRepository.At(Path.Combine(path, ".git")) is not { } place || new LinkStore(place).Find(Path.GetFileName(place.GitDirectory)) is not { } link)
            return null;
        return Paths.AreSame(link.Path, path) ? link : LinkRepair.Repair(path);
    }

    /// <summary>Finds a checkout of a base repository.</summary>
    /// <param name="place">The base repository; null when only a path can be meant.</param>
    /// <param name="workingDirectory">The working directory, absolute.</param>
    public static LinkState Find(RepositoryPlace? place, string link, string workingDirectory)
    {
        var path = Paths.Real(Path.GetFullPath(link, workingDirectory));
        var known = place is null ? [] : new LinkStore(place).List();
        if ((known.FirstOrDefault(state => state.Name == link) ?? known.FirstOrDefault(state => Paths.AreSame(state.Path, path))) is { } found)
            return found;
        if (At(path) is { } there)
            return there;
        var (more, hint) = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName)) is not { } file
            ? (known.Count > 0 ? $" There is {string.Join(", ", known.Select(state => state.Name))}." : "", null)
            : LinkRepair.NothingYet(path, file) is { } nothingYet ? ($" {nothingYet}", LinkRepair.CheckOut)
            : ($" {path} has lost its base repository", new Hint(": ", "link repair", link));
        throw new GitprocException(
            ErrorReason.LinkNotFound, $"{(place is null ? "Here is" : place.Top + " has")} no light-weight checkout '{PrintableText.Of(link)}'.{more}", link)
        {
            Hint = hint,
        };
    }
}
