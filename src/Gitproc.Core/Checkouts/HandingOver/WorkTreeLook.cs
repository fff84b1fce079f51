using Gitproc.Files;
using Gitproc.Git;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>What git says of a work tree and its index.</summary>
/// <param name="Changes">What the index or the work tree have otherwise than HEAD.</param>
/// <param name="Untracked">
/// Raw paths that are not in the index, those of folders with a slash at the end; empty folders too. Ignored ones only
/// when they were asked for.
/// </param>
/// <param name="AssumedUnchanged">Raw paths that git was told not to look at (git-update-index(1), --assume-unchanged).</param>
/// <param name="Skipped">Raw paths that git was told not to check out (git-update-index(1), --skip-worktree).</param>
/// <param name="Submodules">Raw paths of submodules in the index.</param>
/// <param name="Hidden">What git never tells of.</param>
/// <param name="Unreadable">What git said that it could not read; empty when nothing.</param>
/// <param name="Listing">What git-ls-files(1) said.</param>
internal sealed record WorkTreeLook(
    IReadOnlyList<StatusEntry> Changes,
    IReadOnlyList<string> Untracked,
    IReadOnlyList<string> AssumedUnchanged,
    IReadOnlySet<string> Skipped,
    IReadOnlyList<string> Submodules,
    HiddenEntries Hidden,
    string Unreadable,
    string Listing)
{
    /// <summary>Whether nothing is to be cleaned.</summary>
    public bool IsClean => Changes.Count == 0 && Untracked.Count == 0 && !HasMarks;

    /// <summary>Whether git was told not to look at some files.</summary>
    public bool HasMarks => AssumedUnchanged.Count > 0 || Skipped.Count > 0;

    /// <summary>Looks: two git processes at the same time, of which one brings the index up to date.</summary>
    /// <param name="view">The view of the checkout.</param>
    /// <param name="git">Runs git.</param>
    /// <param name="subject">What the user knows it to be about.</param>
    /// <param name="root">The checkout's folder, to look there for what git never tells of; null not to look.</param>
    /// <param name="withIgnored">Whether ignored files count as untracked.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="GitprocException">git could not read index or commit.</exception>
    public static WorkTreeLook Take(GitView view, GitRunner git, string subject, RawFolder? root, bool withIgnored, CancellationToken cancellationToken)
    {
        var (status, look) = git.RunBoth(
            // "dirty": the commit of a submodule is compared, and no git is run in it, which would obey its config.
            view.Call(subject, "status", "-z", "--porcelain=v2", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames"),
            view.Call(subject, ["ls-files", "-z", "-s", "-v", "--cached", "--others", "--directory", .. withIgnored ? [] : (string[])["--exclude-standard"]]),
            // It ends first, for it compares no files.
            files => Read(files, root),
            cancellationToken);
        return look with { Changes = StatusEntry.Read(status.Output), Unreadable = $"{status.Error}\n{look.Unreadable}".Trim() };
    }

    /// <summary>Lists the regular files that are in the index: no links, and no submodules.</summary>
    /// <returns>
    /// The raw path of each one's folder, empty for the top, its raw name, and whether it is to be executable; those of a folder
    /// mostly one after the other, and some more than once where a merge is not done.
    /// </returns>
    public IEnumerable<(string Folder, string Name, bool IsExecutable)> TrackedFiles()
    {
        var folder = "";
        for (int start = 0, end; start < Listing.Length; start = end + 1)
        {
            end = Listing.IndexOf('\0', start);
            // 100644 and 100755.
            if (Listing[start] == '?' || string.CompareOrdinal(Listing, start + 2, "100", 0, 3) != 0)
                continue;
            var path = Listing.IndexOf('\t', start) + 1;
            var name = Listing.LastIndexOf('/', end - 1, end - path) + 1;
            var length = Math.Max(0, name - 1 - path);
            if (length != folder.Length || string.CompareOrdinal(Listing, path, folder, 0, length) != 0)
                folder = Listing.Substring(path, length);
            yield return (folder, Listing[Math.Max(path, name)..end], Listing[start + 5] == '7');
        }
    }

    // Lines "? path" and "tag mode id stage TAB path".
    private static WorkTreeLook Read(GitResult result, RawFolder? root)
    {
        var files = result.Output;
        var (untracked, assumed, skipped, submodules) = (new List<string>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal), new List<string>());
        var folders = new HashSet<string>(StringComparer.Ordinal);
        var last = "";
        for (int start = 0, end; start < files.Length; start = end + 1)
        {
            end = files.IndexOf('\0', start);
            var line = files.AsSpan(start, end - start);
            if (line[0] == '?')
            {
                untracked.Add(line[2..].ToString());
                continue;
            }

            var path = line[(line.IndexOf('\t') + 1)..];
            if (char.IsAsciiLetterLower(line[0]))
                assumed.Add(path.ToString());
            if (line[0] is 'S' or 's')
                skipped.Add(path.ToString());
            if (line[2..].StartsWith("160000"))
                submodules.Add(path.ToString());
            var folder = path[..Math.Max(0, path.LastIndexOf('/'))];
            // They come in order, so most are in the folder of the one before.
            if (!folder.SequenceEqual(last))
                AddWithParents(folders, last = folder.ToString());
        }

        var hidden = root is null ? HiddenEntries.None : HiddenEntries.Find(root, folders, submodules);
        return new WorkTreeLook([], untracked, assumed, skipped, submodules, hidden, result.Error, files);
    }

    private static void AddWithParents(HashSet<string> folders, string folder)
    {
        while (folder.Length > 0 && folders.Add(folder))
            folder = folder[..Math.Max(0, folder.LastIndexOf('/'))];
    }
}
