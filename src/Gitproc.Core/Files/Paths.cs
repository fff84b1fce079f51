namespace Gitproc.Files;

/// <summary>
/// Compares and resolves absolute paths. Compare only real paths (<see cref="Real"/>), because a folder can have many
/// paths. Case is ignored on Windows and macOS but not on Linux, even if a single volume differs. Thread-safe.
/// </summary>
public static class Paths
{
    // Linux follows as many before it reports a loop (path_resolution(7)).
    private const int MaxLinks = 40;

    /// <summary>True if paths that differ only in case are the same.</summary>
    internal static readonly bool IgnoresCase = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();

    private static readonly StringComparison Case =
        IgnoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>
    /// The user's home folder, whether it exists or not: HOME, or else from the user database. Without DoNotVerify,
    /// .NET returns an empty path for a missing folder, and paths below it would be relative.
    /// </summary>
    internal static string Home =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Resolves the links of a path, as far as it exists. The rest stays as it is.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The absolute path, without links, <c>.</c>, <c>..</c> and a trailing separator.</returns>
    public static string Real(string path)
    {
        // Windows removes "name\\.." before it follows links. Elsewhere ".." is the parent of the link's target.
        var full = OperatingSystem.IsWindows() ? WithoutDevice(Path.GetFullPath(path)) : path;
        var real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        PushParts(rest, full);
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
            }
            else if (links < MaxLinks && LinkTarget(Path.Combine(real, part)) is { } target)
            {
                links++;
                if (Path.IsPathRooted(target))
                    real = Path.GetPathRoot(Path.GetFullPath(target, real))!;
                PushParts(rest, target);
            }
            else
            {
                real = Path.Combine(real, part);
            }
        }

        // The target of a link may have short names, as GIT~1 for Gitproc: .NET writes them out.
        return OperatingSystem.IsWindows() && links > 0 ? Path.GetFullPath(real) : real;
    }

    /// <summary>
    /// Writes a path of Windows without a prefix for devices, which git does not take: <c>\\?\C:\x</c> is
    /// <c>C:\x</c>, and <c>\\?\UNC\server\x</c> is <c>\\server\x</c> ("File path formats on Windows systems", DOS
    /// device paths).
    /// </summary>
    /// <returns>The path; as it was if it has no such prefix, or names another kind of device.</returns>
    internal static string WithoutDevice(string path)
    {
        if (!IsDevice(path))
            return path;
        var rest = path[4..];
        if (rest is [var drive, ':', ..] && char.IsAsciiLetter(drive))
            return rest;
        return rest is ['U' or 'u', 'N' or 'n', 'C' or 'c', '\\' or '/', .. var share] ? @"\\" + share : path;
    }

    /// <summary>
    /// Writes an absolute path of Windows with the prefix with which Windows takes every character of it as it is.
    /// </summary>
    internal static string WithDevice(string path) =>
        IsDevice(path) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC\" + path[2..]
        : @"\\?\" + path;

    /// <summary>True if a path of Windows has a prefix for devices.</summary>
    internal static bool IsDevice(string path) =>
        path is ['\\' or '/', '\\' or '/', '?' or '.', '\\' or '/', ..];

    /// <summary>True if two real paths are the same. A trailing separator does not count.</summary>
    public static bool AreSame(string path, string other) =>
        Path.TrimEndingDirectorySeparator(path).Equals(Path.TrimEndingDirectorySeparator(other), Case);

    /// <summary>True if a path is a folder or is below it.</summary>
    /// <param name="path">A real path.</param>
    /// <param name="folder">The folder's real path, with or without a trailing separator.</param>
    public static bool IsIn(string path, string folder)
    {
        var top = Path.TrimEndingDirectorySeparator(folder);
        return path.StartsWith(top, Case)
            && (
                path.Length == top.Length
                || Path.EndsInDirectorySeparator(top)
                || path[top.Length] == Path.DirectorySeparatorChar);
    }

    /// <summary>Makes a path relative, with slashes, as git writes it into files.</summary>
    /// <param name="folder">The absolute path of the folder to start from.</param>
    /// <param name="path">The absolute path to make relative.</param>
    /// <returns>The relative path; the absolute one if there is none, for example between drives of Windows.</returns>
    internal static string Relative(string folder, string path) =>
        ForGit(Path.GetRelativePath(folder, path));

    /// <summary>A path with slashes, as git writes it into files on Windows too.</summary>
    internal static string ForGit(string path) => path.Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>True if a path is a folder, and not a link to one.</summary>
    internal static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    private static void PushParts(Stack<string> parts, string path)
    {
        var names = path[Path.GetPathRoot(path)!.Length..].Split(
            [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in Enumerable.Reverse(names).Where(name => name != "."))
            parts.Push(name);
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            var target = new FileInfo(path).LinkTarget;
            // A drive of Windows that has a folder in place of a letter. .NET names the drive so.
            return OperatingSystem.IsWindows() && target?.StartsWith("Volume{", StringComparison.Ordinal) == true
                ? null
                : target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
