using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Looking;

/// <summary>The entries in tracked folders that git does not report.</summary>
/// <param name="GitEntries">
/// Paths of <c>.git</c> below the top: each would make its folder another repository.
/// </param>
/// <param name="Specials">Paths of pipes, sockets and devices.</param>
/// <param name="Filled">Paths of submodules that are not empty.</param>
internal sealed record HiddenEntries(
    IReadOnlyList<RawText> GitEntries, IReadOnlyList<RawText> Specials, IReadOnlyList<RawText> Filled)
{
    private static readonly RawText GitName = ".git"u8;

    /// <summary>No hidden entries.</summary>
    public static HiddenEntries None { get; } = new([], [], []);

    public bool IsEmpty => GitEntries.Count == 0 && Specials.Count == 0 && Filled.Count == 0;

    /// <summary>True for <c>.git</c>, and for <c>.GIT</c> where the file system makes no difference.</summary>
    public static bool IsGit(RawText name) => NameComparer.Here.Equals(name, GitName);

    /// <summary>
    /// Finds them. Makes tracked folders and the folders in them accessible, so that git can look too.
    /// </summary>
    public static HiddenEntries Find(RawFolder checkout, IReadOnlyList<IndexEntry> entries)
    {
        var (gitEntries, specials, filled) = (new List<RawText>(), new List<RawText>(), new List<RawText>());
        var submodules = entries
            .Where(entry => entry.IsSubmodule)
            .Select(entry => entry.Path)
            .ToHashSet(NameComparer.Here);
        var tracked = FoldersOf(entries);
        RawTree.Walk(checkout, default, entry =>
        {
            if (IsGit(entry.Name))
            {
                if (entry.Path.Contains('/'))
                    gitEntries.Add(entry.Path);
                return false;
            }

            if (entry.Kind == EntryKind.Other)
                specials.Add(entry.Path);
            if (entry.Kind != EntryKind.Folder || tracked.Contains(entry.Path))
                return true;
            if (HasEntries(entry) && submodules.Contains(entry.Path))
                filled.Add(entry.Path);
            return false;
        });
        return new HiddenEntries(gitEntries, specials, filled);
    }

    /// <summary>Removes all of them. The folders of submodules stay, empty.</summary>
    public void Remove(RawFolder checkout)
    {
        foreach (var path in GitEntries.Concat(Specials))
            RawTree.Remove(checkout, path);
        foreach (var path in Filled)
            RawTree.Empty(checkout, path);
    }

    private static HashSet<RawText> FoldersOf(IReadOnlyList<IndexEntry> entries)
    {
        var folders = new HashSet<RawText>(NameComparer.Here);
        var last = default(RawText);
        foreach (var entry in entries)
        {
            var slash = entry.Path.LastIndexOf('/');
            // Entries are sorted, so most are in the same folder as the entry before.
            if (slash < 0 || entry.Path.Chars.AsSpan(0, slash).SequenceEqual(last.Chars))
                continue;
            last = entry.Path[..slash];
            for (var folder = last; folder.Length > 0 && folders.Add(folder);)
                folder = folder.ParentPath();
        }

        return folders;
    }

    private static bool HasEntries(RawTree.Entry entry)
    {
        using var folder = entry.Parent.TryOpenFolder(entry.Name);
        return folder?.Entries().Count > 0;
    }
}
