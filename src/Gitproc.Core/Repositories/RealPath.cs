namespace Gitproc.Repositories;

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
        var links = 0;
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var parts = new Stack<string>(Enumerable.Reverse(Parts(full)));
        while (parts.TryPop(out var part))
        {
            var next = Path.Combine(real, part);
            if (links < MostLinks && LinkTarget(next) is { } target)
            {
                links++;
                var resolved = Path.GetFullPath(target, real);
                real = Path.GetPathRoot(resolved)!;
                foreach (var inner in Enumerable.Reverse(Parts(resolved)))
                    parts.Push(inner);
            }
            else
            {
                real = next;
            }
        }

        return real;
    }

    private static string[] Parts(string full) => full[Path.GetPathRoot(full)!.Length..]
        .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

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
