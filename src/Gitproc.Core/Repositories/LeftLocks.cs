using Gitproc.Git;

namespace Gitproc.Repositories;

/// <summary>
/// The lock files that a git has left in a base repository because it was killed. Until they are gone no other git changes
/// what they lock.
/// </summary>
internal static class LeftLocks
{
    // git has a ref locked while it writes it, and packed-refs for as long as writing all of them takes. A base repository
    // runs no hook meanwhile.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Removes those that no git can still have.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <returns>Whether there were any.</returns>
    public static bool Remove(string basePath)
    {
        var limit = DateTime.UtcNow - Longest;
        var left = Find(basePath).Where(file => File.GetLastWriteTimeUtc(file) < limit).ToList();
        left.ForEach(File.Delete);
        return left.Count > 0;
    }

    /// <summary>Whether a ref is locked.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <param name="name">The ref's full name.</param>
    /// <returns>True when a git writes it, or was killed as it did.</returns>
    public static bool IsLocked(string basePath, string name) => File.Exists(Path.Combine(basePath, name + RefNames.LockSuffix));

    // packed-refs is written anew under another name while its lock is held.
    private static IEnumerable<string> Find(string basePath) =>
    [
        .. Directory.EnumerateFiles(basePath, "*" + RefNames.LockSuffix),
        .. Directory.EnumerateFiles(basePath, "packed-refs.new"),
        .. Directory.EnumerateFiles(Path.Combine(basePath, "refs"), "*" + RefNames.LockSuffix, RefNames.AllFiles),
    ];
}
