using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>What to check out in a link: the base repository and the arguments for <c>git checkout</c>.</summary>
/// <param name="Ref">The ref that the caller named, for the error if it does not exist; null if none was named.</param>
internal sealed record LinkSource(
    RepositoryPlace Place, IReadOnlyList<string> Arguments, string? Ref, bool IsSubmodule = false)
{
    /// <summary>Determines what to check out in a link that exists.</summary>
    public static LinkSource Of(RepositoryPlace place, WantedRef wanted, string path)
    {
        if (wanted.NewBranch is { } named)
            return Branch(named, wanted.Name);
        if (wanted.Name is not null)
            return At(place, wanted.Name);
        // git-check-ref-format(1), --branch.
        var branch = WantedRef.Parse(null, Path.GetFileName(path)).NewBranch!;
        return Has("refs/heads/") || Has("refs/remotes/origin/") ? At(place, branch) : Branch(branch, from: null);

        // In a repository without commits, the new branch is unborn.
        LinkSource Branch(string name, string? from) =>
            (from ?? StartOf(place)) is { } start
                ? New(place, name, start) with
                {
                    Ref = from,
                }
                : new LinkSource(place, ["-b", name], from);

        bool Has(string folder) => Head.ReadRef(place.CommonDirectory, folder + branch) is not null;
    }

    /// <summary>
    /// Determines what to check out in a new link. The link has no HEAD yet, so HEAD means the base repository's.
    /// </summary>
    public static LinkSource OfNew(RepositoryPlace place, WantedRef wanted, string path) =>
        wanted.Name is { } name
            ? Of(place, wanted with { Name = AtHead(place, name) }, path) with
            {
                Ref = name,
            }
            : Of(place, wanted, path);

    /// <summary>A branch, a tag, a commit, or a remote branch, from which git creates a local one.</summary>
    // The -- makes git take the name for a ref and not for a path (git-checkout(1)).
    public static LinkSource At(RepositoryPlace place, string name) => new(place, [name, "--"], name);

    /// <summary>A commit on a detached HEAD.</summary>
    public static LinkSource Detached(RepositoryPlace place, string commit) =>
        new(place, ["--detach", commit, "--"], Ref: null);

    /// <summary>A new branch.</summary>
    public static LinkSource New(RepositoryPlace place, string branch, string start) =>
        new(place, ["-b", branch, start, "--"], start);

    /// <summary>The default start of a new branch: the commit that is checked out in the base repository.</summary>
    /// <returns>The full id; null if the base repository has no commits.</returns>
    // A base repository of the pool has nothing checked out. There a branch starts at the remote's default branch.
    public static string? StartOf(RepositoryPlace place) =>
        Head.Read(place.GitDirectory, place.CommonDirectory)?.Commit
        ?? Head.ReadRef(place.CommonDirectory, "refs/remotes/origin/HEAD");

    // Replaces a leading HEAD or @ (gitrevisions(7)) with the id of the commit.
    private static string AtHead(RepositoryPlace place, string name)
    {
        var length =
            name.StartsWith("HEAD", StringComparison.Ordinal) ? "HEAD".Length
            : name[0] == '@' ? 1
            : 0;
        return length > 0 && name.AsSpan(length) is [] or ['~' or '^', ..] && StartOf(place) is { } commit
            ? commit + name[length..]
            : name;
    }
}
