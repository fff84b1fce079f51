using System.Text.RegularExpressions;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Links;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The files of a git directory that tell what a job was doing: HEAD, unfinished operations, stashes, registered
/// worktrees, ignore rules.
/// </summary>
internal static partial class StateFiles
{
    // Bytes. Larger files are patches.
    private const int MaxWithIds = 1 << 20;

    // From git(1) and the sources of the operations. git-stash(1): only the log has all stashes.
    private static readonly RawText[] Names =
    [
        "HEAD"u8,
        "ORIG_HEAD"u8,
        "MERGE_HEAD"u8,
        "MERGE_MSG"u8,
        "MERGE_MODE"u8,
        "MERGE_RR"u8,
        "MERGE_AUTOSTASH"u8,
        "AUTO_MERGE"u8,
        "SQUASH_MSG"u8,
        "CHERRY_PICK_HEAD"u8,
        "REVERT_HEAD"u8,
        "REBASE_HEAD"u8,
        "BISECT_ANCESTORS_OK"u8,
        "BISECT_EXPECTED_REV"u8,
        "BISECT_FIRST_PARENT"u8,
        "BISECT_HEAD"u8,
        "BISECT_LOG"u8,
        "BISECT_NAMES"u8,
        "BISECT_RUN"u8,
        "BISECT_START"u8,
        "BISECT_TERMS"u8,
        "NOTES_MERGE_PARTIAL"u8,
        "NOTES_MERGE_REF"u8,
        "NOTES_MERGE_WORKTREE"u8,
        RawText.FromText(LinkStore.RecordName),
        "info/exclude"u8,
        "rebase-merge"u8,
        "rebase-apply"u8,
        "sequencer"u8,
        "worktrees"u8,
        "logs/refs/stash"u8,
    ];

    /// <summary>Lists the files that exist.</summary>
    public static IReadOnlyList<RawText> List(RawFolder gitDirectory)
    {
        var files = new List<RawText>();
        foreach (var name in Names)
        {
            var kind = RawTree.At<EntryKind?>(gitDirectory, name, (folder, last) => folder.Find(last));
            if (kind == EntryKind.File)
                files.Add(name);
            if (kind != EntryKind.Folder)
                continue;
            using var folder = gitDirectory.TryOpenFolder(name);
            RawTree.Walk(folder!, name + "/"u8, entry =>
            {
                if (entry.Kind == EntryKind.File)
                    files.Add(entry.Path);
                return true;
            });
        }

        return files;
    }

    /// <summary>Finds possible ids of objects that an unfinished operation needs.</summary>
    public static IReadOnlyList<string> FindIds(RawFolder gitDirectory, RepositoryState state) =>
        !state.IsUnfinished && state.UnfinishedWorktrees.Count == 0
            ? []
            :
            [
                .. List(gitDirectory)
                    .Where(path =>
                        path.Split('/') is [{ Chars: "worktrees" }, var name, var first, ..]
                            ? first != "logs"u8 && state.UnfinishedWorktrees.Contains(name)
                            : state.IsUnfinished)
                    .Select(path => RawTree.Read(gitDirectory, path))
                    .Where(content => content?.Length <= MaxWithIds)
                    .SelectMany(content => Id().Matches(content!.Value.Chars))
                    .Select(match => match.Value)
                    .Distinct(),
            ];

    [GeneratedRegex(@"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b")]
    private static partial Regex Id();
}
