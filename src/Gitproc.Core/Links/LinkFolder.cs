using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>The folder of a light-weight checkout: its <c>.git</c> file, by which every git finds its HEAD and index, and its <c>.gitlink</c>.</summary>
internal static class LinkFolder
{
    private const string GitName = ".git";

    /// <summary>Whether a folder is the checkout of a private git directory.</summary>
    /// <param name="checkout">The folder, absolute.</param>
    /// <param name="gitDirectory">The private git directory, absolute and real.</param>
    public static bool IsOf(string checkout, string gitDirectory) => LocalRepository.TargetOf(Path.Combine(checkout, GitName)) is { } target && Paths.AreSame(target, gitDirectory);

    /// <summary>Makes a folder into a checkout, or leads it back to its base repository. Its other files stay as they are.</summary>
    public static void Write(LinkState link)
    {
        Directory.CreateDirectory(link.Path);
        var gitlink = (link.Record with { Place = null }).ToString();
        WriteChanged(link.Path, GitlinkFile.FileName, gitlink);
        // Relative, so that both can be moved together; every git reads it so (gitrepository-layout(5), gitfile).
        WriteChanged(link.Path, GitName, GitFile.To(Paths.Relative(link.Path, link.GitDirectory)));
    }

    /// <summary>Refuses a path where no checkout can be made.</summary>
    /// <param name="path">The path, absolute and real.</param>
    public static void MustBeFree(string path)
    {
        if (path.Any(char.IsControl))
            throw new GitprocException(ErrorReason.InvalidLink, $"The path '{PrintableText.Of(path)}' has control characters in it.", path);
        if (File.Exists(path))
            throw Taken(path, "is a file");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Any(name => name != GitlinkFile.FileName))
            throw Taken(path, "is a folder that is not empty");
    }

    private static GitprocException Taken(string path, string what) => new(
        ErrorReason.PathTaken, $"{path} {what}. A light-weight checkout is made in a new folder, an empty one, or one with nothing but a .gitlink file.", path);

    // What is there may be a link or a pipe by now: it is neither followed nor waited for, but replaced.
    private static void WriteChanged(string folder, string name, string text)
    {
        if (PlainFile.TryReadText(Path.Combine(folder, name)) == text)
            return;
        using var parent = RawFolder.Open(folder);
        RawTree.Replace(parent, name, RawText.OfText(text), ".gitproc");
    }
}
