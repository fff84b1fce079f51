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
    private static readonly string[] Names =
    [
        "HEAD",
        "ORIG_HEAD",
        "MERGE_HEAD",
        "MERGE_MSG",
        "MERGE_MODE",
        "MERGE_RR",
        "MERGE_AUTOSTASH",
        "AUTO_MERGE",
        "SQUASH_MSG",
        "CHERRY_PICK_HEAD",
        "REVERT_HEAD",
        "REBASE_HEAD",
        "BISECT_ANCESTORS_OK",
        "BISECT_EXPECTED_REV",
        "BISECT_FIRST_PARENT",
        "BISECT_HEAD",
        "BISECT_LOG",
        "BISECT_NAMES",
        "BISECT_RUN",
        "BISECT_START",
        "BISECT_TERMS",
        "NOTES_MERGE_PARTIAL",
        "NOTES_MERGE_REF",
        "NOTES_MERGE_WORKTREE",
        LinkStore.RecordName,
        "info/exclude",
        "rebase-merge",
        "rebase-apply",
        "sequencer",
        "worktrees",
        "logs/refs/stash",
    ];

    /// <summary>Lists the files that exist.</summary>
    /// <returns>Raw paths.</returns>
    public static IReadOnlyList<string> List(RawFolder gitDirectory)
    {
        var files = new List<string>();
        foreach (var name in Names)
        {
            var kind = RawTree.At<EntryKind?>(gitDirectory, name, (folder, last) => folder.Find(last));
            if (kind == EntryKind.File)
                files.Add(name);
            if (kind != EntryKind.Folder)
                continue;
            using var folder = gitDirectory.TryOpenFolder(name);
            RawTree.Walk(folder!, name + "/", entry =>
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
                        path.Split('/') is ["worktrees", var name, var first, ..]
                            ? first != "logs" && state.UnfinishedWorktrees.Contains(name)
                            : state.IsUnfinished)
                    .Select(path => RawTree.Read(gitDirectory, path))
                    .Where(content => content?.Length <= MaxWithIds)
                    .SelectMany(content => Id().Matches(content!))
                    .Select(match => match.Value)
                    .Distinct(),
            ];

    [GeneratedRegex(@"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b")]
    private static partial Regex Id();
}
