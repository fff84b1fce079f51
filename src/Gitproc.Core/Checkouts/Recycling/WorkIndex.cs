using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The job's own index, which decides what is work: what is staged, what is tracked, and of which files its own git has found that
/// they are unchanged. It is read as bytes, and for git it is written anew: an entry keeps what it says of its file where that is
/// still so, in nanoseconds. All others git compares by content, with no config, filter or mark of the job's: a checkout
/// whose filters somebody has turned on, and that has no change in it, is no work; one that cannot be read says nothing, and
/// all that is not as it was when it was clean is work.
/// </summary>
internal sealed record WorkIndex
{
    private const string Shared = "sharedindex.";

    /// <summary>The entries, with what is known of their files.</summary>
    public required IReadOnlyList<IndexEntry> Entries { get; init; }

    /// <summary>The file with the index as the job left it; null when it cannot be read.</summary>
    public required string? Original { get; init; }

    /// <summary>Looks at the work tree.</summary>
    public WorkTreeLook Look(GitView view, GitRunner git, RecyclingRequest request, RawFolder root, CancellationToken cancellationToken) =>
        WorkTreeLook.Take(view, git, request.Checkout, HiddenEntries.Find(root, Entries), request.Clean == CleanMode.Full, cancellationToken) with
        {
            Skipped = Entries.Where(entry => entry.Marks.HasFlag(IndexMarks.SkipWorktree)).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal),
        };

    /// <summary>Reads the index, and lets git work with what is to be believed of it from here on.</summary>
    /// <param name="head">The commit that HEAD names; null for none.</param>
    /// <param name="record">What was clean; null when that is not known.</param>
    public static WorkIndex Take(
        GitView view, GitRunner git, RecyclingRequest request, RawFolder gitDirectory, string? head, TreeRecord? record, CancellationToken cancellationToken)
    {
        var own = Read(view, git, request, gitDirectory, cancellationToken);
        IReadOnlyList<IndexEntry> entries;
        if (own is not var (file, _, _))
            entries = head == record?.Commit && record is not null ? record.Entries : ReadCommit(view, git, request, head, cancellationToken);
        else
            entries = file.Entries;
        var stats = TreeStats.Of(request.Path, [.. entries.Select(entry => entry.Path)], cancellationToken);
        var known = new KnownFiles(record);
        var writtenAt = own?.WrittenAt ?? 0;
        var checkedEntries = new IndexEntry[entries.Count];
        for (var i = 0; i < checkedEntries.Length; i++)
        {
            var entry = entries[i];
            // At the time of the index itself its git would look again too.
            var isUnchanged = own is not null && entry.Stat.Newest < writtenAt && entry.Stat.IsAsInIndex(stats[i]);
            checkedEntries[i] = entry with { Stat = isUnchanged || known.IsUnchanged(entry, stats[i]) ? stats[i] : default };
        }

        view.UseOwnIndex();
        view.WriteIndex(checkedEntries);
        return new WorkIndex { Entries = checkedEntries, Original = own?.Path };
    }

    private static (IndexFile File, string Path, long WrittenAt)? Read(
        GitView view, GitRunner git, RecyclingRequest request, RawFolder gitDirectory, CancellationToken cancellationToken)
    {
        if (gitDirectory.StatOf("index"u8) is not { } stat || IndexFile.TryRead(gitDirectory, "index") is not { } content)
            return null;
        var file = IndexFile.Parse(content);
        if (file is not { IsPartial: true })
            return file is null ? null : (file, view.Index, stat.Modified);
        // git puts it together, in a copy.
        var whole = Path.Combine(view.Folder, "whole");
        File.WriteAllBytes(whole, content);
        BringSharedParts(view, gitDirectory);
        var call = view.Call(request.Checkout, "update-index", "--no-split-index", "--force-write-index");
        git.Run(call with { Environment = [.. call.Environment, ("GIT_INDEX_FILE", whole)], MayFail = true }, cancellationToken);
        return IndexFile.Parse(File.ReadAllBytes(whole)) is { IsPartial: false } joined ? (joined, whole, stat.Modified) : null;
    }

    // git looks for them where it thinks that the git directory is (git-update-index(1), "Split index").
    private static void BringSharedParts(GitView view, RawFolder gitDirectory)
    {
        using var folder = RawFolder.Open(view.Folder);
        foreach (var (name, _) in gitDirectory.Entries().Where(entry => entry.Kind == EntryKind.File && entry.Name.StartsWith(Shared, StringComparison.Ordinal)))
        {
            using var from = gitDirectory.TryOpenFile(name);
            using var to = folder.CreateFile(name, isExecutable: false);
            from?.Content.CopyTo(to);
        }
    }

    private static IReadOnlyList<IndexEntry> ReadCommit(GitView view, GitRunner git, RecyclingRequest request, string? head, CancellationToken cancellationToken)
    {
        view.UseOwnIndex();
        try
        {
            return view.ReadTree(git, request.Checkout, head, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            // The commit is gone: what differs from the one to come is all that can be told.
            view.SetHead(request.Target.Commit);
            return view.ReadTree(git, request.Checkout, request.Target.Commit, cancellationToken);
        }
    }
}
