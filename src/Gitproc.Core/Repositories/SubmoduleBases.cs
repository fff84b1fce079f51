namespace Gitproc.Repositories;

/// <summary>
/// Marks the base repositories that submodules borrow from: the file <c>gitproc/submodule</c>, with the time of the
/// first one. Lists of submodules say which are in use now. A rescue may hold the git directory of a submodule, which
/// borrows too.
/// </summary>
internal static class SubmoduleBases
{
    /// <summary>Marks a base repository, for older versions too.</summary>
    public static void Mark(string basePath)
    {
        BaseRefs.MarkBorrowed(basePath);
        if (!File.Exists(FileOf(basePath)))
            File.WriteAllText(FileOf(basePath), "");
    }

    /// <summary>The time since which rescues may borrow from a base repository as submodules do.</summary>
    /// <returns>The time, UTC; null if no submodule ever did.</returns>
    public static DateTimeOffset? MarkedAt(string basePath) =>
        File.Exists(FileOf(basePath)) ? File.GetLastWriteTimeUtc(FileOf(basePath)) : null;

    private static string FileOf(string basePath) => Path.Combine(basePath, "gitproc", "submodule");
}
