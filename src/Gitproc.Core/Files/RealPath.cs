namespace Gitproc.Files;

/// <summary>Paths with every link on the way resolved.</summary>
internal static class RealPath
{
    // As many as Linux follows before it calls it a loop (path_resolution(7)).
    private const int MostLinks = 40;

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
            else if (links < MostLinks && LinkTarget(Path.Combine(real, part)) is { } target)
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
    /// <param name="one">A path.</param>
    /// <param name="other">Another path.</param>
    /// <returns>True when they are.</returns>
    public static bool IsSame(string one, string other) =>
        one.Equals(other, OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>Whether a path is that of a folder and not of a link to one.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True when it is.</returns>
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
