using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>
/// Finds the folder from which files come along to checkouts: the one that <c>gitproc.copyFrom</c> names, else the
/// repository that the caller is in. Never a checkout of the pool, where a job may have written anything.
/// </summary>
internal static class CopyOrigin
{
    /// <returns>The absolute path of the top of a work tree; null if there is none.</returns>
    public static string? Find(GitConfig config, CopySettings settings, string key, bool isOfCaller, string pool)
    {
        return settings.SourceOf(key) is { } named ? Checked(named, pool) : OfCaller(config, isOfCaller, pool);
    }

    /// <summary>Finds the clone that the caller is in.</summary>
    /// <param name="isOfCaller">True if it is one of the repository that is meant.</param>
    /// <param name="pool">The folder of the pool.</param>
    /// <returns>The absolute path of the top of its work tree; null if there is none.</returns>
    public static string? OfCaller(GitConfig config, bool isOfCaller, string pool) =>
        // Of a bare repository, this is the git directory.
        isOfCaller && config.TopLevel is { } top && !Paths.IsIn(top, pool) && Path.Exists(Path.Combine(top, ".git"))
            ? top
            : null;

    private static string Checked(string folder, string pool)
    {
        if (LocalRepository.At(Path.Combine(folder, ".git")) is null)
            throw CopySettings.BadSource(folder, "is not the top folder of a clone");
        if (Paths.IsIn(Paths.Real(folder), pool))
            throw CopySettings.BadSource(folder, "is in the pool, where jobs write");
        return folder;
    }
}
