using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Recycling;

/// <summary>Makes the work tree of a checkout that of a commit, and of nothing else. All that is thrown away is lost.</summary>
internal sealed class Cleaning(GitView view, GitRunner git, RecyclingRequest request)
{
    // Removing a .gitignore shows what it has hidden.
    private const int MaxRounds = 4;

    private readonly bool _isFull = request.Clean == CleanMode.Full;

    /// <summary>Cleans. The index of the view is then that of the target.</summary>
    /// <param name="record">What was clean before; null when that is not known.</param>
    public bool Run(RawFolder root, HiddenEntries hidden, IReadOnlyList<IndexEntry> tracked, TreeRecord? record, CancellationToken cancellationToken)
    {
        hidden.Remove(root);
        // First by the rules of the job: what it did not ignore goes, whatever the commit to come ignores.
        _ = Clean(cancellationToken);
        view.UseBaseObjects();
        view.SetHead(request.Target.Commit);
        var entries = Prepare(root, tracked, record, cancellationToken);
        var error = CheckOut(cancellationToken);
        for (var round = 0; round < MaxRounds; round++)
        {
            if (round > 0)
                error += Clean(cancellationToken);
            if (error.Length > 0)
            {
                // What git could not do is tried again with all folders accessible, as walking over them makes them.
                RawTree.Walk(root, "", entry => entry.Path != ".git");
                error = CheckOut(cancellationToken) + Clean(cancellationToken);
            }

            var look = WorkTreeLook.Take(view, git, request.Checkout, HiddenEntries.Find(root, entries), _isFull, cancellationToken);
            look.Hidden.Remove(root);
            var untracked = ListUntracked(look, root, cancellationToken);
            if (look.Changes.Count + untracked.Count == 0 && look.Hidden.IsEmpty)
                return look.Untracked.Count == 0;
            if (round > 0)
            {
                foreach (var path in untracked)
                    RawTree.Remove(root, path);
            }
        }

        throw new GitprocException(
            ErrorReason.CannotClean, $"{request.Checkout} cannot be cleaned{(error.Length > 0 ? $": {error}" : ": files come back as they are removed.")}", request.Checkout);
    }

    // What is for certain as a fresh checkout has it git leaves alone; all else it writes anew.
    private IReadOnlyList<IndexEntry> Prepare(RawFolder root, IReadOnlyList<IndexEntry> tracked, TreeRecord? record, CancellationToken cancellationToken)
    {
        view.UseOwnIndex();
        var entries = record is not null && record.Commit == request.Target.Commit ? record.Entries : view.ReadTree(git, request.Checkout, request.Target.Commit, cancellationToken);
        RemoveOthers(root, tracked.Concat(record?.Entries ?? []), entries);
        var stats = TreeStats.Of(request.Path, [.. entries.Select(entry => entry.Path)], cancellationToken);
        // By other attributes the same content is another file.
        var known = new KnownFiles(record is not null && Attributes(record.Entries).SequenceEqual(Attributes(entries)) ? record : null);
        var prepared = entries.Select((entry, i) => entry with { Stat = known.IsUnchanged(entry, stats[i]) ? stats[i] : default, Marks = IndexMarks.None }).ToArray();
        view.WriteIndex(prepared);
        var unknown = Enumerable.Range(0, prepared.Length).Where(i => prepared[i].Stat == default && !prepared[i].IsSubmodule && stats[i] != default && stats[i].Kind != EntryKind.Folder && known.MayBeUnchanged(entries[i], stats[i])).ToList();
        if (unknown.Count == 0)
            return entries;
        foreach (var (place, stat) in new FreshFiles(view, git, request).Compare(prepared, unknown, cancellationToken))
            prepared[place] = prepared[place] with { Stat = stat };
        view.WriteIndex(prepared);
        return entries;
    }

    private static IEnumerable<(string Path, string Id)> Attributes(IReadOnlyList<IndexEntry> entries) => entries
        .Where(entry => entry.Path.EndsWith(".gitattributes", StringComparison.Ordinal))
        .Select(entry => (entry.Path, Convert.ToHexString(entry.Id.Span)));

    // They may be ignored, so that git would leave them.
    private static void RemoveOthers(RawFolder root, IEnumerable<IndexEntry> tracked, IReadOnlyList<IndexEntry> entries)
    {
        var wanted = entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in tracked.Where(entry => !wanted.Contains(entry.Path)))
        {
            RawTree.At(root, entry.Path, (folder, name) =>
            {
                if (folder.Find(name) is EntryKind.File or EntryKind.Link)
                    folder.RemoveFile(name);
                return true;
            });
            // And the folders that are empty then, as git does; that of a submodule is.
            for (var end = entry.IsSubmodule ? entry.Path.Length : entry.Path.LastIndexOf('/'); end > 0; end = entry.Path.LastIndexOf('/', end - 1))
            {
                if (!RawTree.At(root, entry.Path[..end], (folder, name) => folder.Find(name) == EntryKind.Folder && folder.RemoveFolder(name)))
                    break;
            }
        }
    }

    // A folder that holds nothing but ignored files is shown as untracked, and stays.
    private List<string> ListUntracked(WorkTreeLook look, RawFolder root, CancellationToken cancellationToken) =>
        [.. (_isFull || look.Untracked.Count == 0 ? look.Untracked : look.ListUntracked(view, git, request.Checkout, root, cancellationToken)).Select(path => path.TrimEnd('/'))];

    private string Clean(CancellationToken cancellationToken) =>
        Git(cancellationToken, ["clean", "-ffdq", .. _isFull ? ["-x"] : (string[])[]]);

    private string CheckOut(CancellationToken cancellationToken)
    {
        // Not --quiet: then it does not say how far it is.
        var error = request.Target.Commit is { } commit
            ? Git(cancellationToken, "reset", "--hard", commit)
            : Git(cancellationToken, "read-tree", "--reset", "-u", FindEmptyTree(cancellationToken));
        return error;
    }

    // git knows it in every repository, by an id that depends on the hash.
    private string FindEmptyTree(CancellationToken cancellationToken) =>
        git.Run(view.Call(request.Checkout, "hash-object", "-t", "tree", "--stdin"), cancellationToken).Output.TrimEnd();

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
