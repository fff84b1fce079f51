using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Makes a git directory contain certain files and no others. Files that are already right are not written again. The
/// index and <c>gitproc/</c> stay as they are.
/// </summary>
/// <param name="names">How the file system compares names.</param>
internal sealed class PristineFolder(RawFolder folder, NameComparer names)
{
    // A file name for a ref leaves room for this suffix, and no ref ends with it (git-check-ref-format(1)).
    private static readonly RawText NewSuffix = ".lock"u8;

    private static readonly RawText[] Kept = ["index"u8, "gitproc"u8];

    private readonly HashSet<RawText> _expected = new(Kept, names);
    private readonly HashSet<RawText> _kept = new(Kept, names);

    public void MakeFolder(RawText path)
    {
        _expected.Add(path);
        RawTree.MakeFolder(folder, path);
    }

    /// <summary>Lets an entry stay that is right already.</summary>
    public void Keep(RawText path) => _expected.Add(path);

    /// <summary>Leaves a folder as it is. A link that is in its way, or in that of a folder around it, goes.</summary>
    public void KeepFolder(RawText path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            _expected.Add(path[..slash]);
        MakeFolder(path);
        _kept.Add(path);
    }

    public void Write(RawText path, RawText content, bool isExecutable = false)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            _expected.Add(path[..slash]);
        _expected.Add(path);
        if (!RawTree.At(folder, path, IsSo))
            RawTree.Replace(folder, path, content, NewSuffix, isExecutable);

        bool IsSo(RawFolder parent, RawText name)
        {
            using var file = parent.TryOpenFile(name);
            return file is not null
                && file.Length == content.Length
                && file.IsExecutable == isExecutable
                && file.ReadAll() == content;
        }
    }

    /// <summary>Removes everything that was neither made nor written.</summary>
    /// <param name="last">The name of a folder whose extra entries are removed last; null for none.</param>
    public void RemoveRest(RawText? last = null)
    {
        Remove(folder, default, last);
        using var rest = last is { } name ? folder.TryOpenFolder(name) : null;
        if (rest is not null)
            Remove(rest, last!.Value + "/"u8, null);
    }

    private void Remove(RawFolder from, RawText prefix, RawText? except) => RawTree.Walk(from, prefix, entry =>
    {
        var isExpected = _expected.TryGetValue(entry.Path, out var expected);
        var name = expected[(expected.LastIndexOf('/') + 1)..];
        // Where a job has used a name in another case, say for a branch, what was written here has that name. But in a
        // folder in which case counts, it is something else.
        var isOther = entry.Name != name;
        if (!isExpected || (isOther && entry.Parent.Entries().Any(one => one.Name == name)))
        {
            entry.Parent.Remove(entry.Name);
            return false;
        }

        if (isOther)
            entry.Parent.Rename(entry.Name, name);
        return !(except is { } last && names.Equals(entry.Path, last)) && !_kept.Contains(entry.Path);
    });
}
