using System.Text;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>
/// Ignore rules in <c>info/exclude</c> (gitignore(5)): a repository ignores the links in its work tree, and each link
/// ignores its own <c>.gitlink</c> file. git does not commit <c>info/exclude</c>, and all worktrees of a repository
/// share it.
/// </summary>
internal static class IgnoreRules
{
    private static readonly RawText Mark = "# a light-weight checkout of gitproc"u8;
    private static readonly RawText OfGitlink = RawText.FromText("/" + GitlinkFile.FileName);

    /// <summary>
    /// Makes the repository that contains a link ignore the link, and the link ignore its <c>.gitlink</c> file.
    /// </summary>
    public static void Add(LinkState link, bool isSubmodule)
    {
        Change(link.Place.CommonDirectory, lines => AddTo(lines, OfGitlink));
        if (!isSubmodule && Around(link.Path) is var (place, pattern))
            Change(place.CommonDirectory, lines => AddTo(lines, pattern));
    }

    /// <summary>Removes the rules of a link. The rule for <c>.gitlink</c> files goes with the last link.</summary>
    public static void Remove(RepositoryPlace place, string path, bool isLast)
    {
        if (isLast)
            Change(place.CommonDirectory, lines => RemoveFrom(lines, OfGitlink));
        if (Around(path) is var (around, pattern))
            Change(around.CommonDirectory, lines => RemoveFrom(lines, pattern));
    }

    /// <summary>The pattern that matches one folder and nothing else.</summary>
    /// <param name="path">The path relative to the top of the work tree, without line ends.</param>
    /// <returns>A line. Special characters are escaped with a backslash (gitignore(5)).</returns>
    public static RawText PatternOf(string path)
    {
        var escaped = new StringBuilder("/");
        foreach (var c in path)
            escaped.Append(c is '*' or '?' or '[' or ']' or '\\' ? "\\" : "").Append(c);
        return RawText.FromText(escaped.Append('/').ToString());
    }

    // Returns null if the path is not in a work tree.
    private static (RepositoryPlace Place, RawText Pattern)? Around(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent
            || LocalRepository.Around(parent) is not var (place, top)
            || top == place.GitDirectory)
            return null;
        return (place, PatternOf(Paths.Relative(top, path)));
    }

    private static bool AddTo(List<RawText> lines, RawText pattern)
    {
        if (Find(lines, pattern) >= 0)
            return false;
        lines.AddRange([Mark, pattern]);
        return true;
    }

    private static bool RemoveFrom(List<RawText> lines, RawText pattern)
    {
        var at = Find(lines, pattern);
        if (at >= 0)
            lines.RemoveRange(at, 2);
        return at >= 0;
    }

    private static int Find(List<RawText> lines, RawText pattern)
    {
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            if (lines[i] == Mark && lines[i + 1] == pattern)
                return i;
        }

        return -1;
    }

    private static void Change(string repository, Func<List<RawText>, bool> change)
    {
        var info = Path.Combine(repository, "info");
        Directory.CreateDirectory(info);
        using var alone = FileLock.Acquire(
            Path.Combine(info, "gitproc.lock"), "changes what git ignores", reports: null, CancellationToken.None);
        // The file may be a symbolic link, for example into a folder with the user's own configuration.
        var file = Paths.Real(Path.Combine(info, "exclude"));
        using var folder = RawFolder.Open(Path.GetDirectoryName(file)!);
        var name = RawText.FromText(Path.GetFileName(file));
        var text = RawTree.Read(folder, name);
        if (text is null && folder.Find(name) is not null)
            throw new GitprocException(
                ErrorReason.InvalidLink,
                $"{file} is not a file. git reads ignore rules from it. Remove it and try again.",
                file);
        var lines = text is { Length: > 0 } rules ? rules.TrimEnd('\n').Split('\n').ToList() : [];
        if (change(lines))
            RawTree.Replace(folder, name, RawText.Concat(lines, end: '\n'), ".gitproc"u8);
    }
}
