using System.Runtime.Versioning;
using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Finds the files that are exactly as in a fresh checkout, byte by byte, after filters, line endings and encodings.
/// git's "unchanged" is not enough: to git, the pointer of an LFS file equals the file. So this checks files out next
/// to the checkout. Files that are the same keep their times.
/// </summary>
internal sealed class FreshFiles(GitView view, GitRunner git, RecyclingRequest request)
{
    // These files use disk space twice at the same time.
    private const int MaxAtOnce = 5000;
    private const int MaxInPart = 500;

    /// <summary>Compares files. Files with the same content get the mode of fresh ones.</summary>
    public IEnumerable<(int Place, FileStat Stat)> Compare(
        IReadOnlyList<IndexEntry> entries, IReadOnlyList<int> places, CancellationToken cancellationToken)
    {
        var fresh = view.Folder + "-fresh";
        foreach (var some in places.Chunk(MaxAtOnce))
        {
            var found = new List<(int, FileStat)>();
            Directory.CreateDirectory(fresh);
            try
            {
                CheckOut(fresh, some.Select(place => entries[place].Path), cancellationToken);
                foreach (
                    var part in SideBySide.Do(
                        [.. some.Chunk(MaxInPart)],
                        reports: null,
                        (part, _, _) => Compare(fresh, entries, part),
                        cancellationToken))
                    found.AddRange(part);
            }
            finally
            {
                // A path in here may be too long for .NET.
                using var parent = RawFolder.Open(Path.GetDirectoryName(fresh)!);
                parent.Remove(RawText.FromText(Path.GetFileName(fresh)));
            }

            foreach (var one in found)
                yield return one;
        }
    }

    // The folder is empty, so git takes attributes from the index.
    private void CheckOut(string fresh, IEnumerable<RawText> paths, CancellationToken cancellationToken)
    {
        var input = RawText.Concat(paths, end: '\0').ToBytes();
        var call = view.Call(request.Checkout, "checkout-index", "--force", "--quiet", "-z", "--stdin");
        git.Run(
            call with
            {
                WorkingDirectory = fresh,
                Environment = [.. call.Environment, ("GIT_WORK_TREE", fresh)],
                Input = stream => stream.Write(input),
                // A file that cannot be checked out counts as different.
                MayFail = true,
            },
            cancellationToken);
    }

    private List<(int Place, FileStat Stat)> Compare(string freshPath, IReadOnlyList<IndexEntry> entries, int[] places)
    {
        using var fresh = RawFolder.Open(freshPath);
        using var root = RawFolder.Open(request.Path);
        var same = new List<(int, FileStat)>();
        foreach (var place in places)
        {
            var stat = RawTree.At(
                fresh,
                entries[place].Path,
                (freshFolder, name) =>
                    RawTree.At(
                        root,
                        entries[place].Path,
                        (folder, _) => IsSame(freshFolder, folder, name) ? folder.StatOf(name.ToBytes()) : null)
            );
            if (stat is not null)
                same.Add((place, stat.Value));
        }

        return same;
    }

    private static bool IsSame(RawFolder freshFolder, RawFolder folder, RawText name)
    {
        if (freshFolder.ReadLink(name) is { } target)
            return folder.ReadLink(name) == target;
        using var fresh = freshFolder.TryOpenFile(name);
        using var file = fresh is null ? null : folder.TryOpenFile(name);
        return file is not null && fresh!.Length == file.Length && HaveSameContent(fresh.Content, file.Content)
            && (OperatingSystem.IsWindows() || HasMode(file, folder.ModeOf(name), freshFolder.ModeOf(name)));
    }

    private static bool HaveSameContent(Stream one, Stream other)
    {
        var (first, second) = (new byte[1 << 16], new byte[1 << 16]);
        for (int read; (read = one.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)) > 0;)
        {
            if (other.ReadAtLeast(second.AsSpan(0, read), read, throwOnEndOfStream: false) != read
                || !first.AsSpan(0, read).SequenceEqual(second.AsSpan(0, read)))
                return false;
        }

        return true;
    }

    // git tracks only the executable bit of modes. It neither reports nor undoes other changes, for example one that
    // makes a file unreadable for other users.
    [UnsupportedOSPlatform("windows")]
    private static bool HasMode(RawFile file, UnixFileMode? found, UnixFileMode? wanted)
    {
        if (found == wanted)
            return true;
        try
        {
            File.SetUnixFileMode(file.Content.SafeFileHandle, wanted!.Value);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            // The file belongs to another user, so git writes a new one.
            return false;
        }
    }
}
