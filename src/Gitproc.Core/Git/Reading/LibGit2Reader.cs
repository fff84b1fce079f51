using Gitproc.Git.Untrusted;
using LibGit2Sharp;

namespace Gitproc.Git.Reading;

/// <summary>Reads a repository with LibGit2Sharp, without a process.</summary>
/// <remarks>
/// <para>
/// Use it only for trusted repositories: the user's own, and base repositories without worktrees. A parser in this
/// process must not read what a job can write. <see cref="TryOpen"/> refuses repositories that libgit2 reads
/// differently from git, or cannot read: those with replaced objects (git-replace(1)), and those with SHA-256,
/// reftables or partial clones, which libgit2 itself refuses as unknown extensions. Every failure is a <see
/// cref="LibGit2SharpException"/>, after which the caller asks git.
/// </para>
/// <para>
/// libgit2 reads no <c>GIT_*</c> variables here. The config of the user and of the system is hidden from it, so that it
/// cannot change what libgit2 reads. The check of the repository's owner stays on. Without that config, libgit2 does
/// not know <c>safe.directory</c>, so it fails for a repository of another user, and git decides.
/// </para>
/// </remarks>
internal sealed class LibGit2Reader : IRepositoryReader, IDisposable
{
    private const string Remotes = "refs/remotes/";

    private readonly Repository _repository;

    static LibGit2Reader()
    {
        foreach (var level in (ReadOnlySpan<ConfigurationLevel>)
                [
                    ConfigurationLevel.ProgramData,
                    ConfigurationLevel.System,
                    ConfigurationLevel.Xdg,
                    ConfigurationLevel.Global,
                ])
            GlobalSettings.SetConfigSearchPaths(level, "");
        // git 2.48 and newer set this extension. It does not affect objects and refs.
        GlobalSettings.SetExtensions("relativeworktrees");
    }

    private LibGit2Reader(Repository repository) => _repository = repository;

    /// <returns>The reader; null if only git can read this repository, or if the native library is missing.</returns>
    public static LibGit2Reader? TryOpen(RepositoryPlace place)
    {
        if (RefNames.Below(place.CommonDirectory, "refs/replace/").Count > 0)
            return null;
        try
        {
            return new LibGit2Reader(new Repository(place.GitDirectory));
        }
        catch (Exception e) when (e is LibGit2SharpException or TypeInitializationException or DllNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    // If libgit2 finds no commit, it throws and git is asked, because git knows more forms, for example "@~1".
    public string? Commit(string revision) => Find(revision + "^{commit}").Sha;

    /// <inheritdoc/>
    public bool HasRemoteBranch(string name) =>
        _repository
            .Refs.FromGlob(Remotes + "*")
            .Any(reference =>
                reference.CanonicalName[Remotes.Length..].Split('/', 2) is [_, var branch] && branch == name);

    /// <inheritdoc/>
    public string? SubmoduleCommit(string path)
    {
        var entry =
            _repository.Index[path]
            ?? (
                _repository.Index.Conflicts[path] is { } conflict
                    ? conflict.Ancestor ?? conflict.Ours ?? conflict.Theirs
                    : null);
        return entry is { Mode: Mode.GitLink } ? entry.Id.Sha : null;
    }

    /// <inheritdoc/>
    public (int Ahead, int Behind)? Distance(string commit, string other)
    {
        var distance = _repository.ObjectDatabase.CalculateHistoryDivergence(Find(commit), Find(other));
        return distance is { AheadBy: { } ahead, BehindBy: { } behind } ? (ahead, behind) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _repository.Dispose();

    private Commit Find(string revision) =>
        _repository.Lookup<Commit>(revision) ?? throw new NotFoundException($"There is no commit {revision}.");
}
