using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Git.Reading;

/// <summary>Finds repositories on this machine by their files (gitrepository-layout(5)), without a process.</summary>
internal static class LocalRepository
{
    // As setup.c, read_gitfile_gently.
    private const long MaxFileSize = 1 << 20;

    private const string GitName = ".git";

    // In git's order (path.c, enter_repo): of "repo" and "repo.git" the first that is one.
    private static readonly string[] Suffixes = ["/.git", "", ".git/.git", ".git"];

    /// <summary>Finds the repository at a path, which every path of it leads to: a link, its <c>.git</c>, a linked worktree.</summary>
    /// <param name="path">An absolute path.</param>
    public static string? Find(string path) => FindPlace(path)?.Top;

    /// <summary>What <see cref="Find"/> would call the repository at a path if it were there.</summary>
    /// <param name="path">An absolute path.</param>
    public static IEnumerable<string> Names(string path)
    {
        var real = Paths.Real(path);
        return Path.GetFileName(real) == GitName ? [Path.GetDirectoryName(real)!] : [real, real + GitName];
    }

    /// <summary>As <see cref="Find"/>.</summary>
    /// <param name="path">An absolute path.</param>
    public static RepositoryPlace? FindPlace(string path)
    {
        var real = Paths.Real(path);
        return Suffixes.Select(suffix => At(real + suffix)).OfType<RepositoryPlace>().FirstOrDefault() is { } found
            ? found with { GitDirectory = found.CommonDirectory }
            : null;
    }

    /// <summary>Finds the repository that a folder lies in, as git does: in the folder, else in the next one above that has one.</summary>
    /// <param name="folder">An absolute path; nothing need be there.</param>
    public static (RepositoryPlace Place, string Top)? Around(string folder)
    {
        for (var at = Paths.Real(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            if ((At(Path.Combine(at, GitName)) ?? At(at)) is { } place)
                return (place, at);
        }

        return null;
    }

    /// <summary>Looks at a path.</summary>
    /// <param name="path">The path of a git directory, or of a file <c>gitdir: PATH</c>; absolute.</param>
    /// <returns>The repository; null when it is none of the two.</returns>
    public static RepositoryPlace? At(string path)
    {
        var target = IsGitDirectory(path) ? Paths.Real(path) : TargetOf(path);
        return target is not null && IsGitDirectory(target) ? new RepositoryPlace(target, CommonDirectoryOf(target)) : null;
    }

    /// <summary>Reads where a <c>.git</c> file leads.</summary>
    /// <param name="file">Its absolute path.</param>
    /// <returns>The real path of the git directory, which need not exist; null when there is no such file.</returns>
    public static string? TargetOf(string file) =>
        ReadLine(file) is { } line && GitFile.Read(line) is { } target ? Paths.Real(Path.Combine(Path.GetDirectoryName(file)!, target)) : null;

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
        return common is null ? gitDirectory : Paths.Real(Path.Combine(gitDirectory, common));
    }

    // A pipe or a device, which may have no end, says that it is empty.
    private static string? ReadLine(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file is { Exists: true, Length: > 0 and <= MaxFileSize } ? File.ReadLines(path).FirstOrDefault()?.TrimEnd() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>Where the files of a repository are.</summary>
internal sealed record RepositoryPlace(string GitDirectory, string CommonDirectory)
{
    /// <summary>The path of the main work tree, or of a repository that has none: what people call it.</summary>
    public string Top => Path.GetFileName(CommonDirectory) == ".git" ? Path.GetDirectoryName(CommonDirectory)! : CommonDirectory;

    /// <summary>The repository as one that LibGit2Sharp may read; null if it lies in a folder where jobs write.</summary>
    public RepositoryPlace? Outside(string folder) => Paths.IsIn(CommonDirectory, folder) ? null : this;
}
