namespace Gitproc.Git;

/// <summary>The names of refs, read from the files of a repository (gitrepository-layout(5)), without a process.</summary>
internal static class RefNames
{
    private const string BeingWritten = ".lock";

    // What a link leads to is no ref of this repository.
    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

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
                .Where(file => !file.EndsWith(BeingWritten, StringComparison.Ordinal))
                .Select(file => file[loose.Length..].Replace(Path.DirectorySeparatorChar, '/')));
        }

        var packed = Path.Combine(gitDirectory, "packed-refs");
        if (File.Exists(packed))
            names.UnionWith(PackedRefs.NamesBelow(packed, folder));
        return [.. names];
    }
}
