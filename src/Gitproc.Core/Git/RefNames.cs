namespace Gitproc.Git;

/// <summary>The names of refs, read from the files of a repository (gitrepository-layout(5)), without a process.</summary>
internal static class RefNames
{
    /// <summary>What the name of a file ends in that a git locks another one with (git's lockfile.h). No ref ends so (git-check-ref-format(1)).</summary>
    public const string LockSuffix = ".lock";

    /// <summary>All files below a folder of refs. What a link leads to is no ref of this repository.</summary>
    public static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Lists the refs in a folder.</summary>
    /// <param name="gitDirectory">The repository's <c>.git</c>; of a linked worktree, the one that all share.</param>
    /// <param name="folder">The folder: <c>refs/tags/</c> for instance.</param>
    /// <returns>Their names below the folder, sorted.</returns>
    /// <exception cref="IOException">The files cannot be read.</exception>
    public static IReadOnlyList<string> Below(string gitDirectory, string folder)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var loose = Path.Combine(gitDirectory, folder);
        if (Directory.Exists(loose))
        {
            names.UnionWith(Directory.EnumerateFiles(loose, "*", AllFiles)
                .Where(file => !file.EndsWith(LockSuffix, StringComparison.Ordinal))
                .Select(file => file[loose.Length..].Replace(Path.DirectorySeparatorChar, '/')));
        }

        names.UnionWith(PackedRefs.NamesBelow(Path.Combine(gitDirectory, "packed-refs"), folder));
        return [.. names];
    }
}
