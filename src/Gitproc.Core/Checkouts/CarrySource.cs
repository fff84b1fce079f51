using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>
/// The uncommitted changes of a clone of the user's, which does not change in any way: git takes no lock in it, uses a
/// copy of its index, and writes objects elsewhere. The clone is trusted, and its own config and ignore rules count.
/// </summary>
/// <param name="git">Reads the clone.</param>
/// <param name="path">The top of its work tree, absolute.</param>
internal sealed class CarrySource(GitRunner git, string path)
{
    // Neither a hook nor a helper of the clone runs, and no file is written beside the index.
    private static readonly (string Key, string Value)[] Caution =
    [
        GitCall.NoHooks,
        ("core.fsmonitor", "false"),
        ("core.untrackedCache", "false"),
        ("core.splitIndex", "false"),
        ("core.safecrlf", "false"),
    ];

    // What says that an operation is unfinished, and the command that ends it. A rebase has the first ones of others
    // too. A bisect only has files to look at. git-rev-parse(1) knows where they are in a linked worktree.
    private static readonly (string Entry, string Command)[] Operations =
    [
        ("rebase-merge", "rebase"),
        ("rebase-apply/applying", "am"),
        ("rebase-apply", "rebase"),
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ];

    /// <summary>The top of the work tree, absolute.</summary>
    public string Path => path;

    /// <summary>Looks at what is not committed.</summary>
    /// <exception cref="GitprocException">Files have conflicts, or an operation is unfinished.</exception>
    public CarryList Look(CancellationToken cancellationToken)
    {
        var (changed, added, isIncomplete) = (new List<RawText>(), new List<RawText>(), false);
        var intended = new List<RawText>();
        var headers = new Dictionary<string, string>();
        foreach (var line in Run([], null, cancellationToken,
                    "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames",
                    "--untracked-files=all", "--ignored=traditional", "--ignore-submodules=none")
                .Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line.Chars[0])
            {
                case '#' when line.ToText().Split(' ', 3) is [_, var key, var value]:
                    headers[key] = value;
                    break;
                case 'u':
                    throw new GitprocException(
                        ErrorReason.CannotCarry,
                        $"Files in {path} have conflicts. Resolve these first: git status",
                        path);
                case '!':
                    isIncomplete = true;
                    break;
                // A repository in it ends with a slash.
                case '?' when line.EndsWith('/'):
                    isIncomplete = true;
                    break;
                case '?':
                    added.Add(line[2..]);
                    break;
                // git-status(1), "Changed Tracked Entries": 1 XY SUB mH mI mW hH hI PATH. SUB is SCMU of a submodule.
                case '1' when line.Chars.Split(' ', 9) is [_, var state, var sub, _, _, _, _, _, var name]:
                    isIncomplete |= sub is ['S', _, not '.', _] or ['S', _, _, not '.'];
                    // In a submodule something may have changed, but not its commit.
                    if (sub is not ['S', '.', ..] || state[0] != '.')
                        changed.Add(RawText.FromChars(name));
                    // git add --intent-to-add
                    if (state == ".A")
                        intended.Add(RawText.FromChars(name));
                    break;
            }
        }

        RefuseLfs([.. changed, .. added], cancellationToken);
        // git-status(1), "Branch Headers".
        if (headers["branch.oid"] is "(initial)")
            throw new GitprocException(ErrorReason.CannotCarry, $"{path} has no commit yet.", path);
        var branch = headers["branch.head"] is "(detached)" ? null : headers["branch.head"];
        var files = Run([], null, cancellationToken,
            [
                "rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "index",
                .. Operations.SelectMany(operation => new[] { "--git-path", operation.Entry }),
            ])
            .ToText().TrimEnd().Split('\n');
        RefuseUnfinished(files[2..]);
        return new CarryList(headers["branch.oid"], branch, files[0], files[1], changed, added)
        {
            Intended = intended,
            IsIncomplete = isIncomplete,
        };
    }

    /// <summary>Writes what is staged, and what is in the files, as trees.</summary>
    /// <param name="index">A file for the copy of the index, absolute.</param>
    /// <param name="objects">The objects of a repository that borrows those of the clone, absolute.</param>
    public (string Staged, string Files) Write(
        CarryList list, string index, string objects, CancellationToken cancellationToken)
    {
        if (File.Exists(list.Index))
            File.Copy(list.Index, index, overwrite: true);
        (string, string)[] elsewhere = [("GIT_INDEX_FILE", index), ("GIT_OBJECT_DIRECTORY", objects)];
        var staged = Run(elsewhere, null, cancellationToken, "write-tree").ToText().Trim();
        var paths = RawText.Concat(list.Changed.Concat(list.Added), end: '\0').ToBytes();
        Run(elsewhere, stream => stream.Write(paths), cancellationToken,
            "update-index", "--add", "--remove", "--replace", "-z", "--stdin");
        return (staged, Run(elsewhere, null, cancellationToken, "write-tree").ToText().Trim());
    }

    // A commit in the checkout would know nothing of it: that of a merge would have one parent.
    private void RefuseUnfinished(string[] entries)
    {
        var found = Operations.Zip(entries).FirstOrDefault(one => System.IO.Path.Exists(one.Second));
        if (found.First.Command is { } command)
        {
            throw new GitprocException(
                ErrorReason.CannotCarry,
                $"A git {command} is unfinished in {path}, and cannot be brought along. Finish or abort it first: "
                    + $"git {command} --continue, or git {command} --abort",
                path);
        }
    }

    // git-lfs would store a new content in the clone, and look for it on the remote from the checkout.
    private void RefuseLfs(IReadOnlyList<RawText> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return;
        var input = RawText.Concat(paths, end: '\0').ToBytes();
        // git-check-attr(1): PATH, ATTRIBUTE and VALUE.
        var lfs = Run([], stream => stream.Write(input), cancellationToken, "check-attr", "-z", "--stdin", "filter")
            .Split('\0')
            .Chunk(3)
            .FirstOrDefault(fields => fields is [_, _, { Chars: "lfs" }]);
        if (lfs is not null)
        {
            throw new GitprocException(
                ErrorReason.CannotCarry,
                $"{lfs[0].ToText()} in {path} is a file of LFS, and a change of it cannot be brought along. Commit and push it.",
                path);
        }
    }

    private RawText Run(
        (string, string)[] environment,
        Action<Stream>? input,
        CancellationToken cancellationToken,
        params IReadOnlyList<string> arguments) =>
        git.Run(
            new GitCall(arguments)
            {
                WorkingDirectory = path,
                Subject = path,
                Config = Caution,
                Environment = [("GIT_OPTIONAL_LOCKS", "0"), .. environment],
                Input = input,
            },
            cancellationToken).RawOutput;
}

/// <summary>What a clone has that is not committed.</summary>
/// <param name="Head">The commit that is checked out.</param>
/// <param name="Branch">The branch that is checked out; null for none.</param>
/// <param name="Objects">The folder of its objects, absolute.</param>
/// <param name="Index">Its index, absolute.</param>
/// <param name="Changed">The tracked files that differ from the commit, staged or not.</param>
/// <param name="Added">The files that git neither tracks nor ignores.</param>
internal sealed record CarryList(
    string Head,
    string? Branch,
    string Objects,
    string Index,
    IReadOnlyList<RawText> Changed,
    IReadOnlyList<RawText> Added)
{
    /// <summary>Those of the changed files that the index has without content, of <c>git add -N</c>.</summary>
    public required IReadOnlyList<RawText> Intended { get; init; }

    /// <summary>True if there is more: ignored files, repositories in it, or changes in submodules.</summary>
    public bool IsIncomplete { get; init; }
}
