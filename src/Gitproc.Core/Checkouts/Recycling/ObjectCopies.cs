using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The objects of a standalone checkout: copies of the base repository's packs and loose objects. A job may have
/// written anything among them, so a file stays only if a record in the pool says that it is the copy, and of what the
/// base repository has now. The record has what the file system knew of both, as <see cref="TreeRecord"/> has of files.
/// </summary>
/// <remarks>
/// A copy is never a hard link, because what changes it would change the base repository. <see cref="File.Copy(string,
/// string)"/> shares the blocks where the file system can: FICLONE on Linux, clonefile on macOS, ReFS on Windows.
/// </remarks>
internal sealed class ObjectCopies
{
    private const string RecordName = "objects";

    // Signature and number of copies.
    private const int HeaderLength = 12;

    // While the base repository is packed, a file may go after it was listed.
    private const int MaxTries = 5;

    private static readonly byte[] Signature = "GPCOPY1\n"u8.ToArray();
    private static readonly RawText Objects = "objects/"u8;
    private static readonly RawText Unfinished = ".new"u8;

    // git finds a pack by its index, so that comes last (gitformat-pack(5)).
    private static readonly RawText[] PackFiles = [".pack"u8, ".rev"u8, ".idx"u8];

    private readonly string _base;
    private Dictionary<RawText, Copy> _copies;

    private ObjectCopies(string basePath, Dictionary<RawText, Copy> copies) => (_base, _copies) = (basePath, copies);

    /// <summary>The paths of the copies in <c>objects</c>.</summary>
    public IReadOnlySet<RawText> Paths => _copies.Keys.ToHashSet();

    /// <summary>No copies yet.</summary>
    public static ObjectCopies None(string basePath) => new(basePath, []);

    /// <summary>Finds the files that certainly are still the copies of a record.</summary>
    /// <param name="objects">The checkout's objects, absolute.</param>
    /// <param name="record">The folder of the checkout's record, absolute.</param>
    public static ObjectCopies Read(
        string basePath, string objects, string record, CancellationToken cancellationToken)
    {
        var copies = new Dictionary<RawText, Copy>();
        if (PlainFile.TryRead(Path.Combine(record, RecordName)) is not { } bytes
            || !TryRead(bytes, out var known, out var names))
            return new(basePath, copies);
        var paths = RawText.FromBytes(names).Split('\0');
        if (paths.Length <= known.Length)
            return new(basePath, copies);
        var now = TreeStats.Of(objects, paths[..known.Length], cancellationToken);
        for (var i = 0; i < known.Length; i++)
        {
            if (now[i] == known[i].Made)
                copies[paths[i]] = known[i];
        }

        return new(basePath, copies);
    }

    /// <summary>True if all files still are the copies of a record.</summary>
    public static bool AreSo(string record, string objects, int mostFiles)
    {
        if (PlainFile.TryRead(Path.Combine(record, RecordName)) is not { } bytes
            || !TryRead(bytes, out var copies, out var names))
            return false;
        if (copies.Length > mostFiles)
            return true;
        var made = new FileStat[copies.Length];
        for (var i = 0; i < made.Length; i++)
            made[i] = copies[i].Made;
        return TreeStats.AreSo(objects, names, made);
    }

    /// <summary>Copies what the base repository has and the checkout lacks, and lets the other copies stay.</summary>
    /// <param name="gitDirectory">The checkout's git directory, absolute. No other process works in it.</param>
    public void Bring(string gitDirectory, PristineFolder pristine, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                BringAll(gitDirectory, pristine, cancellationToken);
                return;
            }
            catch (FileNotFoundException) when (tries < MaxTries)
            {
                // It is in a pack by now.
            }
        }
    }

    /// <summary>Records the copies.</summary>
    public void Save(string record)
    {
        Directory.CreateDirectory(record);
        RecordFile.Write(
            Path.Combine(record, RecordName),
            _copies.Values.Aggregate(0L, (time, copy) => Math.Max(time, copy.Made.Newest)),
            ToBytes(_copies),
            now => ToBytes(_copies.Where(copy => copy.Value.Made.Newest < now)));
    }

    private void BringAll(string gitDirectory, PristineFolder pristine, CancellationToken cancellationToken)
    {
        var now = new Dictionary<RawText, Copy>();
        var from = Path.Combine(_base, "objects");
        using var source = RawFolder.Open(from);
        using var target = RawFolder.Open(gitDirectory);
        foreach (var path in List(source))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var place = Objects + path;
            var stat = StatOf(source, path) ?? throw new FileNotFoundException(null, path.ToText());
            pristine.MakeFolder(place.ParentPath());
            if (!_copies.TryGetValue(path, out var copy) || copy.Source != stat || copy.Made != StatOf(target, place))
            {
                RawTree.Remove(target, place);
                RawTree.Remove(target, place + Unfinished);
                var to = Path.Combine(gitDirectory, place.ToText());
                File.Copy(Path.Combine(from, path.ToText()), to + Unfinished.ToText());
                File.Move(to + Unfinished.ToText(), to);
                copy = new Copy(stat, StatOf(target, place) ?? default);
            }

            pristine.Keep(place);
            now[path] = copy;
        }

        _copies = now;
    }

    // Packs come last, because a loose object goes when it is in one. A job in a worktree may have put other things
    // there.
    private static IEnumerable<RawText> List(RawFolder objects)
    {
        foreach (var (name, kind) in objects.Entries())
        {
            using var folder = kind == EntryKind.Folder && name.Length == 2 ? objects.TryOpenFolder(name) : null;
            foreach (var (file, fileKind) in folder?.Entries() ?? [])
            {
                if (fileKind == EntryKind.File && RefFiles.IdIn(name + file) is not null)
                    yield return name + "/"u8 + file;
            }
        }

        using var packs = objects.TryOpenFolder("pack"u8);
        var files = (packs?.Entries() ?? []).Where(entry => entry.Kind == EntryKind.File)
            .Select(entry => entry.Name).ToHashSet();
        foreach (var index in files.Where(name => name.EndsWith(".idx"u8)))
        {
            foreach (var file in PackFiles.Select(end => index[..^".idx".Length] + end).Where(files.Contains))
                yield return "pack/"u8 + file;
        }
    }

    private static FileStat? StatOf(RawFolder root, RawText path) =>
        RawTree.At<FileStat?>(root, path, (folder, name) => folder.StatOf(name.ToBytes()));

    private static bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<Copy> copies, out ReadOnlySpan<byte> names)
    {
        copies = default;
        names = default;
        if (bytes.Length < HeaderLength || !bytes.StartsWith(Signature))
            return false;
        var length = (long)Marshal.SizeOf<Copy>() * BinaryPrimitives.ReadUInt32LittleEndian(bytes[Signature.Length..]);
        if (length > bytes.Length - HeaderLength)
            return false;
        copies = MemoryMarshal.Cast<byte, Copy>(bytes.Slice(HeaderLength, (int)length));
        names = bytes[(HeaderLength + (int)length)..];
        return true;
    }

    private static byte[] ToBytes(IEnumerable<KeyValuePair<RawText, Copy>> copies)
    {
        var all = copies.ToArray();
        var header = new byte[HeaderLength];
        Signature.CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(Signature.Length), all.Length);
        return
        [
            .. header,
            .. MemoryMarshal.AsBytes(all.Select(copy => copy.Value).ToArray().AsSpan()),
            .. RawText.Concat(all.Select(copy => copy.Key), end: '\0').ToBytes(),
        ];
    }

    /// <param name="Source">What the file system said of the base repository's file.</param>
    /// <param name="Made">What it said of the copy.</param>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Copy(FileStat Source, FileStat Made);
}
