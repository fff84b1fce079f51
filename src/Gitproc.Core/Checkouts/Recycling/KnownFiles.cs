using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Recycling;

/// <summary>Tells which files are certainly as they were when the checkout was clean.</summary>
/// <param name="record">The record of the last cleaning; null if there is none.</param>
internal sealed class KnownFiles(TreeRecord? record)
{
    private readonly Dictionary<RawText, int> _places = [];
    private int _next;

    /// <summary>True if a file is certainly as in a fresh checkout of an entry.</summary>
    public bool IsUnchanged(in IndexEntry entry, in FileStat found) =>
        found != default
        && Find(entry.Path) is { } at
        && record!.Stats[at] == found
        && record.Entries[at].IsSame(entry);

    /// <summary>True if the checkout did not have the file when it was clean, and still has none.</summary>
    public bool IsLeftOut(in IndexEntry entry, in FileStat found) =>
        found == default
        && Find(entry.Path) is { } at
        && record!.Entries[at].Marks.HasFlag(IndexMarks.SkipWorktree)
        && record.Entries[at].IsSame(entry);

    /// <summary>True if a file may have the content of a fresh checkout, though this is not certain.</summary>
    public bool MayBeUnchanged(in IndexEntry entry, in FileStat found) =>
        Find(entry.Path) is not { } at
        || record!.Stats[at] == default
        || !record.Entries[at].IsSame(entry)
        || record.Stats[at].Size == found.Size;

    // In two indexes most paths have the same position, or a slightly later one.
    private int? Find(RawText path)
    {
        if (record is null)
            return null;
        if (_next < record.Entries.Count && record.Entries[_next].Path == path)
            return _next++;
        if (_places.Count == 0)
        {
            for (var i = 0; i < record.Entries.Count; i++)
                _places[record.Entries[i].Path] = i;
        }

        if (!_places.TryGetValue(path, out var at))
            return null;
        _next = at + 1;
        return at;
    }
}
