using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Recycling;

/// <summary>Makes the work tree of a checkout match a commit exactly. Whatever is removed here is lost.</summary>
internal sealed class Cleaning(GitView view, GitRunner git, RecyclingRequest request)
{
    // Removing a .gitignore reveals the files that it hid.
    private const int MaxRounds = 4;

    private readonly bool _isFull = request.Clean == CleanMode.Full;

    /// <summary>Paths of submodules that stay filled if the target has them. They are cleaned by themselves.</summary>
    public IReadOnlySet<RawText> Submodules { get; init; } = new HashSet<RawText>();

    /// <summary>Cleans. Afterwards the index of the view is the target's.</summary>
    /// <param name="record">The record of the last cleaning; null if there is none.</param>
    /// <returns>True if the tracked folders hold nothing else except ignored files.</returns>
    public bool Run(
        RawFolder root,
        HiddenEntries hidden,
        IReadOnlyList<IndexEntry> tracked,
        TreeRecord? record,
        CancellationToken cancellationToken)
    {
        Leave(hidden).Remove(root);
        // The job's ignore rules apply first: files that they do not ignore go, even if the target ignores them.
        _ = Clean(cancellationToken);
        view.UseBaseObjects();
        view.SetHead(request.Target.Commit);
        view.UseFiles(request.Target.Files, request.Url);
        var entries = Prepare(root, tracked, record, cancellationToken);
        var error = CheckOut(cancellationToken);
        if (record?.Files.HasPointers != request.Target.Files.HasPointers)
        {
            RemoveLfsFiles(root, cancellationToken);
            error += CheckOut(cancellationToken);
        }

        for (var round = 0; round < MaxRounds; round++)
        {
            if (round > 0)
                error += Clean(cancellationToken);
            if (error.Length > 0)
            {
                // If git failed, try again after a walk, which makes all folders accessible.
                RawTree.Walk(root, default, entry => entry.Path != ".git"u8);
                error = CheckOut(cancellationToken) + Clean(cancellationToken);
            }

            var look = WorkTreeLook.Take(
                view, git, request.Checkout, Leave(HiddenEntries.Find(root, entries)), _isFull, cancellationToken);
            look.Hidden.Remove(root);
            var untracked = ListUntracked(look, root, cancellationToken);
            var changes = look.Changes.Count(change => !(change.IsSubmodule && Submodules.Contains(change.Path)));
            if (changes + untracked.Count == 0 && look.Hidden.IsEmpty)
                return look.Untracked.Count == 0;
            if (round > 0)
            {
                foreach (var path in untracked)
                {
                    RawTree.Remove(root, path);
                    RawTree.RemoveEmptyFolders(root, path.ParentPath());
                }
            }
        }

        throw new GitprocException(
            ErrorReason.CannotClean,
            $"{request.Checkout} cannot be cleaned{(error.Length > 0 ? $": {error}" : ": removed files keep coming back.")}",
            request.Checkout);
    }

    // git leaves files alone that are certainly as in a fresh checkout, and rewrites all others.
    private IReadOnlyList<IndexEntry> Prepare(
        RawFolder root, IReadOnlyList<IndexEntry> tracked, TreeRecord? record, CancellationToken cancellationToken)
    {
        view.UseOwnIndex();
        var entries =
            record is not null && record.Commit == request.Target.Commit
                ? record.Entries
                : view.ReadTree(git, request.Checkout, request.Target.Commit, cancellationToken);
        EmptyOthers(root, entries);
        RemoveOthers(root, tracked.Concat(record?.Entries ?? []), entries);
        var stats = TreeStats.Of(request.Path, [.. entries.Select(entry => entry.Path)], cancellationToken);
        var known = new KnownFiles(
            record is not null && IndexFile.HaveSameAttributes(record.Entries, entries) ? record : null);
        var prepared = entries
            .Select(
                (entry, i) =>
                    entry with
                    {
                        Stat = known.IsUnchanged(entry, stats[i]) ? stats[i] : default,
                        Marks = IndexMarks.None,
                    })
            .ToArray();
        view.WriteIndex(prepared);
        var unknown = Enumerable
            .Range(0, prepared.Length)
            .Where(i =>
                prepared[i].Stat == default
                && !prepared[i].IsSubmodule
                && stats[i] != default
                && stats[i].Kind != EntryKind.Folder
                && request.Target.Files.Has(entries[i].Path)
                && known.MayBeUnchanged(entries[i], stats[i]))
            .ToList();
        if (unknown.Count == 0)
            return entries;
        foreach (var (place, stat) in new FreshFiles(view, git, request).Compare(prepared, unknown, cancellationToken))
            prepared[place] = prepared[place] with { Stat = stat };
        view.WriteIndex(prepared);
        return entries;
    }

    private HiddenEntries Leave(HiddenEntries hidden) => Submodules.Count == 0
        ? hidden
        : hidden with { Filled = [.. hidden.Filled.Where(path => !Submodules.Contains(path))] };

    // git leaves the folder of a submodule that the target does not have.
    private void EmptyOthers(RawFolder root, IReadOnlyList<IndexEntry> entries)
    {
        if (Submodules.Count == 0)
            return;
        var wanted = entries
            .Where(entry => entry.IsSubmodule && request.Target.Files.Has(entry.Path))
            .Select(entry => entry.Path)
            .ToHashSet();
        var others = HiddenEntries.None with { Filled = [.. Submodules.Where(path => !wanted.Contains(path))] };
        others.Remove(root);
    }

    // To git, a pointer equals the file. The files of the commit say which those are, because they are checked out now.
    private void RemoveLfsFiles(RawFolder root, CancellationToken cancellationToken)
    {
        var call = view.Call(request.Checkout, "ls-files", "-z", "--", ":(attr:filter=lfs)");
        var files = git.Run(
            call with { Environment = [.. call.Environment, ("GIT_LITERAL_PATHSPECS", "0")] }, cancellationToken);
        foreach (var path in files.RawOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries))
            RawTree.Remove(root, path);
    }

    // The new target may ignore these files, and then git would leave them.
    private static void RemoveOthers(RawFolder root, IEnumerable<IndexEntry> tracked, IReadOnlyList<IndexEntry> entries)
    {
        var wanted = entries.Select(entry => entry.Path).ToHashSet();
        foreach (var entry in tracked.Where(entry => !wanted.Contains(entry.Path)))
        {
            RawTree.At(
                root,
                entry.Path,
                (folder, name) =>
                {
                    if (folder.Find(name) is EntryKind.File or EntryKind.Link)
                        folder.RemoveFile(name);
                    return true;
                });
            // Remove folders that are empty now, as git does. A submodule's folder is empty already.
            RawTree.RemoveEmptyFolders(root, entry.IsSubmodule ? entry.Path : entry.Path.ParentPath());
        }
    }

    // git shows a folder with only ignored files as untracked; such a folder stays.
    private List<RawText> ListUntracked(WorkTreeLook look, RawFolder root, CancellationToken cancellationToken) =>
        [
            .. (
                _isFull || look.Untracked.Count == 0
                    ? look.Untracked
                    : look.ListUntracked(view, git, request.Checkout, root, cancellationToken)
            ).Select(path => path.TrimEnd('/')),
        ];

    private string Clean(CancellationToken cancellationToken) =>
        Git(cancellationToken, ["clean", "-ffdq", .. _isFull ? ["-x"] : (string[])[]]);

    private string CheckOut(CancellationToken cancellationToken)
    {
        // Without --quiet, so that git reports progress.
        var error = request.Target.Commit is { } commit
            ? Git(cancellationToken, "reset", "--hard", commit)
            : Git(cancellationToken, "read-tree", "--reset", "-u", FindEmptyTree(cancellationToken));
        return error;
    }

    // Every repository has the empty tree; its id depends on the hash algorithm.
    private string FindEmptyTree(CancellationToken cancellationToken) =>
        git.Run(view.Call(request.Checkout, "hash-object", "-t", "tree", "--stdin"), cancellationToken)
            .Output.TrimEnd();

    private string Git(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        try
        {
            git.Run(view.Call(request.Checkout, arguments) with { Base = request.Base }, cancellationToken);
            return "";
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            return e.Message + "\n";
        }
    }
}
