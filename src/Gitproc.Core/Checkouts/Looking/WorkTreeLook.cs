using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Checkouts.Looking;

/// <summary>What git says of a work tree and its index.</summary>
/// <param name="Untracked">
/// Raw paths that are not in the index, those of folders with a slash at the end; empty folders too. Ignored ones only
/// when they were asked for.
/// </param>
/// <param name="AssumedUnchanged">Raw paths that git was told not to look at (git-update-index(1), --assume-unchanged).</param>
/// <param name="Skipped">Raw paths that git was told not to check out (git-update-index(1), --skip-worktree).</param>
/// <param name="Submodules">Raw paths of submodules in the index.</param>
/// <param name="Hidden">What git never tells of.</param>
internal sealed record WorkTreeLook(
    IReadOnlyList<StatusEntry> Changes,
    IReadOnlyList<string> Untracked,
    IReadOnlyList<string> AssumedUnchanged,
    IReadOnlySet<string> Skipped,
    IReadOnlyList<string> Submodules,
    HiddenEntries Hidden)
{
    /// <summary>More than PATH_MAX leaves for a name from the top of the work tree: git skips what is deeper.</summary>
    public const int MaxPathLength = 3500;

    /// <summary>Nothing at all.</summary>
    public static WorkTreeLook Nothing { get; } = new([], [], [], new HashSet<string>(), [], HiddenEntries.None);

    /// <summary>Whether nothing is to be cleaned.</summary>
    public bool IsClean => Changes.Count == 0 && Untracked.Count == 0 && !HasMarks;

    /// <summary>Whether git was told not to look at some files.</summary>
    public bool HasMarks => AssumedUnchanged.Count > 0 || Skipped.Count > 0;

    /// <summary>Looks: two git processes at the same time, of which one brings the index up to date.</summary>
    /// <param name="hidden">What git never tells of. Whoever looked for it has made all tracked folders accessible.</param>
    public static WorkTreeLook Take(GitView view, GitRunner git, string subject, HiddenEntries hidden, bool withIgnored, CancellationToken cancellationToken)
    {
        var (status, look) = git.RunBoth(
            // "dirty": the commit of a submodule is compared, and no git is run in it, which would obey its config.
            view.Call(subject, "status", "-z", "--porcelain=v2", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames") with { Base = view.Base },
            view.Call(subject, ["ls-files", "-z", "-s", "-v", "--cached", "--others", "--directory", .. withIgnored ? [] : (string[])["--exclude-standard"]]),
            // It ends first, for it compares no files.
            files => Read(files.Output),
            cancellationToken);
        return look with { Changes = StatusEntry.Read(status.Output), Hidden = hidden };
    }

    /// <summary>Lists each file that is not tracked, and not ignored.</summary>
    /// <returns>Raw paths. Folders, with a slash at the end, are repositories, and those that git cannot look into.</returns>
    public IReadOnlyList<string> ListUntracked(GitView view, GitRunner git, string subject, RawFolder root, CancellationToken cancellationToken) =>
        ListUntracked(view, git, subject, Untracked.Any(path => IsTooDeep(root, path)), cancellationToken);

    /// <summary>As the other one, where somebody has walked over the folders, which makes them accessible.</summary>
    /// <returns>Raw paths.</returns>
    public IReadOnlyList<string> ListUntracked(GitView view, GitRunner git, string subject, bool areTooDeep, CancellationToken cancellationToken)
    {
        // What git says on its standard error tells nothing: it may be a trace that the user wants.
        return areTooDeep ? Untracked
            : git.Run(view.Call(subject, "ls-files", "-z", "--others", "--exclude-standard"), cancellationToken).Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool IsTooDeep(RawFolder root, string path)
    {
        var isTooDeep = false;
        using var folder = path.EndsWith('/') ? RawTree.TryOpenFolder(root, path.TrimEnd('/')) : null;
        if (folder is not null)
            RawTree.Walk(folder, path, entry => !(isTooDeep |= entry.Path.Length > MaxPathLength));
        return isTooDeep;
    }

    // Lines "? path" and "tag mode id stage TAB path".
    private static WorkTreeLook Read(string files)
    {
        var (untracked, assumed, skipped, submodules) = (new List<string>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal), new List<string>());
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
        }

        return new WorkTreeLook([], untracked, assumed, skipped, submodules, HiddenEntries.None);
    }
}

/// <summary>A path that index or work tree have otherwise than HEAD, as <c>git status --porcelain=v2 -z</c> says it.</summary>
/// <param name="Path">The raw path.</param>
internal sealed record StatusEntry(string Path, bool IsSubmodule, bool IsAdded, IReadOnlyList<string> StagedIds)
{
    private const string SubmoduleMode = "160000";

    /// <summary>Reads the output; renames are not looked for in it.</summary>
    /// <param name="output">The raw output.</param>
    public static IReadOnlyList<StatusEntry> Read(string output) =>
        [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ReadLine)];

    // git-status(1): "1 XY sub mH mI mW hH hI path", and where a merge is not done "u XY sub m1 m2 m3 mW h1 h2 h3 path".
    private static StatusEntry ReadLine(string line)
    {
        var isUnmerged = line[0] == 'u';
        var fields = line.Split(' ', isUnmerged ? 11 : 9);
        string[] modes = isUnmerged ? [fields[3], fields[4], fields[5]] : [fields[3], fields[4]];
        // Of the contents that the index has.
        IEnumerable<(string Mode, string Id)> staged = isUnmerged ? [(fields[3], fields[7]), (fields[4], fields[8]), (fields[5], fields[9])] : [(fields[4], fields[7])];
        return new StatusEntry(
            fields[^1],
            modes.Contains(SubmoduleMode),
            fields[1][0] == 'A',
            fields[1][0] == '.' ? [] : [.. staged.Where(entry => entry.Mode != SubmoduleMode && entry.Id.Any(c => c != '0')).Select(entry => entry.Id)]);
    }
}
