namespace Gitproc.Files;

/// <summary>Relative paths as git writes them into files, with slashes.</summary>
internal static class RelativePath
{
    /// <summary>Makes a path relative.</summary>
    /// <param name="folder">The folder it starts at, absolute.</param>
    /// <param name="path">Where it leads to, absolute.</param>
    /// <returns>The relative path; the absolute one where there is none, as from one drive of Windows to another.</returns>
    public static string Of(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
}
