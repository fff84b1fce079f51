using Gitproc.Files;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>What git never tells of in the folders that it tracks.</summary>
/// <param name="GitEntries">Raw paths of <c>.git</c> below the top: they would make the folder another repository's.</param>
/// <param name="Specials">Raw paths of pipes, sockets and devices.</param>
/// <param name="Filled">Raw paths of submodules with something in them.</param>
internal sealed record HiddenEntries(IReadOnlyList<string> GitEntries, IReadOnlyList<string> Specials, IReadOnlyList<string> Filled)
{
    private const string GitName = ".git";

    /// <summary>Nothing of that kind.</summary>
    public static HiddenEntries None { get; } = new([], [], []);

    /// <summary>Whether there is nothing of that kind.</summary>
    public bool IsEmpty => GitEntries.Count == 0 && Specials.Count == 0 && Filled.Count == 0;

    /// <summary>Looks.</summary>
    /// <param name="checkout">The checkout's folder.</param>
    /// <param name="tracked">Raw paths of the folders that git tracks; what is below others it tells of as a whole.</param>
    /// <param name="submodulePaths">Raw paths of submodules.</param>
    /// <returns>What was found.</returns>
    public static HiddenEntries Find(RawFolder checkout, IReadOnlySet<string> tracked, IReadOnlyList<string> submodulePaths)
    {
        var (gitEntries, specials, filled) = (new List<string>(), new List<string>(), new List<string>());
        var submodules = submodulePaths.ToHashSet(StringComparer.Ordinal);
        RawTree.Walk(checkout, "", entry =>
        {
            if (entry.Name == GitName)
            {
                if (entry.Path != GitName)
                    gitEntries.Add(entry.Path);
                return false;
            }

            if (entry.Kind == EntryKind.Other)
                specials.Add(entry.Path);
            else if (entry.Kind == EntryKind.Folder && submodules.Contains(entry.Path) && HasEntries(entry))
                filled.Add(entry.Path);
            return entry.Kind == EntryKind.Folder && tracked.Contains(entry.Path);
        });
        return new HiddenEntries(gitEntries, specials, filled);
    }

    /// <summary>Removes it all; the folders of submodules stay, empty.</summary>
    /// <param name="checkout">The checkout's folder.</param>
    public void Remove(RawFolder checkout)
    {
        foreach (var path in GitEntries.Concat(Specials))
            RawTree.Remove(checkout, path);
        foreach (var path in Filled)
        {
            RawTree.At(checkout, path, (folder, name) =>
            {
                using var submodule = folder.TryOpenFolder(name);
                submodule?.RemoveEntries();
                return true;
            });
        }
    }

    private static bool HasEntries(RawTree.Entry entry)
    {
        using var folder = entry.Parent.TryOpenFolder(entry.Name);
        return folder?.Entries().Count > 0;
    }
}
