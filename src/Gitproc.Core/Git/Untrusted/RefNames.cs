using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Reads the names of refs from the files of a repository (gitrepository-layout(5)), without a process.
/// </summary>
internal static class RefNames
{
    /// <summary>
    /// The suffix of git's lock files (lockfile.h). A ref name cannot end with it (git-check-ref-format(1)).
    /// </summary>
    public const string LockSuffix = ".lock";

    /// <summary>
    /// All files below a folder of refs, without symbolic links, whose targets are not refs of this repository.
    /// </summary>
    public static readonly EnumerationOptions AllFiles = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private static readonly System.Buffers.SearchValues<char> InNoName =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), .. " ~^:?*[\\\u007f"]);

    /// <summary>
    /// True if a text is the full name of a ref (git-check-ref-format(1)). git ignores files with other names.
    /// </summary>
    public static bool IsFull(RawText name) =>
        name.StartsWith("refs/"u8)
        && name[^1] != '.'
        && !name.Chars.AsSpan().ContainsAny(InNoName)
        && !name.Chars.Contains("..", StringComparison.Ordinal)
        && !name.Chars.Contains("@{", StringComparison.Ordinal)
        && name.Chars.Split('/')
            .All(part => part.Length > 0 && part[0] != '.' && !part.EndsWith(LockSuffix, StringComparison.Ordinal));

    /// <summary>Lists the refs below a folder.</summary>
    /// <param name="folder">The folder in the git directory, with a slash at its end.</param>
    /// <returns>The names relative to the folder, sorted.</returns>
    public static IReadOnlyList<string> Below(string gitDirectory, string folder)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var loose = Path.Combine(gitDirectory, folder);
        try
        {
            names.UnionWith(Directory.EnumerateFiles(loose, "*", AllFiles)
                .Where(file => !file.EndsWith(LockSuffix, StringComparison.Ordinal))
                .Select(file => Paths.ForGit(file[loose.Length..])));
        }
        catch (DirectoryNotFoundException)
        {
            // There are no such refs. git removes a folder with its last ref.
        }

        names.UnionWith(PackedRefs.NamesBelow(Path.Combine(gitDirectory, "packed-refs"), folder));
        return [.. names];
    }
}
