using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>
/// The folder of a link. It has a <c>.git</c> file, with which every git finds HEAD and index, and a <c>.gitlink</c>
/// file.
/// </summary>
internal static class LinkFolder
{
    private const string GitName = ".git";

    /// <summary>True if the <c>.git</c> file of a folder points to a private git directory.</summary>
    /// <param name="checkout">The absolute path of the folder.</param>
    /// <param name="gitDirectory">The absolute, real path of the private git directory.</param>
    public static bool IsOf(string checkout, string gitDirectory) =>
        LocalRepository.TargetOf(Path.Combine(checkout, GitName)) is { } target && Paths.AreSame(target, gitDirectory);

    /// <summary>
    /// Turns a folder into a link, or reconnects it to its base repository. The other files of the folder are
    /// unchanged.
    /// </summary>
    public static void Write(LinkState link)
    {
        Directory.CreateDirectory(link.Path);
        var gitlink = (link.Record with { Place = null }).ToString();
        WriteChanged(link.Path, GitlinkFile.FileName, gitlink);
        // Relative, so that base repository and link can be moved together. Every git reads relative paths here
        // (gitrepository-layout(5), gitfile).
        WriteChanged(link.Path, GitName, GitFile.To(Paths.Relative(link.Path, link.GitDirectory)));
    }

    /// <param name="path">The absolute, real path.</param>
    /// <exception cref="GitprocException">No link can be created at the path.</exception>
    public static void MustBeFree(string path)
    {
        if (path.Any(char.IsControl))
            throw new GitprocException(
                ErrorReason.InvalidLink, $"The path '{PrintableText.Of(path)}' contains control characters.", path);
        if (File.Exists(path))
            throw Taken(path, "is a file");
        if (Directory.Exists(path)
            && Directory
                .EnumerateFileSystemEntries(path)
                .Select(Path.GetFileName)
                .Any(name => name != GitlinkFile.FileName))
            throw Taken(path, "is a folder that is not empty");
    }

    private static GitprocException Taken(string path, string what) =>
        new(
            ErrorReason.PathTaken,
            $"{path} {what}. A light-weight checkout needs a new folder, an empty folder, or a folder that contains only a .gitlink file.",
            path);

    // By now there may be a symbolic link or a pipe in place of the file. It is replaced, without following it or
    // waiting for it.
    private static void WriteChanged(string folder, string name, string text)
    {
        if (PlainFile.TryReadText(Path.Combine(folder, name)) == text)
            return;
        using var parent = RawFolder.Open(folder);
        RawTree.Replace(parent, RawText.FromText(name), RawText.FromText(text), ".gitproc"u8);
    }
}
