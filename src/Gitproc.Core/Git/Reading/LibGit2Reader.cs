using Gitproc.Git.Untrusted;
using LibGit2Sharp;

namespace Gitproc.Git.Reading;

/// <summary>
/// Reads a repository by LibGit2Sharp, without a process.
/// </summary>
/// <remarks>
/// <para>
/// It is for trusted repositories: the user's own, and base repositories without worktrees. What a job can write is not given
/// to a parser in this process. <see cref="TryOpen"/> refuses what libgit2 reads otherwise than git does, or not at all:
/// SHA-256, reftables and partial clones, which libgit2 itself refuses as extensions that it does not know, and repositories
/// with replaced objects (git-replace(1)). Any failure is a <see cref="LibGit2SharpException"/>, after which git is asked.
/// </para>
/// <para>
/// libgit2 reads no variable <c>GIT_*</c> here. The config of the user and of the system is hidden from it, so nothing there
/// can change what it reads. Its check of who owns a repository stays on, and without that config it knows no
/// <c>safe.directory</c>: for a repository of another user it fails, and git decides.
/// </para>
/// </remarks>
internal sealed class LibGit2Reader : IRepositoryReader, IDisposable
{
    private const string Remotes = "refs/remotes/";

    private readonly Repository _repository;

    static LibGit2Reader()
    {
        foreach (var level in (ReadOnlySpan<ConfigurationLevel>)[ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global])
            GlobalSettings.SetConfigSearchPaths(level, "");
        // git 2.48 and newer mark a repository so. It says nothing about objects and refs.
        GlobalSettings.SetExtensions("relativeworktrees");
    }

    private LibGit2Reader(Repository repository) => _repository = repository;

    /// <summary>Opens a repository.</summary>
    /// <returns>The reader; null if git has to read this one, or if the native library is not there.</returns>
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
    // What it does not find is left to git, which knows more forms, such as "@~1".
    public string? Commit(string revision) => Find(revision + "^{commit}").Sha;

    /// <inheritdoc/>
    public bool HasRemoteBranch(string name) =>
        _repository.Refs.FromGlob(Remotes + "*").Any(reference => reference.CanonicalName[Remotes.Length..].Split('/', 2) is [_, var branch] && branch == name);

    /// <inheritdoc/>
    public string? SubmoduleCommit(string path)
    {
        var entry = _repository.Index[path] ?? (_repository.Index.Conflicts[path] is { } conflict ? conflict.Ancestor ?? conflict.Ours ?? conflict.Theirs : null);
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

    private Commit Find(string revision) => _repository.Lookup<Commit>(revision) ?? throw new NotFoundException($"There is no commit {revision}.");
}
