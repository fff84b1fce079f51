namespace Gitproc.Repositories;

/// <summary>Finds repositories on this machine.</summary>
internal static class LocalRepository
{
    // As setup.c, read_gitfile_gently.
    private const long LongestFile = 1 << 20;

    // In git's order (path.c, enter_repo): of "repo" and "repo.git" the first that is one.
    private static readonly string[] Suffixes = ["/.git", "", ".git/.git", ".git"];

    /// <summary>Finds the repository at a path, which every path of it leads to: a link, its <c>.git</c>, a linked worktree.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The real path of its main work tree, or of a bare repository; null when there is none.</returns>
    public static string? Find(string path)
    {
        var real = RealPath.Of(path);
        foreach (var suffix in Suffixes)
        {
            if (GitDirectoryAt(real + suffix) is not { } gitDirectory)
                continue;
            var common = CommonDirectoryOf(gitDirectory);
            return Path.GetFileName(common) == ".git" ? Path.GetDirectoryName(common)! : common;
        }

        return null;
    }

    // A folder that is a repository, or a file "gitdir: PATH" (gitrepository-layout(5)).
    private static string? GitDirectoryAt(string path)
    {
        if (IsGitDirectory(path))
            return RealPath.Of(path);
        const string prefix = "gitdir: ";
        var line = ReadLine(path);
        if (line is null || !line.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var target = RealPath.Of(Path.Combine(Path.GetDirectoryName(path)!, line[prefix.Length..]));
        return IsGitDirectory(target) ? target : null;
    }

    // setup.c, is_git_directory: HEAD, and objects and refs in it or where commondir says.
    private static bool IsGitDirectory(string path)
    {
        if (!File.Exists(Path.Combine(path, "HEAD")))
            return false;
        var common = CommonDirectoryOf(path);
        return Directory.Exists(Path.Combine(common, "objects")) && Directory.Exists(Path.Combine(common, "refs"));
    }

    private static string CommonDirectoryOf(string gitDirectory)
    {
        var common = ReadLine(Path.Combine(gitDirectory, "commondir"));
        return common is null ? gitDirectory : RealPath.Of(Path.Combine(gitDirectory, common));
    }

    // A pipe or a device, which may have no end, says that it is empty.
    private static string? ReadLine(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file is { Exists: true, Length: > 0 and <= LongestFile } ? File.ReadLines(path).FirstOrDefault()?.TrimEnd() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
