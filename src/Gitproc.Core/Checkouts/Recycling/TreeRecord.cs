using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The record of a clean checkout: the index that git wrote, and what the file system said about each file and folder.
/// It is in the pool, outside the job's reach, so recycling does not depend on the job's own index, config and objects.
/// It stays true whatever happens to the checkout: a file with the same inode, size, modification and change times, in
/// nanoseconds, is the same file with the same content, because no program can set a change time. The record is written
/// when the clock of the file system has moved past the newest file. Files that are newer than that are left out, and
/// are compared next time.
/// </summary>
internal sealed record TreeRecord
{
    private const string IndexName = "index";
    private const string StatsName = "tree";
    private const int StatLength = 36;

    // Signature, number of files, number of folders, 1 if there was nothing else, length of the commit id, whether
    // there are submodules, and from the 20th byte the length of the selection.
    private const int HeaderLength = 24;
    private const byte NoSubmodules = 1;
    private const byte HasSubmodules = 2;

    private static readonly byte[] Signature = "GPTREE3\n"u8.ToArray();

    /// <summary>The commit that was checked out; null for none.</summary>
    public required string? Commit { get; init; }

    /// <summary>Which files of the commit.</summary>
    public required FileSelection Files { get; init; }

    /// <summary>The entries of the index, all of stage 0.</summary>
    public required IReadOnlyList<IndexEntry> Entries { get; init; }

    /// <summary>The index as the checkout got it.</summary>
    public required byte[] Index { get; init; }

    /// <summary>The state of each file; the default if it is not known.</summary>
    public required FileStat[] Stats { get; init; }

    /// <summary>
    /// The paths of all folders that contain files, with the top as an empty path, and of submodules.
    /// </summary>
    public required IReadOnlyList<RawText> Folders { get; init; }

    /// <summary>The state of each folder.</summary>
    public required FileStat[] FolderStats { get; init; }

    /// <summary>True if these folders held nothing else, except ignored files.</summary>
    public required bool HasNothingElse { get; init; }

    /// <summary>Gets the path of a record's index, which git may read.</summary>
    /// <returns>The absolute path.</returns>
    public static string IndexOf(string folder) => Path.Combine(folder, IndexName);

    /// <summary>Reads a record.</summary>
    /// <returns>The record; null if there is none, or it is incomplete.</returns>
    public static TreeRecord? TryRead(string folder)
    {
        if (ReadBytes(Path.Combine(folder, StatsName)) is not { } bytes
            || ReadHeader(bytes) is not var (count, folders, hasNothingElse, idLength, selectionLength))
            return null;
        var index = count == 0 ? [] : ReadBytes(Path.Combine(folder, IndexName));
        if (index is null
            || (count == 0 ? IndexFile.Empty : IndexFile.Parse(index)) is not { IsPartial: false } file
            || file.Entries.Count != count
            || !TryReadStats(bytes, out var stats, out var paths))
        {
            return null;
        }

        var names = RawText.FromBytes(paths).Split('\0');
        return names.Length <= folders ? null : new TreeRecord
        {
            Commit = ReadCommit(bytes, idLength),
            Files = FileSelection.OfStamp(ReadText(bytes, idLength, selectionLength)),
            Entries = file.Entries,
            Index = index,
            Stats = stats[folders..].ToArray(),
            FolderStats = stats[..folders].ToArray(),
            Folders = names[..folders],
            HasNothingElse = hasNothingElse,
        };
    }

    /// <summary>
    /// True if all files are unchanged and nothing was added to a tracked folder. This does not read the index.
    /// </summary>
    /// <param name="root">The checkout's folder, absolute.</param>
    public static bool IsSo(string folder, string root, int mostFiles)
    {
        using var handle = PlainFile.TryOpen(Path.Combine(folder, StatsName));
        Span<byte> header = stackalloc byte[HeaderLength];
        if (handle is null
            || RandomAccess.Read(handle, header, 0) != HeaderLength
            || ReadHeader(header) is not var (count, _, _, _, _))
            return false;
        if (count > mostFiles)
            return true;
        var bytes = GC.AllocateUninitializedArray<byte>((int)RandomAccess.GetLength(handle));
        return RandomAccess.Read(handle, bytes, 0) == bytes.Length
            && TryReadStats(bytes, out var stats, out var paths)
            && TreeStats.AreSo(root, paths, stats);
    }

    /// <summary>Reads only the commit of a record.</summary>
    /// <returns>The commit; null for none, and if there is no valid record.</returns>
    public static string? CommitOf(string folder) =>
        ReadBytes(Path.Combine(folder, StatsName)) is { } bytes && ReadHeader(bytes) is var (_, _, _, length, _)
            ? ReadCommit(bytes, length)
            : null;

    /// <summary>Copies a record to a folder that does not exist yet.</summary>
    public static void Copy(string folder, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var name in new[] { IndexName, StatsName })
            File.Copy(Path.Combine(folder, name), Path.Combine(target, name));
    }

    /// <summary>True if all files and folders of a tree are as recorded.</summary>
    /// <param name="root">The tree, absolute: the recorded one, or a snapshot of it.</param>
    public bool IsOf(string root, CancellationToken cancellationToken) =>
        TreeStats.Of(root, Folders, cancellationToken).AsSpan().SequenceEqual(FolderStats)
        && TreeStats.Of(root, [.. Entries.Select(entry => entry.Path)], cancellationToken).AsSpan()
            .SequenceEqual(Stats);

    /// <summary>Records a tree with the same files, also the same to the file system, in folders of its own.</summary>
    /// <param name="root">The tree, absolute.</param>
    public void WriteAs(string folder, string root, CancellationToken cancellationToken)
    {
        Forget(folder);
        (this with { FolderStats = TreeStats.Of(root, Folders, cancellationToken) }).Save(folder);
    }

    /// <summary>True if the commit certainly has no submodule. This reads only the beginning of the record.</summary>
    public static bool IsWithoutSubmodules(string folder)
    {
        using var handle = PlainFile.TryOpen(Path.Combine(folder, StatsName));
        Span<byte> header = stackalloc byte[HeaderLength];
        return handle is not null
            && RandomAccess.Read(handle, header, 0) == HeaderLength
            && ReadHeader(header) is not null
            && header[18] == NoSubmodules;
    }

    /// <summary>Records the folders of submodules as they are now, after these were filled or emptied.</summary>
    /// <param name="root">The checkout's folder, absolute. No other process works in it.</param>
    public static void NoteSubmodules(string folder, string root, CancellationToken cancellationToken)
    {
        if (TryRead(folder) is not { } record)
            return;
        var paths = record.Entries.Where(entry => entry.IsSubmodule).Select(entry => entry.Path).ToHashSet();
        var stats = Renewed(record.Stats, [.. record.Entries.Select(entry => entry.Path)]);
        var folderStats = Renewed(record.FolderStats, record.Folders);
        if (stats.AsSpan().SequenceEqual(record.Stats) && folderStats.AsSpan().SequenceEqual(record.FolderStats))
            return;
        (record with { Stats = stats, FolderStats = folderStats }).SaveStats(folder);

        FileStat[] Renewed(FileStat[] known, IReadOnlyList<RawText> all)
        {
            var places = Enumerable.Range(0, all.Count).Where(i => paths.Contains(all[i])).ToList();
            var found = TreeStats.Of(root, [.. places.Select(i => all[i])], cancellationToken);
            FileStat[] renewed = [.. known];
            for (var i = 0; i < found.Length; i++)
                renewed[places[i]] = found[i];
            return renewed;
        }
    }

    /// <summary>Removes a record.</summary>
    public static void Remove(string folder)
    {
        // A record without this file is not valid.
        if (File.Exists(Path.Combine(folder, StatsName)))
            File.Delete(Path.Combine(folder, StatsName));
        FolderRemoval.TryRemove(folder);
    }

    // What else is recorded stays.
    private static void Forget(string folder)
    {
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, StatsName));
        File.Delete(Path.Combine(folder, IndexName));
    }

    /// <summary>Records the state of a tree that was just cleaned.</summary>
    /// <param name="root">The checkout's folder, absolute. No other process works in it.</param>
    /// <param name="target">What is checked out.</param>
    public static void Write(
        string folder,
        string root,
        Target target,
        string indexFile,
        bool hasNothingElse,
        CancellationToken cancellationToken)
    {
        Forget(folder);
        var index = target.Commit is null ? [] : File.ReadAllBytes(indexFile);
        var entries = IndexFile.Parse(index)?.Entries ?? [];
        var stats = TreeStats.Of(root, [.. entries.Select(entry => entry.Path)], cancellationToken);
        for (var i = 0; i < stats.Length; i++)
        {
            // Another process wrote the file after git did.
            if (!entries[i].IsSubmodule && !IsAsWritten(stats[i], entries[i].Stat))
                stats[i] = default;
        }

        var folders = FoldersOf(entries);
        new TreeRecord
        {
            Commit = target.Commit,
            Files = target.Files,
            Entries = entries,
            Index = index,
            Stats = stats,
            Folders = folders,
            FolderStats = TreeStats.Of(root, folders, cancellationToken),
            HasNothingElse = hasNothingElse,
        }.Save(folder);
    }

    /// <summary>Saves the record with a new state of its folders.</summary>
    public void Renew(string folder, FileStat[] folderStats, bool hasNothingElse) =>
        (this with { FolderStats = folderStats, HasNothingElse = hasNothingElse }).SaveStats(folder);

    private static (int Count, int Folders, bool HasNothingElse, int IdLength, int SelectionLength)? ReadHeader(
        ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderLength
        && bytes.StartsWith(Signature)
        && BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is >= 0 and var count
        && BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) is >= 0 and var folders
        && BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]) is >= 0 and var selection
            ? (count, folders, bytes[16] != 0, bytes[17], selection)
            : null;

    private static string? ReadCommit(byte[] bytes, int length) =>
        length == 0 || bytes.Length < HeaderLength + length
            ? null
            : Encoding.ASCII.GetString(bytes, HeaderLength, length);

    private static string ReadText(byte[] bytes, int idLength, int length) =>
        Encoding.UTF8.GetString(bytes, HeaderLength + idLength, length);

    // After the commit id and the selection: the stats of folders, the stats of files, then all paths in the same
    // order.
    private static bool TryReadStats(
        ReadOnlySpan<byte> bytes, out ReadOnlySpan<FileStat> stats, out ReadOnlySpan<byte> paths)
    {
        stats = default;
        paths = default;
        if (ReadHeader(bytes) is not var (count, folders, _, idLength, selectionLength)
            || (long)HeaderLength + idLength + selectionLength is var start && start > bytes.Length
            || ((long)count + folders) * StatLength is var length && length > bytes.Length - start)
            return false;
        var rest = bytes[(int)start..];
        stats = MemoryMarshal.Cast<byte, FileStat>(rest[..(int)length]);
        paths = rest[(int)length..];
        return true;
    }

    private static byte[]? ReadBytes(string file) => File.Exists(file) ? File.ReadAllBytes(file) : null;

    // Some builds of git keep no nanoseconds, and git for Windows has no change time.
    private static bool IsAsWritten(in FileStat found, in FileStat written) =>
        found.ModifiedSeconds == written.ModifiedSeconds && found.Size == written.Size
        && (written.ModifiedNanoseconds == 0 || found.ModifiedNanoseconds == written.ModifiedNanoseconds)
        && (
            OperatingSystem.IsWindows()
            || (
                found.ChangedSeconds == written.ChangedSeconds
                && found.Inode == written.Inode
                && (written.ChangedNanoseconds == 0 || found.ChangedNanoseconds == written.ChangedNanoseconds)));

    private static List<RawText> FoldersOf(IReadOnlyList<IndexEntry> entries)
    {
        var folders = new List<RawText> { default };
        var last = "";
        foreach (var entry in entries)
        {
            var path = entry.Path.Chars;
            var slash = path.LastIndexOf('/');
            if (entry.IsSubmodule)
                folders.Add(entry.Path);
            if (slash < 0 || path.AsSpan(0, slash).SequenceEqual(last))
                continue;
            // Add the parent folders that the entry before did not add.
            for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1))
            {
                if (
                    !(
                        last.Length >= end
                        && last.AsSpan(0, end).SequenceEqual(path.AsSpan(0, end))
                        && (last.Length == end || last[end] == '/')))
                    folders.Add(entry.Path[..end]);
            }

            last = path[..slash];
        }

        // "a.b" sorts between "a" and "a/b", so a folder can come twice.
        return [.. folders.Distinct()];
    }

    private void Save(string folder)
    {
        // For git a missing index is an empty one, but an empty file is an error.
        if (Index.Length > 0)
            File.WriteAllBytes(Path.Combine(folder, IndexName), Index);
        SaveStats(folder);
    }

    private void SaveStats(string folder) => RecordFile.Write(
        Path.Combine(folder, StatsName),
        Stats.Concat(FolderStats).Aggregate(0L, (time, stat) => Math.Max(time, stat.Newest)),
        ToBytes(),
        now => (this with
        {
            Stats = Older(Stats, now),
            FolderStats = Older(FolderStats, now),
            HasNothingElse = false,
        }).ToBytes());

    private static FileStat[] Older(FileStat[] stats, long time) =>
        [.. stats.Select(stat => stat.Newest < time ? stat : default)];

    private byte[] ToBytes()
    {
        var names = RawText.Concat(Folders.Concat(Entries.Select(entry => entry.Path)), end: '\0').ToBytes();
        var texts = (byte[])[.. Encoding.ASCII.GetBytes(Commit ?? ""), .. Encoding.UTF8.GetBytes(Files.StampEnd)];
        var bytes = new byte[
            HeaderLength + texts.Length + (StatLength * (Stats.Length + FolderStats.Length)) + names.Length
        ];
        Signature.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Stats.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Folders.Count);
        bytes[16] = HasNothingElse ? (byte)1 : (byte)0;
        bytes[17] = (byte)(Commit?.Length ?? 0);
        bytes[18] = Entries.Any(entry => entry.IsSubmodule) ? HasSubmodules : NoSubmodules;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), texts.Length - bytes[17]);
        texts.CopyTo(bytes, HeaderLength);
        var at = HeaderLength + texts.Length;
        foreach (var part in (FileStat[][])[FolderStats, Stats])
        {
            MemoryMarshal.AsBytes(part.AsSpan()).CopyTo(bytes.AsSpan(at));
            at += StatLength * part.Length;
        }

        names.CopyTo(bytes, at);
        return bytes;
    }
}
