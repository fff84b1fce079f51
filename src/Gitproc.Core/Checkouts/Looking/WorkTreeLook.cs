using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Checkouts.Looking;

/// <summary>What git reports about a work tree and its index.</summary>
/// <param name="Untracked">
/// Paths that are not in the index, also of empty folders. Folders end with a slash. Ignored paths are included
/// only on request.
/// </param>
/// <param name="AssumedUnchanged">Paths that git does not check (git-update-index(1), --assume-unchanged).</param>
/// <param name="Skipped">Paths that git does not check out (git-update-index(1), --skip-worktree).</param>
/// <param name="Submodules">Paths of submodules in the index.</param>
/// <param name="Hidden">The entries that git does not report.</param>
internal sealed record WorkTreeLook(
    IReadOnlyList<StatusEntry> Changes,
    IReadOnlyList<RawText> Untracked,
    IReadOnlyList<RawText> AssumedUnchanged,
    IReadOnlySet<RawText> Skipped,
    IReadOnlyList<RawText> Submodules,
    HiddenEntries Hidden)
{
    /// <summary>
    /// The longest path, in bytes, that is left to git. git skips paths, from the top of the work tree, that exceed
    /// PATH_MAX, which is 1024 on macOS and 4096 elsewhere; this limit leaves some room.
    /// </summary>
    public static readonly int MaxPathLength = OperatingSystem.IsMacOS() ? 800 : 3500;

    /// <summary>
    /// Paths of the git directories of submodules, as <c>.git/modules/NAME</c>, that certainly hold no work.
    /// </summary>
    public IReadOnlySet<RawText> QuietModules { get; init; } = new HashSet<RawText>();

    /// <summary>A look that found nothing.</summary>
    public static WorkTreeLook Nothing { get; } = new([], [], [], new HashSet<RawText>(), [], HiddenEntries.None);

    /// <summary>True if there is nothing to clean.</summary>
    public bool IsClean => Changes.Count == 0 && Untracked.Count == 0 && !HasMarks;

    /// <summary>True if some files are marked so that git does not check them.</summary>
    public bool HasMarks => AssumedUnchanged.Count > 0 || Skipped.Count > 0;

    /// <summary>Runs two git processes at the same time. One of them brings the index up to date.</summary>
    /// <param name="hidden">
    /// The entries that git does not report. The search for them has made all tracked folders accessible.
    /// </param>
    public static WorkTreeLook Take(
        GitView view,
        GitRunner git,
        string subject,
        HiddenEntries hidden,
        bool withIgnored,
        CancellationToken cancellationToken)
    {
        var (status, look) = git.RunBoth(
            // "dirty" compares the commit of a submodule. It runs no git inside of it, which would obey the submodule's
            // config.
            view.Call(
                subject,
                "status",
                "-z",
                "--porcelain=v2",
                "--untracked-files=no",
                "--ignore-submodules=dirty",
                "--no-renames") with
            {
                Base = view.Base,
            },
            view.Call(
                subject,
                [
                    "ls-files",
                    "-z",
                    "-s",
                    "-v",
                    "--cached",
                    "--others",
                    "--directory",
                    .. withIgnored ? [] : (string[])["--exclude-standard"],
                ]),
            // This process ends first, because it compares no files.
            files => Read(files.RawOutput.Chars),
            cancellationToken);
        return look with { Changes = StatusEntry.Read(status.RawOutput), Hidden = hidden };
    }

    /// <summary>Lists each file that is neither tracked nor ignored.</summary>
    /// <returns>Paths. Those that end with a slash are repositories, or folders that git cannot read.</returns>
    public IReadOnlyList<RawText> ListUntracked(
        GitView view, GitRunner git, string subject, RawFolder root, CancellationToken cancellationToken
    ) => ListUntracked(view, git, subject, Untracked.Any(path => IsTooDeep(root, path)), cancellationToken);

    /// <summary>Does the same after a walk over the folders, which makes them accessible.</summary>
    /// <returns>Paths.</returns>
    public IReadOnlyList<RawText> ListUntracked(
        GitView view, GitRunner git, string subject, bool areTooDeep, CancellationToken cancellationToken)
    {
        // The standard error of git is no sign of failure: it may hold a trace that the user wants.
        return areTooDeep
            ? Untracked
            : git.Run(view.Call(subject, "ls-files", "-z", "--others", "--exclude-standard"), cancellationToken)
                .RawOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool IsTooDeep(RawFolder root, RawText path)
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
        var (untracked, assumed, skipped, submodules) = (
            new List<RawText>(), new List<RawText>(), new HashSet<RawText>(), new List<RawText>());
        for (int start = 0, end; start < files.Length; start = end + 1)
        {
            end = files.IndexOf('\0', start);
            var line = files.AsSpan(start, end - start);
            if (line[0] == '?')
            {
                untracked.Add(RawText.FromChars(files[(start + 2)..end]));
                continue;
            }

            if (char.IsAsciiLetterLower(line[0]))
                assumed.Add(PathIn(line));
            if (line[0] is 'S' or 's')
                skipped.Add(PathIn(line));
            if (line[2..].StartsWith("160000"))
                submodules.Add(PathIn(line));
        }

        return new WorkTreeLook([], untracked, assumed, skipped, submodules, HiddenEntries.None);

        static RawText PathIn(ReadOnlySpan<char> line) =>
            RawText.FromChars(line[(line.IndexOf('\t') + 1)..].ToString());
    }
}

/// <summary>A path whose index or work tree differs from HEAD, from <c>git status --porcelain=v2 -z</c>.</summary>
internal sealed record StatusEntry(RawText Path, bool IsSubmodule, bool IsAdded, IReadOnlyList<string> StagedIds)
{
    private const string SubmoduleMode = "160000";

    /// <summary>Parses the output of a status without rename detection.</summary>
    public static IReadOnlyList<StatusEntry> Read(RawText output) =>
        [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ReadLine)];

    // git-status(1): "1 XY sub mH mI mW hH hI path", or "u XY sub m1 m2 m3 mW h1 h2 h3 path" for an unmerged path.
    private static StatusEntry ReadLine(RawText line)
    {
        var isUnmerged = line[0] == 'u';
        var fields = line.Chars.Split(' ', isUnmerged ? 11 : 9);
        string[] modes = isUnmerged ? [fields[3], fields[4], fields[5]] : [fields[3], fields[4]];
        // Modes and ids of the contents in the index.
        IEnumerable<(string Mode, string Id)> staged = isUnmerged
            ? [(fields[3], fields[7]), (fields[4], fields[8]), (fields[5], fields[9])]
            : [(fields[4], fields[7])];
        return new StatusEntry(
            RawText.FromChars(fields[^1]),
            modes.Contains(SubmoduleMode),
            fields[1][0] == 'A',
            fields[1][0] == '.'
                ? []
                :
                [
                    .. staged
                        .Where(entry => entry.Mode != SubmoduleMode && entry.Id.Any(c => c != '0'))
                        .Select(entry => entry.Id),
                ]);
    }
}
