using Gitproc.Git;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>Of what a light-weight checkout is made.</summary>
/// <param name="Place">The base repository.</param>
/// <param name="Arguments">What <c>git checkout</c> is asked for.</param>
/// <param name="Ref">What the caller named, to tell whether it exists; null when nothing.</param>
/// <param name="IsSubmodule">Whether the base repository is that of a submodule of the repository around.</param>
internal sealed record LinkSource(RepositoryPlace Place, IReadOnlyList<string> Arguments, string? Ref, bool IsSubmodule = false)
{
    /// <summary>Finds out what is to be checked out of a repository on this machine.</summary>
    /// <param name="place">The repository.</param>
    /// <param name="wanted">What the caller wants; the default is a branch of the checkout's name, which is made when there is none, as <c>git worktree add</c> does.</param>
    /// <param name="path">The checkout's folder.</param>
    /// <returns>The source.</returns>
    /// <exception cref="GitprocException">The folder's name can be no branch's.</exception>
    public static LinkSource Of(RepositoryPlace place, WantedRef wanted, string path)
    {
        if (wanted.NewBranch is { } named)
            return Branch(named, wanted.Name);
        if (wanted.Name is not null)
            return new LinkSource(place, [wanted.Name], wanted.Name);
        // git-check-ref-format(1), --branch.
        var branch = WantedRef.Parse(null, Path.GetFileName(path)).NewBranch!;
        return Has("refs/heads/") || Has("refs/remotes/origin/") ? new LinkSource(place, [branch], branch) : Branch(branch, from: null);

        // In a repository without commits it begins without one.
        LinkSource Branch(string name, string? from) =>
            new(place, (from ?? StartOf(place)) is { } commit ? ["-b", name, commit] : ["-b", name], from);

        bool Has(string folder) => Head.ReadRef(place.CommonDirectory, folder + branch) is not null;
    }

    /// <summary>Where a new branch begins: what is checked out.</summary>
    /// <param name="place">The repository.</param>
    /// <returns>The full id; null when it has no commits.</returns>
    // A base repository of a pool has no branch of its own: there it is the remote's default.
    public static string? StartOf(RepositoryPlace place) =>
        Head.Read(place.GitDirectory, place.CommonDirectory)?.Commit ?? Head.ReadRef(place.CommonDirectory, "refs/remotes/origin/HEAD");
}
