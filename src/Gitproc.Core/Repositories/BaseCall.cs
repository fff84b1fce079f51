using Gitproc.Git.Reading;
using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>Git commands in a base repository, which obey nothing that a job may have written there.</summary>
internal static class BaseCall
{
    /// <summary>Makes a call. If jobs share the config of the base repository, it is restored first.</summary>
    /// <param name="basePath">The base repository, absolute.</param>
    public static GitCall Of(string basePath, params IReadOnlyList<string> arguments)
    {
        SharedConfig.PutBack(basePath);
        // By its name: git may be told not to find one by itself (git-config(1), safe.bareRepository).
        return new GitCall(["--git-dir", basePath, .. arguments])
        {
            WorkingDirectory = basePath,
            Config = [GitCall.NoHooks],
            Base = basePath,
        };
    }

    /// <summary>
    /// The base repository as one that LibGit2Sharp may read; null if it has worktrees, as jobs write there.
    /// </summary>
    /// <param name="basePath">The base repository, absolute.</param>
    public static RepositoryPlace? Trusted(string basePath) =>
        Worktrees.Of(basePath).Count == 0 ? new RepositoryPlace(basePath, basePath) : null;
}
