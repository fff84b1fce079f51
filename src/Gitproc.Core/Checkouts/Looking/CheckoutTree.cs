using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// A checkout as one tree: paths that begin with <c>.git/</c> are in the git directory, wherever that directory is.
/// </summary>
internal readonly record struct CheckoutTree(RawFolder Root, RawFolder GitDirectory)
{
    private const string GitPrefix = ".git/";

    /// <summary>Calls a function for an entry, see <see cref="RawTree.At"/>.</summary>
    /// <param name="path">Its raw path.</param>
    public T? At<T>(string path, Func<RawFolder, string, T?> use) => RawTree.At(FolderOf(ref path), path, use);

    /// <summary>Calls a function that makes an entry, see <see cref="RawTree.Make"/>.</summary>
    /// <param name="path">Its raw path.</param>
    public void Make(string path, Action<RawFolder, string> make) => RawTree.Make(FolderOf(ref path), path, make);

    /// <summary>Makes a folder, see <see cref="RawTree.MakeFolder"/>.</summary>
    /// <param name="path">Its raw path.</param>
    public void MakeFolder(string path) => RawTree.MakeFolder(FolderOf(ref path), path);

    /// <summary>Gets the full path of an entry.</summary>
    /// <param name="path">The entry's raw path.</param>
    /// <returns>An absolute path.</returns>
    public static string FullPath(CheckoutPlace place, string path) =>
        path.StartsWith(GitPrefix, StringComparison.Ordinal)
            ? Path.Combine(place.GitDirectory, RawText.ToText(path[GitPrefix.Length..]))
            : Path.Combine(place.Path, RawText.ToText(path));

    private RawFolder FolderOf(ref string path)
    {
        if (!path.StartsWith(GitPrefix, StringComparison.Ordinal))
            return Root;
        path = path[GitPrefix.Length..];
        return GitDirectory;
    }
}
