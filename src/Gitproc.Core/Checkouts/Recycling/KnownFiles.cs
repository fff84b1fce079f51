using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Recycling;

/// <summary>Tells which files are for certain as they were when a checkout was clean.</summary>
/// <param name="record">What was clean; null when that is not known.</param>
internal sealed class KnownFiles(TreeRecord? record)
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>Whether a file is as a fresh checkout of an entry has it.</summary>
    public bool IsUnchanged(in IndexEntry entry, in FileStat found) =>
        found != default && Find(entry.Path) is { } at && record!.Stats[at] == found && record.Entries[at].IsSame(entry);

    /// <summary>Whether a file of which that is not certain can have the content that a fresh checkout has.</summary>
    public bool MayBeUnchanged(in IndexEntry entry, in FileStat found) =>
        Find(entry.Path) is not { } at || record!.Stats[at] == default || !record.Entries[at].IsSame(entry) || record.Stats[at].Size == found.Size;

    // Two indexes have most paths at the same place, or at one that is a little later.
    private int? Find(string path)
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
