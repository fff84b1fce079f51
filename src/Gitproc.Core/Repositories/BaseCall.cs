using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>Git commands in a base repository. They obey nothing that a job may have written there.</summary>
internal static class BaseCall
{
    /// <summary>Makes a call. Where jobs share the base repository's config, it is put back first.</summary>
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
}
