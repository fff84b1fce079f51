using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// The state of a git directory, read from its files without starting a process. The objects of its ids may not exist.
/// </summary>
internal sealed record RepositoryState
{
    private static readonly RawText Branches = "refs/heads/"u8;
    private static readonly RawText Remotes = "refs/remotes/"u8;

    // Files and folders that exist while an operation of several steps is unfinished.
    private static readonly RawText[] Unfinished =
    [
        "MERGE_HEAD"u8,
        "MERGE_AUTOSTASH"u8,
        "CHERRY_PICK_HEAD"u8,
        "REVERT_HEAD"u8,
        "BISECT_START"u8,
        "BISECT_LOG"u8,
        "NOTES_MERGE_PARTIAL"u8,
        "rebase-merge"u8,
        "rebase-apply"u8,
        "sequencer"u8,
    ];

    /// <summary>The name of the branch that is checked out; null if HEAD is detached or cannot be read.</summary>
    public RawText? Branch { get; init; }

    /// <summary>The id of the commit that is checked out; null if there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>All refs, see <see cref="RefFiles.Read"/>.</summary>
    public required IReadOnlyDictionary<RawText, RawText> Refs { get; init; }

    /// <summary>The refs that other worktrees do not share; all refs, if none are shared.</summary>
    public required IReadOnlyDictionary<RawText, RawText> OwnRefs { get; init; }

    /// <summary>The ids of all stashes.</summary>
    public required IReadOnlyList<string> Stashes { get; init; }

    /// <summary>The ids of the detached HEADs of registered worktrees.</summary>
    public required IReadOnlyList<string> WorktreeHeads { get; init; }

    /// <summary>True if a merge, rebase, bisect or similar is unfinished.</summary>
    public required bool IsUnfinished { get; init; }

    /// <summary>The names of registered worktrees with an unfinished operation.</summary>
    public required IReadOnlyList<RawText> UnfinishedWorktrees { get; init; }

    /// <summary>Reads the state.</summary>
    /// <param name="commonDirectory">
    /// The git directory with the refs that worktrees share; null if it is the same.
    /// </param>
    public static RepositoryState Read(RawFolder gitDirectory, RawFolder? commonDirectory = null)
    {
        var refs = RefFiles.Read(commonDirectory ?? gitDirectory);
        var own = commonDirectory is null ? refs : RefFiles.Loose(gitDirectory).ToDictionary();
        foreach (var (ownName, value) in commonDirectory is null ? [] : own)
            refs[ownName] = value;

        var head = RefFiles.ReadFile(gitDirectory, "HEAD"u8);
        var name = head is { } content ? RefFiles.NameIn(content) : null;
        return new RepositoryState
        {
            Branch = name is { } full && full.StartsWith(Branches) ? full[Branches.Length..] : name,
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
    public IEnumerable<KeyValuePair<RawText, RawText>> LocalRefs() =>
        OwnRefs.Where(entry => !entry.Key.StartsWith(Remotes));

    /// <summary>The ids that remotes are known to have.</summary>
    public IEnumerable<string> RemoteIds(RawText remote = default)
    {
        var folder = Remotes + remote;
        return Refs
            .Where(entry => entry.Key.StartsWith(folder))
            .Select(entry => RefFiles.IdIn(entry.Value))
            .OfType<string>();
    }

    // git-stash(1): refs/stash is the latest stash. Its log has all of them, as lines "OLD NEW name and time TAB
    // message".
    private static string[] ReadStashes(RawFolder gitDirectory) =>
    [
        .. (RawTree.Read(gitDirectory, "logs/refs/stash"u8) ?? default)
            .ToText()
            .Split('\n')
            .Select(line => line.Split(' ', 3))
            .Where(fields => fields.Length == 3 && RefFiles.IsId(fields[1]))
            .Select(fields => fields[1]),
    ];

    private static bool HasUnfinished(RawFolder gitDirectory) =>
        Unfinished.Any(entry => gitDirectory.Find(entry) is not null);

    private static List<RawText> ReadUnfinishedWorktrees(RawFolder gitDirectory)
    {
        using var worktrees = gitDirectory.TryOpenFolder("worktrees"u8);
        return [.. (worktrees?.Entries() ?? []).Select(entry => entry.Name).Where(IsUnfinishedWorktree)];

        bool IsUnfinishedWorktree(RawText name)
        {
            using var worktree = worktrees!.TryOpenFolder(name);
            return worktree is not null && HasUnfinished(worktree);
        }
    }

    private static List<string> ReadWorktreeHeads(RawFolder gitDirectory)
    {
        var heads = new List<string>();
        using var worktrees = gitDirectory.TryOpenFolder("worktrees"u8);
        foreach (var (name, _) in worktrees?.Entries() ?? [])
        {
            if (RawTree.At(worktrees!, name + "/HEAD"u8, RefFiles.ReadFile) is { } head
                && RefFiles.IdIn(head) is { } id)
                heads.Add(id);
        }

        return heads;
    }
}
