using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// A checkout as one tree: paths that begin with <c>.git/</c> are in the git directory, wherever that directory is.
/// </summary>
internal readonly record struct CheckoutTree(RawFolder Root, RawFolder GitDirectory)
{
    private static readonly RawText GitPrefix = ".git/"u8;

    /// <summary>Calls a function for an entry, see <see cref="RawTree.At"/>.</summary>
    public T? At<T>(RawText path, Func<RawFolder, RawText, T?> use) => RawTree.At(FolderOf(ref path), path, use);

    /// <summary>Calls a function that makes an entry, see <see cref="RawTree.Make"/>.</summary>
    public void Make(RawText path, Action<RawFolder, RawText> make) => RawTree.Make(FolderOf(ref path), path, make);

    /// <summary>Makes a folder, see <see cref="RawTree.MakeFolder"/>.</summary>
    public void MakeFolder(RawText path) => RawTree.MakeFolder(FolderOf(ref path), path);

    /// <summary>Gets the full path of an entry.</summary>
    /// <returns>An absolute path.</returns>
    public static string FullPath(CheckoutPlace place, RawText path) =>
        path.StartsWith(GitPrefix)
            ? Path.Combine(place.GitDirectory, path[GitPrefix.Length..].ToText())
            : Path.Combine(place.Path, path.ToText());

    private RawFolder FolderOf(ref RawText path)
    {
        if (!path.StartsWith(GitPrefix))
            return Root;
        path = path[GitPrefix.Length..];
        return GitDirectory;
    }
}
