using System.Text;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>
/// The rules by which repositories ignore light-weight checkouts inside of them, and these their own <c>.gitlink</c>: in
/// <c>info/exclude</c> (gitignore(5)), which no commit has. All worktrees of a repository share them.
/// </summary>
internal static class IgnoreRules
{
    private const string Mark = "# a light-weight checkout of gitproc";
    private const string OfGitlink = "/" + GitlinkFile.FileName;

    /// <summary>Lets the repository around a checkout ignore it, and the checkout its <c>.gitlink</c>.</summary>
    public static void Add(LinkState link, bool isSubmodule)
    {
        Change(link.Place.CommonDirectory, lines => AddTo(lines, OfGitlink));
        if (!isSubmodule && Around(link.Path) is var (place, pattern))
            Change(place.CommonDirectory, lines => AddTo(lines, pattern));
    }

    /// <summary>Takes the rules away that are for a checkout alone.</summary>
    public static void Remove(RepositoryPlace place, string path, bool isLast)
    {
        if (isLast)
            Change(place.CommonDirectory, lines => RemoveFrom(lines, OfGitlink));
        if (Around(path) is var (around, pattern))
            Change(around.CommonDirectory, lines => RemoveFrom(lines, pattern));
    }

    /// <summary>The rule that a folder, and nothing else, is ignored by.</summary>
    /// <param name="path">Its path from the top of the work tree, without line ends.</param>
    /// <returns>A raw line. gitignore(5): what is a pattern's otherwise is meant as it is behind a backslash.</returns>
    public static string PatternOf(string path)
    {
        var escaped = new StringBuilder("/");
        foreach (var c in path)
            escaped.Append(c is '*' or '?' or '[' or ']' or '\\' ? "\\" : "").Append(c);
        return RawText.OfText(escaped.Append('/').ToString());
    }

    // Null where no work tree is around.
    private static (RepositoryPlace Place, string Pattern)? Around(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent || LocalRepository.Around(parent) is not var (place, top) || top == place.GitDirectory)
            return null;
        return (place, PatternOf(Paths.Relative(top, path)));
    }

    private static bool AddTo(List<string> lines, string pattern)
    {
        if (Find(lines, pattern) >= 0)
            return false;
        lines.AddRange([Mark, pattern]);
        return true;
    }

    private static bool RemoveFrom(List<string> lines, string pattern)
    {
        var at = Find(lines, pattern);
        if (at >= 0)
            lines.RemoveRange(at, 2);
        return at >= 0;
    }

    private static int Find(List<string> lines, string pattern)
    {
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            if (lines[i] == Mark && lines[i + 1] == pattern)
                return i;
        }

        return -1;
    }

    private static void Change(string repository, Func<List<string>, bool> change)
    {
        var info = Path.Combine(repository, "info");
        Directory.CreateDirectory(info);
        using var alone = FileLock.Acquire(Path.Combine(info, "gitproc.lock"), "changes what git ignores", reports: null, CancellationToken.None);
        // Some have the file elsewhere, and a link to it here.
        var file = Paths.Real(Path.Combine(info, "exclude"));
        using var folder = RawFolder.Open(Path.GetDirectoryName(file)!);
        var name = RawText.OfText(Path.GetFileName(file));
        // Names in other rules need not be UTF-8.
        var text = RawTree.Read(folder, name);
        if (text is null && folder.Find(name) is not null)
            throw new GitprocException(ErrorReason.InvalidLink, $"{file} is not a file: git reads there what to ignore. Remove it, and try again.", file);
        var lines = string.IsNullOrEmpty(text) ? [] : text.TrimEnd('\n').Split('\n').ToList();
        if (change(lines))
            RawTree.Replace(folder, name, string.Concat(lines.Select(line => line + "\n")), ".gitproc");
    }
}
