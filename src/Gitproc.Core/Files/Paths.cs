namespace Gitproc.Files;

/// <summary>
/// What is asked of absolute paths. Those that are compared are real (<see cref="Real"/>): one folder has many paths.
/// Upper and lower case are the same on Windows and macOS, and differ on Linux, whatever a single volume does.
/// Thread-safe.
/// </summary>
public static class Paths
{
    // As many as Linux follows before it calls it a loop (path_resolution(7)).
    private const int MaxLinks = 40;

    private static readonly StringComparison Case =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;

    /// <summary>
    /// The user's home, whether or not it exists: HOME, else what the user database says. Unless told not to look, .NET
    /// answers with no path at all for a folder that does not exist, and what is built on that is relative.
    /// </summary>
    internal static string Home =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Resolves a path's links as far as it exists; the rest is taken as it is.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The absolute path without links, <c>.</c>, <c>..</c> and a separator at its end.</returns>
    public static string Real(string path)
    {
        // Windows takes "name\\.." away before it looks at links. Elsewhere ".." is above what the link leads to.
        var full = OperatingSystem.IsWindows() ? Path.GetFullPath(path) : path;
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

        return real;
    }

    /// <summary>Whether two paths are one.</summary>
    /// <param name="path">A real path. A separator at its end does not count.</param>
    /// <param name="other">Another one.</param>
    /// <returns>True when they are.</returns>
    public static bool AreSame(string path, string other) =>
        Path.TrimEndingDirectorySeparator(path).Equals(Path.TrimEndingDirectorySeparator(other), Case);

    /// <summary>Whether a path is that of a folder or leads into it.</summary>
    /// <param name="path">A real path.</param>
    /// <param name="folder">The folder's real path, with or without a separator at its end.</param>
    /// <returns>True when it is at the folder or below it.</returns>
    public static bool IsIn(string path, string folder)
    {
        var top = Path.TrimEndingDirectorySeparator(folder);
        return path.StartsWith(top, Case)
            && (
                path.Length == top.Length
                || Path.EndsInDirectorySeparator(top)
                || path[top.Length] == Path.DirectorySeparatorChar);
    }

    /// <summary>Makes a path relative, as git writes it into files: with slashes.</summary>
    /// <param name="folder">The folder it starts at, absolute.</param>
    /// <param name="path">Where it leads to, absolute.</param>
    /// <returns>The relative path; the absolute one where there is none, as from one drive of Windows to
    /// another.</returns>
    internal static string Relative(string folder, string path) =>
        Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Whether a path is that of a folder and not of a link to one.</summary>
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
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
