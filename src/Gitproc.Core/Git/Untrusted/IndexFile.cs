using System.Buffers.Binary;
using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>One entry of an index (gitformat-index(5)).</summary>
/// <param name="Path">It never leaves the work tree and never enters <c>.git</c>.</param>
/// <param name="Mode">100644, 100755, 120000 or 160000, octal.</param>
/// <param name="Id">The bytes of the object id.</param>
internal readonly record struct IndexEntry(
    RawText Path, uint Mode, ReadOnlyMemory<byte> Id, int Stage, FileStat Stat, IndexMarks Marks)
{
    private const uint SubmoduleMode = 0xE000;

    public bool IsSubmodule => Mode == SubmoduleMode;

    /// <summary>True if path, mode, stage and content are the same. <see cref="Stat"/> is not compared.</summary>
    public bool IsSame(in IndexEntry other) =>
        Mode == other.Mode && Stage == other.Stage && Id.Span.SequenceEqual(other.Id.Span) && Path == other.Path
        && (Marks & IndexMarks.IntentToAdd) == (other.Marks & IndexMarks.IntentToAdd);
}

/// <summary>The flags of an index entry.</summary>
[Flags]
internal enum IndexMarks
{
    /// <summary>No flag.</summary>
    None,

    /// <summary>git does not check the file for changes (git-update-index(1), --assume-unchanged).</summary>
    AssumeUnchanged = 1,

    /// <summary>git does not check out the file (git-update-index(1), --skip-worktree).</summary>
    SkipWorktree = 2,

    /// <summary>The content of the file will be added later (git-add(1), --intent-to-add).</summary>
    IntentToAdd = 4,
}

/// <summary>
/// Reads and writes the index of a work tree (gitformat-index(5)). A job may have written it, so everything in it is
/// checked.
/// </summary>
internal sealed record IndexFile(IReadOnlyList<IndexEntry> Entries, bool IsPartial)
{
    private const int HeaderLength = 12;
    private const int StatLength = 40;
    private const int Extended = 0x4000;
    private const int NameMask = 0xFFF;

    // Of the second flags, which an extended entry has.
    private const int SkipFlag = 0x4000;
    private const int LaterFlag = 0x2000;

    // A job can write an index of any length.
    private const long MaxBytes = 1 << 30;

    // In version 4, a path can reuse a prefix of the path before it. A job could make a small file expand without
    // limit.
    private const long MaxTimesLonger = 8;

    public static IndexFile Empty { get; } = new([], IsPartial: false);

    /// <returns>The bytes of the index; null if it is not a regular file or is too long.</returns>
    public static byte[]? TryRead(RawFolder folder, RawText name)
    {
        using var file = folder.TryOpenFile(name);
        if (file is null || file.Length > MaxBytes)
            return null;
        var bytes = new byte[file.Length];
        return bytes[..file.Content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <returns>
    /// The index; null if the bytes are invalid, truncated or damaged, or contain a path outside of a work tree.
    /// </returns>
    public static IndexFile? Parse(byte[] bytes) => Parse(bytes, 20) ?? Parse(bytes, 32);

    /// <summary>
    /// True if two trees have the same <c>.gitattributes</c>. With others, the same content can make another file.
    /// </summary>
    public static bool HaveSameAttributes(IEnumerable<IndexEntry> one, IEnumerable<IndexEntry> other)
    {
        return Attributes(one).SequenceEqual(Attributes(other));

        static IEnumerable<(RawText Path, string Id)> Attributes(IEnumerable<IndexEntry> entries) => entries
            .Where(entry => entry.Path.EndsWith(".gitattributes"u8))
            .Select(entry => (entry.Path, Convert.ToHexString(entry.Id.Span)));
    }

    /// <summary>
    /// Writes an index that git accepts, without a checksum (git-config(1), index.skipHash), and without
    /// <see cref="IndexMarks.AssumeUnchanged"/>.
    /// </summary>
    public static void Write(string file, IReadOnlyList<IndexEntry> entries)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        Span<byte> head = stackalloc byte[StatLength];
        "DIRC"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], 3);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], entries.Count);
        stream.Write(head[..HeaderLength]);
        Span<byte> rest = stackalloc byte[8];
        foreach (var entry in entries)
        {
            var stat = entry.Stat;
            ReadOnlySpan<uint> fields =
            [
                stat.ChangedSeconds,
                stat.ChangedNanoseconds,
                stat.ModifiedSeconds,
                stat.ModifiedNanoseconds,
                0,
                stat.Inode,
                entry.Mode,
                stat.User,
                stat.Group,
                stat.Size,
            ];
            for (var i = 0; i < fields.Length; i++)
                BinaryPrimitives.WriteUInt32BigEndian(head[(4 * i)..], fields[i]);
            stream.Write(head);
            stream.Write(entry.Id.Span);
            var more = (entry.Marks.HasFlag(IndexMarks.SkipWorktree) ? SkipFlag : 0)
                | (entry.Marks.HasFlag(IndexMarks.IntentToAdd) ? LaterFlag : 0);
            BinaryPrimitives.WriteUInt16BigEndian(
                rest,
                (ushort)((more != 0 ? Extended : 0) | (entry.Stage << 12) | Math.Min(entry.Path.Length, NameMask)));
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], (ushort)more);
            stream.Write(rest[..(more != 0 ? 4 : 2)]);
            stream.Write(entry.Path.ToBytes());
            var length = StatLength + entry.Id.Length + (more != 0 ? 4 : 2) + entry.Path.Length;
            rest.Clear();
            stream.Write(rest[..(8 - (length % 8))]);
        }

        stream.Write(new byte[entries[0].Id.Length]);
    }

    private static IndexFile? Parse(byte[] bytes, int hashLength)
    {
        ReadOnlySpan<byte> all = bytes;
        if (all.Length < HeaderLength + hashLength || !all.StartsWith("DIRC"u8))
            return null;
        var version = BinaryPrimitives.ReadUInt32BigEndian(all[4..]);
        var count = BinaryPrimitives.ReadUInt32BigEndian(all[8..]);
        var end = all.Length - hashLength;
        if (version is not (>= 2 and <= 4) || count > (uint)(end / (StatLength + hashLength)))
            return null;
        var entries = new IndexEntry[count];
        var at = HeaderLength;
        var last = default(RawText);
        var (isPartial, isSplit, hasNameless) = (false, false, false);
        var length = 0L;
        for (var i = 0; i < entries.Length; i++)
        {
            if (Read(bytes, end, hashLength, version, last, ref at) is not { } entry
                || (length += entry.Path.Length) > MaxTimesLonger * bytes.Length)
                return null;
            // A sparse directory: a folder outside of the sparse checkout.
            isPartial |= entry.Mode == 0x4000;
            hasNameless |= entry.Path.Length == 0;
            entries[i] = entry;
            last = entry.Path;
        }

        while (at < end)
        {
            if (end - at < 8
                || BinaryPrimitives.ReadUInt32BigEndian(all[(at + 4)..]) is var more && more > (uint)(end - at - 8))
                return null;
            isSplit |= all[at..].StartsWith("link"u8);
            at += 8 + (int)more;
        }

        // In a split index, the names of some entries are in the shared index.
        return hasNameless && !isSplit ? null : new IndexFile(entries, isPartial || isSplit);
    }

    private static IndexEntry? Read(byte[] bytes, int end, int hashLength, uint version, RawText last, ref int at)
    {
        var start = at;
        ReadOnlySpan<byte> all = bytes.AsSpan(0, end);
        if (end - at < StatLength + hashLength + 3)
            return null;
        var stat = all.Slice(at, StatLength);
        var id = bytes.AsMemory(at + StatLength, hashLength);
        at += StatLength + hashLength;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(all[at..]);
        at += 2;
        var more = 0;
        if ((flags & Extended) != 0)
        {
            if (version < 3 || end - at < 3)
                return null;
            more = BinaryPrimitives.ReadUInt16BigEndian(all[at..]);
            at += 2;
        }

        var kept = 0;
        if (version == 4 && !TryReadKept(all, last.Length, ref at, out kept))
            return null;
        var length = at < end ? all[at..].IndexOf((byte)0) : -1;
        if (length < 0)
            return null;
        var name = all.Slice(at, length);
        var path = kept == 0 ? RawText.FromBytes(name) : last[..kept] + RawText.FromBytes(name);
        at += length + 1;
        if (version < 4)
            at = start + ((at - start + 7) / 8 * 8);
        var mode = Number(stat, 6);
        if (at > end || !IsMode(mode) || (mode != 0x4000 && path.Length > 0 && !IsInside(path)))
            return null;
        var marks = (flags & 0x8000) != 0 ? IndexMarks.AssumeUnchanged : IndexMarks.None;
        marks |= (more & SkipFlag) != 0 ? IndexMarks.SkipWorktree : 0;
        marks |= (more & LaterFlag) != 0 ? IndexMarks.IntentToAdd : 0;
        return new IndexEntry(path, mode, id, (flags >> 12) & 3, StatIn(stat, mode), marks);
    }

    private static FileStat StatIn(ReadOnlySpan<byte> stat, uint mode) => new()
    {
        ChangedSeconds = Number(stat, 0),
        ChangedNanoseconds = Number(stat, 1),
        ModifiedSeconds = Number(stat, 2),
        ModifiedNanoseconds = Number(stat, 3),
        Inode = Number(stat, 5),
        Mode = mode,
        User = Number(stat, 7),
        Group = Number(stat, 8),
        Size = Number(stat, 9),
    };

    // The number of characters to remove from the previous path, in the "offset encoding" of gitformat-pack(5).
    private static bool TryReadKept(ReadOnlySpan<byte> all, int last, ref int at, out int kept)
    {
        long value = -1;
        kept = 0;
        byte next;
        do
        {
            if (at >= all.Length || value > last)
                return false;
            next = all[at++];
            value = ((value + 1) << 7) | (uint)(next & 0x7F);
        }
        while ((next & 0x80) != 0);

        kept = last - (int)value;
        return kept >= 0;
    }

    private static uint Number(ReadOnlySpan<byte> stat, int index) =>
        BinaryPrimitives.ReadUInt32BigEndian(stat[(4 * index)..]);

    // A file, an executable file, a symbolic link, a submodule, or a sparse directory.
    private static bool IsMode(uint mode) => mode is 0x81A4 or 0x81ED or 0xA000 or 0xE000 or 0x4000;

    // git never writes any other path (read-cache.c, verify_path).
    private static bool IsInside(RawText path)
    {
        for (int start = 0, end; start <= path.Length; start = end + 1)
        {
            end = path.IndexOf('/', start) is >= 0 and var slash ? slash : path.Length;
            var name = path.Chars.AsSpan(start, end - start);
            if (name is "" or "." or ".." || name.Equals(".git", StringComparison.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }
}
