using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Makes a git directory contain certain files and no others. Files that are already right are not written again. The
/// index and <c>gitproc/</c> stay as they are.
/// </summary>
internal sealed class PristineFolder(RawFolder folder)
{
    // A file name for a ref leaves room for this suffix, and no ref ends with it (git-check-ref-format(1)).
    private const string NewSuffix = ".lock";

    private static readonly string[] Kept = ["index", "gitproc"];

    private readonly HashSet<string> _expected = new(Kept, StringComparer.Ordinal);

    /// <summary>Makes a folder.</summary>
    /// <param name="path">Its raw path.</param>
    public void MakeFolder(string path)
    {
        _expected.Add(path);
        RawTree.MakeFolder(folder, path);
    }

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its raw path.</param>
    /// <param name="content">Its raw content.</param>
    public void Write(string path, string content, bool isExecutable = false)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            _expected.Add(path[..slash]);
        _expected.Add(path);
        if (!RawTree.At(folder, path, IsSo))
            RawTree.Replace(folder, path, content, NewSuffix, isExecutable);

        bool IsSo(RawFolder parent, string name)
        {
            using var file = parent.TryOpenFile(name);
            return file is not null
                && file.Length == content.Length
                && file.IsExecutable == isExecutable
                && file.ReadAll() == content;
        }
    }

    /// <summary>Removes everything that was neither made nor written.</summary>
    /// <param name="last">The raw name of a folder whose extra entries are removed last; null for none.</param>
    public void RemoveRest(string? last = null)
    {
        Remove(folder, "", last);
        using var rest = last is null ? null : folder.TryOpenFolder(last);
        if (rest is not null)
            Remove(rest, last + "/", null);
    }

    private void Remove(RawFolder from, string prefix, string? except) => RawTree.Walk(from, prefix, entry =>
    {
        if (!_expected.Contains(entry.Path))
        {
            entry.Parent.Remove(entry.Name);
            return false;
        }

        return entry.Path != except && !Kept.Contains(entry.Path);
    });
}
