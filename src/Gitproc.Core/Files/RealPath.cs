namespace Gitproc.Files;

/// <summary>Paths with every link on the way resolved.</summary>
internal static class RealPath
{
    // As many as Linux follows before it calls it a loop (path_resolution(7)).
    private const int MaxLinks = 40;

    /// <summary>Resolves a path as far as it exists; the rest is taken as it is.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The absolute path without links, <c>.</c>, <c>..</c> and a separator at its end.</returns>
    public static string Of(string path)
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

    /// <summary>Whether two real paths are one, as this system compares them: Windows and macOS take upper and lower case for the same.</summary>
    public static bool IsSame(string one, string other) =>
        one.Equals(other, OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>Whether a path is that of a folder and not of a link to one.</summary>
    public static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

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

/// <summary>Relative paths as git writes them into files, with slashes.</summary>
internal static class RelativePath
{
    /// <summary>Makes a path relative.</summary>
    /// <param name="folder">The folder it starts at, absolute.</param>
    /// <param name="path">Where it leads to, absolute.</param>
    /// <returns>The relative path; the absolute one where there is none, as from one drive of Windows to another.</returns>
    public static string Of(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
}

/// <summary>The user's home.</summary>
internal static class HomeFolder
{
    /// <summary>
    /// Its path, whether or not it exists: HOME, else what the user database says. Unless told not to look, .NET
    /// answers with no path at all for a folder that does not exist, and what is built on that is relative.
    /// </summary>
    public static string Path =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
}
