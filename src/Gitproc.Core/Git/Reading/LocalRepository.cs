using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Git.Reading;

/// <summary>Finds local repositories by their files (gitrepository-layout(5)), without a process.</summary>
internal static class LocalRepository
{
    // The same limit as git's (setup.c, read_gitfile_gently).
    private const long MaxFileSize = 1 << 20;

    private const string GitName = ".git";

    private static readonly string Below = Path.DirectorySeparatorChar + GitName;

    // In the order in which git tries them (path.c, enter_repo).
    private static readonly string[] Suffixes = [Below, "", GitName + Below, GitName];

    /// <summary>
    /// Finds the repository at a path. The path may be a symbolic link, the <c>.git</c> of the repository or a linked
    /// worktree; the result is always the same.
    /// </summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The top of the repository (<see cref="RepositoryPlace.Top"/>); null if there is none.</returns>
    public static string? Find(string path) => FindPlace(path)?.Top;

    /// <summary>The paths that <see cref="Find"/> could return for a path if the repository existed.</summary>
    /// <param name="path">An absolute path.</param>
    public static IEnumerable<string> Names(string path)
    {
        var real = Paths.Real(path);
        return Path.GetFileName(real) == GitName ? [Path.GetDirectoryName(real)!] : [real, real + GitName];
    }

    /// <summary>Like <see cref="Find"/>, but returns the git directories.</summary>
    /// <param name="path">An absolute path.</param>
    public static RepositoryPlace? FindPlace(string path)
    {
        var real = Paths.Real(path);
        return Suffixes.Select(suffix => At(real + suffix)).OfType<RepositoryPlace>().FirstOrDefault() is { } found
            ? found with { GitDirectory = found.CommonDirectory }
            : null;
    }

    /// <summary>
    /// Finds the repository that contains a folder, as git does: in the folder or the nearest folder above.
    /// </summary>
    /// <param name="folder">An absolute path; it need not exist.</param>
    /// <returns>The repository and the top of its work tree; null if there is none.</returns>
    public static (RepositoryPlace Place, string Top)? Around(string folder)
    {
        for (var at = Paths.Real(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            if ((At(Path.Combine(at, GitName)) ?? At(at)) is { } place)
                return (place, at);
        }

        return null;
    }

    /// <param name="path">The absolute path of a git directory, or of a <c>gitdir: PATH</c> file.</param>
    /// <returns>The repository; null if the path is neither.</returns>
    public static RepositoryPlace? At(string path)
    {
        var target = IsGitDirectory(path) ? Paths.Real(path) : TargetOf(path);
        return target is not null && IsGitDirectory(target)
            ? new RepositoryPlace(target, CommonDirectoryOf(target))
            : null;
    }

    /// <summary>Reads the target of a <c>.git</c> file.</summary>
    /// <param name="file">The absolute path of the file.</param>
    /// <returns>The real path of the git directory, which need not exist; null if there is no such file.</returns>
    public static string? TargetOf(string file) =>
        ReadLine(file) is { } line && GitFile.Read(RawText.FromText(line)) is { } target
            ? Paths.Real(Path.Combine(Path.GetDirectoryName(file)!, target.ToText()))
            : null;

    // A git directory has HEAD, and it or its common directory has objects and refs (setup.c, is_git_directory).
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

    // Pipes and devices may be endless. Their length is 0, so they are not read.
    private static string? ReadLine(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file is { Exists: true, Length: > 0 and <= MaxFileSize }
                ? File.ReadLines(path).FirstOrDefault()?.TrimEnd()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The absolute paths of a repository.</summary>
internal sealed record RepositoryPlace(string GitDirectory, string CommonDirectory)
{
    /// <summary>The path of the main work tree, or of the bare repository. Users know the repository by it.</summary>
    public string Top =>
        Path.GetFileName(CommonDirectory) == ".git" ? Path.GetDirectoryName(CommonDirectory)! : CommonDirectory;

    /// <summary>
    /// This repository if it is outside of a folder that jobs write to, and LibGit2Sharp may read it; otherwise null.
    /// </summary>
    public RepositoryPlace? Outside(string folder) => Paths.IsIn(CommonDirectory, folder) ? null : this;
}
