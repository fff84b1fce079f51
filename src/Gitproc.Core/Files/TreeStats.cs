using Gitproc.Reports;

namespace Gitproc.Files;

/// <summary>Looks at many files of a tree, on all processors. It reads no file and follows no link.</summary>
internal static class TreeStats
{
    // The number of files that one thread looks at.
    private const int MaxInPart = 2000;

    // The number of nested folders that stay open. Folders below these are opened from the last one each time.
    private const int MaxOpen = 32;

    private static readonly RawText Itself = "."u8;

    /// <param name="root">The absolute path of the tree.</param>
    /// <param name="paths">
    /// The paths of the files. It is fastest if those in one folder are next to each other. An empty path is the root.
    /// </param>
    /// <returns>What the file system knows of each; the default for a missing one.</returns>
    public static FileStat[] Of(string root, IReadOnlyList<RawText> paths, CancellationToken cancellationToken)
    {
        var found = new FileStat[paths.Count];
        if (paths.Count <= MaxInPart)
        {
            Look(root, paths, 0, found);
            return found;
        }

        var starts = Enumerable
            .Range(0, (paths.Count + MaxInPart - 1) / MaxInPart)
            .Select(part => part * MaxInPart)
            .ToList();
        SideBySide.Do(
            starts,
            reports: null,
            (start, _, _) => Look(root, paths, start, found.AsSpan(start, Math.Min(MaxInPart, paths.Count - start))),
            cancellationToken);
        return found;
    }

    /// <summary>
    /// True if nothing has changed. Unlike <see cref="Of"/>, it makes no object and opens no folder for a file, because
    /// each acquire calls it.
    /// </summary>
    /// <param name="root">The absolute path of the tree.</param>
    /// <param name="paths">The bytes of the paths, each followed by a zero byte. A folder comes before its
    /// entries.</param>
    public static bool AreSo(string root, ReadOnlySpan<byte> paths, ReadOnlySpan<FileStat> stats)
    {
        try
        {
            using var top = RawFolder.TryOpen(root);
            foreach (ref readonly var stat in stats)
            {
                var length = paths.IndexOf((byte)0);
                if (length < 0 || top?.StatAt(paths[..length]) != stat)
                    return false;
                paths = paths[(length + 1)..];
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Look(string root, IReadOnlyList<RawText> paths, int start, Span<FileStat> found)
    {
        using var top = RawFolder.TryOpen(root);
        if (top is null)
            return false;
        using var way = new Way(top);
        Span<byte> buffer = stackalloc byte[512];
        for (var i = 0; i < found.Length; i++)
        {
            var path = paths[start + i];
            var slash = path.LastIndexOf('/');
            var name = path.Length == 0 ? Itself : path[(slash + 1)..];
            var bytes = name.Length <= buffer.Length ? buffer[..name.Length] : new byte[name.Length];
            name.CopyTo(bytes);
            found[i] = way.To(path.Chars.AsSpan(0, Math.Max(0, slash)))?.StatOf(bytes) ?? default;
        }

        return true;
    }

    // The open folders from the top to the last file.
    private sealed class Way : IDisposable
    {
        private readonly RawFolder _top;
        private readonly List<(int End, RawFolder Folder)> _open = [];
        private string _path = "";
        private RawFolder? _last;

        public Way(RawFolder top) => _last = _top = top;

        public RawFolder? To(ReadOnlySpan<char> path)
        {
            if (path.SequenceEqual(_path))
                return _last;
            CloseTo(path);
            _path = path.ToString();
            _last = _open.Count == 0 ? _top : _open[^1].Folder;
            var start = _open.Count == 0 ? 0 : _open[^1].End + 1;
            while (_last is not null && start < path.Length)
            {
                if (_open.Count == MaxOpen)
                {
                    _last = RawTree.TryOpenFolder(_last, RawText.FromChars(_path[start..]));
                    // The next call closes it.
                    if (_last is not null)
                        _open.Add((path.Length, _last));
                    return _last;
                }

                var length = path[start..].IndexOf('/');
                var end = length < 0 ? path.Length : start + length;
                _last = _last.TryOpenFolder(RawText.FromChars(_path[start..end]));
                if (_last is not null)
                    _open.Add((end, _last));
                start = end + 1;
            }

            return _last;
        }

        public void Dispose() => Close(0);

        private void CloseTo(ReadOnlySpan<char> path)
        {
            var kept = 0;
            while (kept < _open.Count && kept < MaxOpen && _open[kept].End is var end && end <= path.Length
                && path[..end].SequenceEqual(_path.AsSpan(0, end)) && (end == path.Length || path[end] == '/'))
            {
                kept++;
            }

            Close(kept);
        }

        private void Close(int kept)
        {
            for (var i = kept; i < _open.Count; i++)
                _open[i].Folder.Dispose();
            _open.RemoveRange(kept, _open.Count - kept);
        }
    }
}
