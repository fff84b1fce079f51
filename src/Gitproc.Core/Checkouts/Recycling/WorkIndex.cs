using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The job's own index, which decides what counts as work: what is staged, what is tracked, and which files the job's
/// git found unchanged. It is read as bytes and written again for our git. An entry keeps its file data if the file
/// still matches it, in nanoseconds. git compares all other files by content, without the job's config, filters and
/// marks. So a checkout with unchanged files is not work, even if a user turned on filters in it. If the index cannot
/// be read, everything that differs from the clean state is work.
/// </summary>
internal sealed record WorkIndex
{
    /// <summary>The entries, with the file data that is still true.</summary>
    public required IReadOnlyList<IndexEntry> Entries { get; init; }

    /// <summary>True for the entries of files that the checkout never had.</summary>
    public required IReadOnlyList<bool> LeftOut { get; init; }

    /// <summary>The path of the index as the job left it; null if it cannot be read.</summary>
    public required string? Original { get; init; }

    /// <summary>Looks at the work tree.</summary>
    public WorkTreeLook Look(
        GitView view, GitRunner git, RecyclingRequest request, RawFolder root, CancellationToken cancellationToken) =>
        WorkTreeLook.Take(
            view,
            git,
            request.Checkout,
            HiddenEntries.Find(root, Entries),
            request.Clean == CleanMode.Full,
            cancellationToken) with
        {
            Skipped = Entries
                .Where((entry, i) => entry.Marks.HasFlag(IndexMarks.SkipWorktree) && !LeftOut[i])
                .Select(entry => entry.Path)
                .ToHashSet(),
        };

    /// <summary>Reads the index, and makes git use the trusted part of it.</summary>
    /// <param name="head">The commit that HEAD names; null for none.</param>
    /// <param name="record">The record of the last cleaning; null if there is none.</param>
    public static WorkIndex Take(
        GitView view,
        GitRunner git,
        RecyclingRequest request,
        RawFolder gitDirectory,
        string? head,
        TreeRecord? record,
        CancellationToken cancellationToken)
    {
        var own = Read(view, git, request, gitDirectory, cancellationToken);
        IReadOnlyList<IndexEntry> entries;
        if (own is not var (file, _, _))
            entries =
                head == record?.Commit && record is not null
                    ? record.Entries
                    : ReadCommit(view, git, request, head, cancellationToken);
        else
            entries = file.Entries;
        var stats = TreeStats.Of(request.Path, [.. entries.Select(entry => entry.Path)], cancellationToken);
        var known = new KnownFiles(record);
        var writtenAt = own?.WrittenAt ?? 0;
        var checkedEntries = new IndexEntry[entries.Count];
        var leftOut = new bool[entries.Count];
        for (var i = 0; i < checkedEntries.Length; i++)
        {
            var entry = entries[i];
            // A file as new as the index itself is not trusted; git would compare it again too.
            var isUnchanged = own is not null && entry.Stat.Newest < writtenAt && entry.Stat.IsAsInIndex(stats[i]);
            leftOut[i] = known.IsLeftOut(entry, stats[i]);
            checkedEntries[i] = entry with
            {
                Stat = isUnchanged || known.IsUnchanged(entry, stats[i]) ? stats[i] : default,
            };
        }

        view.UseOwnIndex();
        view.WriteIndex([.. checkedEntries.Select((entry, i) => entry with
        {
            Marks = (entry.Marks & IndexMarks.IntentToAdd) | (leftOut[i] ? IndexMarks.SkipWorktree : IndexMarks.None),
        })]);
        return new WorkIndex { Entries = checkedEntries, LeftOut = leftOut, Original = own?.Path };
    }

    private static (IndexFile File, string Path, long WrittenAt)? Read(
        GitView view,
        GitRunner git,
        RecyclingRequest request,
        RawFolder gitDirectory,
        CancellationToken cancellationToken)
    {
        if (gitDirectory.StatOf("index"u8) is not { } stat
            || IndexFile.TryRead(gitDirectory, "index"u8) is not { } content)
            return null;
        var file = IndexFile.Parse(content);
        if (file is not { IsPartial: true })
            return file is null ? null : (file, view.Index, stat.Modified);
        // The index is split: git joins the parts, in a copy.
        var whole = Path.Combine(view.Folder, "whole");
        File.WriteAllBytes(whole, content);
        BringSharedParts(view, gitDirectory);
        var call = view.Call(request.Checkout, "update-index", "--no-split-index", "--force-write-index");
        git.Run(
            call with
            {
                Environment = [.. call.Environment, ("GIT_INDEX_FILE", whole)],
                MayFail = true,
            },
            cancellationToken);
        return IndexFile.Parse(File.ReadAllBytes(whole)) is { IsPartial: false } joined
            ? (joined, whole, stat.Modified)
            : null;
    }

    // git expects the shared parts in its git directory (git-update-index(1), "Split index").
    private static void BringSharedParts(GitView view, RawFolder gitDirectory)
    {
        using var folder = RawFolder.Open(view.Folder);
        foreach (var (name, _) in gitDirectory
                .Entries()
                .Where(entry => entry.Kind == EntryKind.File && entry.Name.StartsWith("sharedindex."u8))
        )
        {
            using var from = gitDirectory.TryOpenFile(name);
            using var to = folder.CreateFile(name, isExecutable: false);
            from?.Content.CopyTo(to);
        }
    }

    private static IReadOnlyList<IndexEntry> ReadCommit(
        GitView view, GitRunner git, RecyclingRequest request, string? head, CancellationToken cancellationToken)
    {
        view.UseOwnIndex();
        try
        {
            return view.ReadTree(git, request.Checkout, head, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            // The commit is gone. Only differences from the new target can be found.
            view.SetHead(request.Target.Commit);
            return view.ReadTree(git, request.Checkout, request.Target.Commit, cancellationToken);
        }
    }
}
