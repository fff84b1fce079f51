using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// The state of a git directory, read from its files without starting a process. The objects of its ids may not exist.
/// </summary>
internal sealed record RepositoryState
{
    private const string Branches = "refs/heads/";
    private const string Remotes = "refs/remotes/";

    // Files and folders that exist while an operation of several steps is unfinished.
    private static readonly string[] Unfinished =
    [
        "MERGE_HEAD",
        "MERGE_AUTOSTASH",
        "CHERRY_PICK_HEAD",
        "REVERT_HEAD",
        "BISECT_START",
        "BISECT_LOG",
        "NOTES_MERGE_PARTIAL",
        "rebase-merge",
        "rebase-apply",
        "sequencer",
    ];

    /// <summary>The raw name of the branch that is checked out; null if HEAD is detached or cannot be read.</summary>
    public string? Branch { get; init; }

    /// <summary>The id of the commit that is checked out; null if there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>All refs, see <see cref="RefFiles.Read"/>.</summary>
    public required IReadOnlyDictionary<string, string> Refs { get; init; }

    /// <summary>The refs that other worktrees do not share; all refs, if none are shared.</summary>
    public required IReadOnlyDictionary<string, string> OwnRefs { get; init; }

    /// <summary>The ids of all stashes.</summary>
    public required IReadOnlyList<string> Stashes { get; init; }

    /// <summary>The ids of the detached HEADs of registered worktrees.</summary>
    public required IReadOnlyList<string> WorktreeHeads { get; init; }

    /// <summary>True if a merge, rebase, bisect or similar is unfinished.</summary>
    public required bool IsUnfinished { get; init; }

    /// <summary>The raw names of registered worktrees with an unfinished operation.</summary>
    public required IReadOnlyList<string> UnfinishedWorktrees { get; init; }

    /// <summary>Reads the state.</summary>
    /// <param name="commonDirectory">
    /// The git directory with the refs that worktrees share; null if it is the same.
    /// </param>
    public static RepositoryState Read(RawFolder gitDirectory, RawFolder? commonDirectory = null)
    {
        var refs = RefFiles.Read(commonDirectory ?? gitDirectory);
        var own = commonDirectory is null ? refs : RefFiles.Loose(gitDirectory).ToDictionary(StringComparer.Ordinal);
        foreach (var (ownName, content) in commonDirectory is null ? [] : own)
            refs[ownName] = content;

        var head = RefFiles.ReadFile(gitDirectory, "HEAD");
        var name = head is null ? null : RefFiles.NameIn(head);
        return new RepositoryState
        {
            Branch = name?.StartsWith(Branches, StringComparison.Ordinal) == true ? name[Branches.Length..] : name,
            Commit = RefFiles.Resolve(refs, head),
            Refs = refs,
            OwnRefs = own,
            Stashes = ReadStashes(gitDirectory),
            WorktreeHeads = ReadWorktreeHeads(gitDirectory),
            IsUnfinished = HasUnfinished(gitDirectory),
            UnfinishedWorktrees = ReadUnfinishedWorktrees(gitDirectory),
        };
    }

    /// <summary>The ids that may lead to commits that only this repository has.</summary>
    public IEnumerable<string> Tips() =>
        LocalRefs()
            .Select(local => RefFiles.Resolve(Refs, local.Value))
            .Prepend(Commit)
            .Concat(Stashes)
            .Concat(WorktreeHeads)
            .OfType<string>()
            .Distinct();

    /// <summary>The refs that belong to this repository.</summary>
    public IEnumerable<KeyValuePair<string, string>> LocalRefs() =>
        OwnRefs.Where(entry => !entry.Key.StartsWith(Remotes, StringComparison.Ordinal));

    /// <summary>The ids that remotes are known to have.</summary>
    public IEnumerable<string> RemoteIds(string remote = "") => Refs
        .Where(entry => entry.Key.StartsWith(Remotes + remote, StringComparison.Ordinal) && RefFiles.IsId(entry.Value))
        .Select(entry => entry.Value);

    // git-stash(1): refs/stash is the latest stash. Its log has all of them, as lines "OLD NEW name and time TAB
    // message".
    private static string[] ReadStashes(RawFolder gitDirectory) =>
    [
        .. (RawTree.Read(gitDirectory, "logs/refs/stash") ?? "").Split('\n')
            .Select(line => line.Split(' ', 3))
            .Where(fields => fields.Length == 3 && RefFiles.IsId(fields[1]))
            .Select(fields => fields[1]),
    ];

    private static bool HasUnfinished(RawFolder gitDirectory) =>
        Unfinished.Any(entry => gitDirectory.Find(entry) is not null);

    private static List<string> ReadUnfinishedWorktrees(RawFolder gitDirectory)
    {
        using var worktrees = gitDirectory.TryOpenFolder("worktrees");
        return [.. (worktrees?.Entries() ?? []).Select(entry => entry.Name).Where(IsUnfinishedWorktree)];

        bool IsUnfinishedWorktree(string name)
        {
            using var worktree = worktrees!.TryOpenFolder(name);
            return worktree is not null && HasUnfinished(worktree);
        }
    }

    private static List<string> ReadWorktreeHeads(RawFolder gitDirectory)
    {
        var heads = new List<string>();
        using var worktrees = gitDirectory.TryOpenFolder("worktrees");
        foreach (var (name, _) in worktrees?.Entries() ?? [])
        {
            if (RawTree.At(worktrees!, name + "/HEAD", RefFiles.ReadFile) is { } head && RefFiles.IsId(head))
                heads.Add(head);
        }

        return heads;
    }
}
