using Gitproc.Pools;

namespace Gitproc.PowerShell.Commands;

/// <summary>Compares absolute paths of this machine, whichever links they go by.</summary>
internal static class PathComparison
{
    private static readonly StringComparison Case = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    /// <summary>Whether two paths are of one place.</summary>
    public static bool IsSame(string path, string other) => string.Equals(Real(path), Real(other), Case);

    /// <summary>Whether a path is that of a folder or leads into it.</summary>
    public static bool IsIn(string path, string folder) =>
        (Real(path) + Path.DirectorySeparatorChar).StartsWith(Real(folder) + Path.DirectorySeparatorChar, Case);

    // A pool's path is one in which all links are resolved, and making the object touches nothing.
    private static string Real(string path) => new Pool(path).Path;
}
