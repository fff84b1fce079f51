using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Uses our own record to prove that the tracked files of a checkout are unchanged. It looks at each file once. git
/// runs only if entries were added to or removed from a folder, to tell which of them are ignored.
/// </summary>
internal sealed class QuickLook(GitView view, GitRunner git, RecyclingRequest request, TreeRecord record)
{
    private FileStat[] _folders = [];
    private bool _isOwnIndex;

    /// <summary>
    /// Paths of submodules that are filled, and are looked at by themselves. Their folders here do not count.
    /// </summary>
    public IReadOnlySet<RawText> Submodules { get; init; } = new HashSet<RawText>();

    /// <summary>Looks at the checkout.</summary>
    /// <returns>
    /// The untracked paths, without changes; null if there may be changes, or entries that git does not report.
    /// </returns>
    public WorkTreeLook? TryTake(
        RawFolder root, RawFolder gitDirectory, RepositoryState state, CancellationToken cancellationToken)
    {
        if (state.Commit != record.Commit || !IsIndexSame(gitDirectory))
            return null;
        _folders = TreeStats.Of(request.Path, record.Folders, cancellationToken);
        Ignore(_folders, record.FolderStats, i => record.Folders[i]);
        var changed = Enumerable.Range(0, _folders.Length).Where(i => _folders[i] != record.FolderStats[i]).ToList();
        if (changed.Any(i => !IsOrdinary(root, record.Folders[i], _folders[i])))
            return null;
        var files = Task.Run(
            () => TreeStats.Of(request.Path, [.. record.Entries.Select(entry => entry.Path)], cancellationToken),
            cancellationToken);
        var isFull = request.Clean == CleanMode.Full;
        var untracked =
            changed.Count == 0 && record.HasNothingElse && !isFull ? [] : ListUntracked(isFull, cancellationToken);
        var found = files.GetAwaiter().GetResult();
        Ignore(found, record.Stats, i => record.Entries[i].Path);
        if (!found.AsSpan().SequenceEqual(record.Stats))
            return null;
        if (untracked.Length > 0)
            UseRecord();
        return WorkTreeLook.Nothing with
        {
            Untracked = untracked,
            Submodules = [.. record.Entries.Where(entry => entry.IsSubmodule).Select(entry => entry.Path)],
        };
    }

    private void Ignore(FileStat[] found, FileStat[] known, Func<int, RawText> pathOf)
    {
        for (var i = 0; Submodules.Count > 0 && i < found.Length; i++)
        {
            if (Submodules.Contains(pathOf(i)))
                found[i] = known[i];
        }
    }

    /// <summary>Makes git use the record's index, and nothing of the checkout's.</summary>
    public void UseRecord()
    {
        view.UseOwnIndex();
        view.WriteIndex([.. record.Entries.Select((entry, i) => entry with { Stat = record.Stats[i] })]);
    }

    /// <summary>
    /// Gives the checkout the record's index, unless it has it already, and records the folders' new state.
    /// </summary>
    public void Finish(RawFolder gitDirectory)
    {
        if (!_isOwnIndex && record.Index.Length > 0)
            RawTree.Replace(gitDirectory, "index"u8, RawText.FromBytes(record.Index), ".lock"u8);
        if (!_folders.AsSpan().SequenceEqual(record.FolderStats) || !record.HasNothingElse)
            record.Renew(request.Record!, _folders, hasNothingElse: true);
    }

    // The bytes may differ by what git has learned about files since, or by what a job has made up.
    private bool IsIndexSame(RawFolder gitDirectory)
    {
        if (IndexFile.TryRead(gitDirectory, "index"u8) is not { } bytes)
            return record.Entries.Count == 0 && gitDirectory.Find("index"u8) is null;
        _isOwnIndex = bytes.AsSpan().SequenceEqual(record.Index);
        if (_isOwnIndex)
            return true;
        if (IndexFile.Parse(bytes) is not { IsPartial: false } index || index.Entries.Count != record.Entries.Count)
            return false;
        for (var i = 0; i < index.Entries.Count; i++)
        {
            if (index.Entries[i].Marks != record.Entries[i].Marks || !index.Entries[i].IsSame(record.Entries[i]))
                return false;
        }

        return true;
    }

    // True if git can look into the folder, and it holds nothing that git does not report.
    private static bool IsOrdinary(RawFolder root, RawText path, in FileStat stat)
    {
        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (stat.Kind != EntryKind.Folder || (stat != default && (stat.Permissions & all) != all))
            return false;
        using var folder = RawTree.TryOpenFolder(root, path);
        return folder is not null
            && folder
                .Entries()
                .All(entry => entry.Kind != EntryKind.Other && (path.Length == 0 || !HiddenEntries.IsGit(entry.Name)));
    }

    private RawText[] ListUntracked(bool isFull, CancellationToken cancellationToken)
    {
        var call = view.Call(
            request.Checkout,
            ["ls-files", "-z", "--others", "--directory", .. isFull ? [] : (string[])["--exclude-standard"]]);
        return git.Run(
                call with
                {
                    Environment = [.. call.Environment, ("GIT_INDEX_FILE", TreeRecord.IndexOf(request.Record!))],
                },
                cancellationToken)
            .RawOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
