using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Restores a rescue into a checkout. Afterwards the checkout is as the job left it: work tree, index, branches,
/// stashes and unfinished operations.
/// </summary>
internal sealed class RescueRestore(RescueSource source, string basePath, GitRunner git, CheckoutPlace place)
{
    private static readonly RawText InGitDirectory = RescueTree.Work + RescueTree.Escape(".git/"u8);

    private static readonly RawText Modules = ".git/modules/"u8;

    public void Run(CancellationToken cancellationToken)
    {
        var content = new RescueContent(source, git);
        var items = content
            .List(cancellationToken)
            .ToLookup(item =>
                item.Path.StartsWith(RescueTree.Work) || item.Path == RescueTree.Index);
        var notes = new Dictionary<RawText, RawText>();
        var isStored = (RawText path) =>
            path.StartsWith(RescueTree.Staged) || path.StartsWith(RescueTree.Objects);
        content.Read(
            [.. items[false].Where(item => !isStored(item.Path))],
            (item, reader) => notes[item.Path] = reader.ReadNext(),
            cancellationToken);

        using var root = RawFolder.Open(place.Path);
        using var state = RawFolder.Open(place.GitDirectory);
        var tree = new CheckoutTree(root, state);
        // First the files of the git directory: they may include objects that refs need.
        var work = items[true].ToLookup(item => item.Path.StartsWith(InGitDirectory));
        // The pool may have kept the git directories of submodules. Those of the rescue take their place.
        if (work[true].Any(item => RescueTree.Unescape(item.Path[RescueTree.Work.Length..]).StartsWith(Modules)))
            RawTree.Remove(state, "modules"u8);
        RestoreFiles(tree, content, [.. work[true]], cancellationToken);
        RestoreObjects(
            notes,
            items[false].Where(item => isStored(item.Path)).Select(item => item.Path.Split('/')[1].ToText()).Distinct(),
            cancellationToken);
        var head = place.IsWorktree
            ? new WorktreeRefs(basePath, Git, place).Restore(state, notes, cancellationToken)
            : RestoreRefs(state, notes, cancellationToken);
        CheckOut(head, mayBeRefused: work[true].Any(), cancellationToken);
        RestoreWorkTree(tree, content, [.. work[false]], notes, cancellationToken);
        foreach (
            var (path, text) in notes.Where(note =>
                note.Key.StartsWith(RescueTree.GitDirectory)
                && !IsRestored(note.Key[RescueTree.GitDirectory.Length..])))
            RawTree.Write(state, RescueTree.Unescape(path[RescueTree.GitDirectory.Length..]), text);
        new SubmodulePointers(Git, place).Mend(
            tree,
            work[false].Select(item => RescueTree.Unescape(item.Path[RescueTree.Work.Length..])),
            cancellationToken);
        RestoreConfig(state, notes.GetValueOrDefault(RescueTree.Config), cancellationToken);
        RestoreModes(tree, Paths(notes.GetValueOrDefault(RescueTree.Modes)));
    }

    // If objects came back as files, git may refuse to check some of them out. The job had not checked them out either;
    // its index and files come next.
    private void CheckOut(string? head, bool mayBeRefused, CancellationToken cancellationToken)
    {
        try
        {
            Git(
                null,
                cancellationToken,
                "read-tree",
                "--reset",
                "-u",
                head ?? Git(null, cancellationToken, "hash-object", "-t", "tree", "--stdin").Output.TrimEnd());
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed && mayBeRefused)
        {
        }
    }

    // True for files that were restored together with the refs.
    private bool IsRestored(RawText path) =>
        path == "HEAD"u8
        || (place.IsWorktree && (path == RefLines.StashLog || path.StartsWith("worktrees/"u8)));

    // Copy what is in the rescue's own repository, because that may be removed later.
    private void RestoreObjects(
        Dictionary<RawText, RawText> notes, IEnumerable<string> stored, CancellationToken cancellationToken)
    {
        if (source.Repository != basePath)
            source.CopyTo(git, place.Objects, stored, TemplateRefs.Ids(basePath), cancellationToken);
        foreach (var (_, text) in notes.Where(note => note.Key.StartsWith(RescueTree.Tags)))
            Git(text, cancellationToken, "hash-object", "-t", "tag", "-w", "--stdin");
    }

    // Returns the commit that was checked out; null if there was none.
    private string? RestoreRefs(
        RawFolder state, Dictionary<RawText, RawText> notes, CancellationToken cancellationToken)
    {
        var (updates, symbolic, gone) = RefLines.Read(notes.GetValueOrDefault(RescueTree.Refs));
        // Remove the branch that recycling made. A rescue of undone commits has no HEAD, and removes no branch.
        if (notes.ContainsKey(RescueTree.GitDirectory + "HEAD"u8))
        {
            gone.AddRange(
                RefFiles
                    .Read(state)
                    .Keys.Where(name => name.StartsWith("refs/heads/"u8) && !updates.ContainsKey(name)));
        }

        var existing = Git(
                RawText.FromText(string.Concat(updates.Values.Select(value => value + "\n"))),
                cancellationToken,
                "cat-file",
                "--batch-check=%(objectname) %(objecttype)")
            .Output.Split('\n')
            .Where(line => !line.EndsWith("missing", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .ToHashSet(StringComparer.Ordinal);
        Git(
            RawText.Concat(gone.Select(name => RawText.Create($"delete {name}\0")), end: '\0'),
            cancellationToken,
            "update-ref", "-z", "--stdin");
        Git(RefLines.Update(updates, existing), cancellationToken, "update-ref", "-z", "--stdin");
        foreach (var (name, value) in symbolic)
            RawTree.Write(state, name, value + "\n"u8);

        // A damaged HEAD is not restored, because git would not recognize the checkout as a repository.
        var head = RefFiles.Parse(notes.GetValueOrDefault(RescueTree.GitDirectory + "HEAD"u8));
        if (head is { } content)
            RawTree.Write(state, "HEAD"u8, content + "\n"u8);
        else
            head = RefFiles.ReadFile(state, "HEAD"u8);
        return RefFiles.Resolve(RefFiles.Read(state), head);
    }

    private static void RestoreWorkTree(
        CheckoutTree tree,
        RescueContent content,
        IReadOnlyList<RescueContent.Item> items,
        Dictionary<RawText, RawText> notes,
        CancellationToken cancellationToken)
    {
        var root = tree.Root;
        foreach (var path in Paths(notes.GetValueOrDefault(RescueTree.Deleted)))
            RawTree.Remove(root, path);
        RemoveEmptyFolders(root, Paths(notes.GetValueOrDefault(RescueTree.Deleted)));
        foreach (var path in Paths(notes.GetValueOrDefault(RescueTree.EmptyFolders)))
            tree.MakeFolder(path);
        RestoreFiles(tree, content, items, cancellationToken);
    }

    private static void RestoreFiles(
        CheckoutTree tree,
        RescueContent content,
        IReadOnlyList<RescueContent.Item> items,
        CancellationToken cancellationToken) =>
        content.Read(
            items,
            (item, reader) =>
            {
                if (item.Path == RescueTree.Index)
                    RawTree.Make(
                        tree.GitDirectory, RescueTree.Index, (folder, name) => Write(folder, name, item, reader));
                else
                    tree.Make(
                        RescueTree.Unescape(item.Path[RescueTree.Work.Length..]),
                        (folder, name) => Write(folder, name, item, reader));
            },
            cancellationToken);

    private static void Write(RawFolder folder, RawText name, RescueContent.Item item, BatchReader reader)
    {
        if (item.IsLink)
        {
            folder.CreateLink(name, reader.ReadNext());
            return;
        }

        using var file = folder.CreateFile(name, item.IsExecutable);
        reader.CopyNext(file);
    }

    // As git does after removing the last file in a folder.
    private static void RemoveEmptyFolders(RawFolder root, IEnumerable<RawText> removed)
    {
        foreach (var path in removed)
        {
            for (var parent = path.ParentPath(); parent.Length > 0; parent = parent.ParentPath())
            {
                if (
                    !RawTree.At(
                        root,
                        parent,
                        (folder, name) => folder.Find(name) == EntryKind.Folder && folder.RemoveFolder(name)))
                    break;
            }
        }
    }

    // Last, because a folder may not be writable afterwards; entries before their folder.
    private static void RestoreModes(CheckoutTree tree, IEnumerable<RawText> modes)
    {
        foreach (var entry in modes.Reverse())
        {
            var space = entry.IndexOf(' ');
            var mode = (UnixFileMode)Convert.ToInt32(entry[..space].ToText(), 8);
            tree.At(entry[(space + 1)..], (folder, name) =>
            {
                if (folder.Find(name) is EntryKind.File or EntryKind.Folder)
                    folder.SetMode(name, mode);
                return true;
            });
        }
    }

    private void RestoreConfig(RawFolder state, RawText config, CancellationToken cancellationToken)
    {
        // A worktree uses the config of its repository.
        if (config.Length == 0 || place.IsWorktree)
            return;
        var there = Git(null, cancellationToken, "config", "--local", "--list", "-z").RawOutput.Split('\0').ToHashSet();
        var added = RawTree.Read(state, "config"u8) ?? default;
        // "SECTION.NAME.KEY", a line feed and the value; the value may be missing.
        foreach (var entry in Paths(config).Where(entry => !there.Contains(entry)))
        {
            var end = entry.IndexOf('\n');
            var key = end < 0 ? entry : entry[..end];
            if (key.Chars.Count(c => c == '.') > 1)
                added += ConfigText.Entry(key, end < 0 ? null : entry[(end + 1)..]);
        }

        RawTree.Write(state, "config"u8, added);
    }

    private static RawText[] Paths(RawText text) => text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private GitResult Git(
        RawText? input, CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        git.Run(
            new GitCall(arguments)
            {
                WorkingDirectory = place.Path,
                Subject = Path.GetFileName(place.Path),
                Input = input is { } raw ? stream => stream.Write(raw.ToBytes()) : null,
                // The checkout is pristine, but the caller's working directory may be in another repository. Hooks are
                // meant for users' own commands.
                Config = [GitCall.NoHooks, ("core.fsmonitor", "false")],
                Environment =
                [
                    ("GIT_DIR", place.GitDirectory),
                    ("GIT_WORK_TREE", place.Path),
                    ("GIT_NO_REPLACE_OBJECTS", "1"),
                ],
            },
            cancellationToken);
}
