using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>Of what a light-weight checkout is made.</summary>
/// <param name="Ref">What the caller named, to tell whether it exists; null when nothing.</param>
internal sealed record LinkSource(RepositoryPlace Place, IReadOnlyList<string> Arguments, string? Ref, bool IsSubmodule = false)
{
    /// <summary>Finds out what is to be checked out of a repository on this machine.</summary>
    public static LinkSource Of(RepositoryPlace place, WantedRef wanted, string path)
    {
        if (wanted.NewBranch is { } named)
            return Branch(named, wanted.Name);
        if (wanted.Name is not null)
            return At(place, wanted.Name);
        // git-check-ref-format(1), --branch.
        var branch = WantedRef.Parse(null, Path.GetFileName(path)).NewBranch!;
        return Has("refs/heads/") || Has("refs/remotes/origin/") ? At(place, branch) : Branch(branch, from: null);

        // In a repository without commits it begins without one.
        LinkSource Branch(string name, string? from) =>
            (from ?? StartOf(place)) is { } start ? New(place, name, start) with { Ref = from } : new LinkSource(place, ["-b", name], from);

        bool Has(string folder) => Head.ReadRef(place.CommonDirectory, folder + branch) is not null;
    }

    /// <summary>Finds it out for a checkout that is to be made. It has no HEAD yet: that of the repository is meant.</summary>
    public static LinkSource OfNew(RepositoryPlace place, WantedRef wanted, string path) =>
        wanted.Name is { } name ? Of(place, wanted with { Name = AtHead(place, name) }, path) with { Ref = name } : Of(place, wanted, path);

    /// <summary>A branch, a tag, a commit, or the branch of a remote, which git makes a local one of.</summary>
    // What follows -- is a path, so what is before it is none (git-checkout(1)).
    public static LinkSource At(RepositoryPlace place, string name) => new(place, [name, "--"], name);

    /// <summary>A commit that no branch is checked out for.</summary>
    public static LinkSource Detached(RepositoryPlace place, string commit) => new(place, ["--detach", commit, "--"], Ref: null);

    /// <summary>A branch to be made.</summary>
    public static LinkSource New(RepositoryPlace place, string branch, string start) => new(place, ["-b", branch, start, "--"], start);

    /// <summary>Where a new branch begins: what is checked out.</summary>
    /// <returns>The full id; null when it has no commits.</returns>
    // A base repository of a pool has no branch of its own: there it is the remote's default.
    public static string? StartOf(RepositoryPlace place) =>
        Head.Read(place.GitDirectory, place.CommonDirectory)?.Commit ?? Head.ReadRef(place.CommonDirectory, "refs/remotes/origin/HEAD");

    // gitrevisions(7).
    private static string AtHead(RepositoryPlace place, string name)
    {
        var length = name.StartsWith("HEAD", StringComparison.Ordinal) ? "HEAD".Length : name[0] == '@' ? 1 : 0;
        return length > 0 && name.AsSpan(length) is [] or ['~' or '^', ..] && StartOf(place) is { } commit ? commit + name[length..] : name;
    }
}
