using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;

namespace Gitproc.Links;

/// <summary>A light-weight checkout, as its base repository knows it.</summary>
/// <param name="Place">The base repository.</param>
/// <param name="Id">The name of its private folder.</param>
/// <param name="Record">What is recorded of it.</param>
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
    /// <param name="place">The base repository.</param>
    /// <param name="checkout">The checkout's folder, absolute and real.</param>
    /// <returns>The name.</returns>
    public static string DefaultName(RepositoryPlace place, string checkout)
    {
        var name = RelativePath.Of(place.CommonDirectory, checkout);
        while (name.StartsWith("../", StringComparison.Ordinal))
            name = name[3..];
        return name;
    }

    /// <summary>What it has checked out.</summary>
    /// <returns>HEAD; null when it cannot be read, or nothing was checked out yet.</returns>
    public Head? ReadHead() => ReadOwnHead() is { } head && head.Branch != LinkStore.UnbornBranch ? head : null;

    /// <summary>Describes it for users.</summary>
    /// <returns>The link.</returns>
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
