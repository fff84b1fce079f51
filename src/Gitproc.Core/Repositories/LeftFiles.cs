using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// Files that a killed git has left in a base repository: lock files, which stop every other git that needs the lock,
/// and files that it had begun to write.
/// </summary>
internal static class LeftFiles
{
    // git has a ref locked while it writes it, and packed-refs for as long as writing all of them takes. A base
    // repository runs no hook meanwhile.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    // To receive the pack of a large repository may take hours.
    private static readonly TimeSpan MaxWriteAge = TimeSpan.FromDays(1);

    /// <summary>Removes those that no git can still use.</summary>
    public static bool Remove(string basePath)
    {
        var left = FindOld(basePath);
        left.ForEach(File.Delete);
        return left.Count > 0;
    }

    /// <summary>Finds those that no git can still use.</summary>
    public static List<string> FindOld(string basePath) =>
    [
        .. Old(Find(basePath), MaxAge),
        .. Old(FindUnfinished(Path.Combine(basePath, "objects")), MaxWriteAge),
    ];

    public static bool IsLocked(string basePath, string name) =>
        File.Exists(Path.Combine(basePath, name + RefNames.LockSuffix));

    private static IEnumerable<string> Old(IEnumerable<string> files, TimeSpan longest)
    {
        var limit = DateTime.UtcNow - longest;
        return files.Where(file => File.GetLastWriteTimeUtc(file) < limit);
    }

    // Packs, loose objects, and what a fetch that did not end has in a folder of its own (git's pack-write.c,
    // object-file.c, tmp-objdir.c).
    private static IEnumerable<string> FindUnfinished(string objects) => !Directory.Exists(objects) ? [] :
        Directory.EnumerateFiles(objects, "*", RefNames.AllFiles)
            .Where(file => Path.GetRelativePath(objects, file).Contains("tmp_", StringComparison.Ordinal));

    // packed-refs is written anew under another name while its lock is held.
    private static IEnumerable<string> Find(string basePath) =>
    [
        .. Directory.EnumerateFiles(basePath, "*" + RefNames.LockSuffix),
        .. Directory.EnumerateFiles(basePath, "packed-refs.new"),
        .. Directory.Exists(Path.Combine(basePath, "refs"))
            ? Directory.EnumerateFiles(Path.Combine(basePath, "refs"), "*" + RefNames.LockSuffix, RefNames.AllFiles)
            : [],
    ];
}
