using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>The damage of the files of a base repository.</summary>
/// <param name="Packs">Names of packs that are not whole, or that git could not read, without ending.</param>
internal sealed partial record BaseDamage(
    IReadOnlyList<string> Refs,
    IReadOnlyList<string> Objects,
    IReadOnlyList<string> Packs,
    IReadOnlyList<string> Missing,
    bool IsStale)
{
    private const string PackedRefs = "packed-refs";

    // gitformat-pack(5): 'PACK', version, count; at the end the checksum of the pack, which its index has before its
    // own.
    private const int PackHeader = 12;

    public bool IsNone => Refs.Count == 0 && Objects.Count == 0 && Packs.Count == 0 && Missing.Count == 0 && !IsStale;

    /// <summary>True if removing the damaged files is not enough.</summary>
    public bool NeedsRemote => Packs.Count > 0 || Missing.Count > 0;

    /// <summary>The damage, as a part of a sentence.</summary>
    public string Describe()
    {
        string[] parts =
        [
            .. Some("the ref", "the refs", Refs),
            .. Some("the object", "the objects", [.. Objects.Union(Missing)]),
            .. Some("", "", Packs),
            .. IsStale ? ["its commit-graph or multi-pack-index"] : (string[])[],
        ];
        return string.Join(" and ", parts);
    }

    /// <summary>Finds it from the files, and from what git has said.</summary>
    public static BaseDamage Find(string basePath, string said)
    {
        var objects = Path.Combine(basePath, "objects");
        var loose = FindObjects(objects);
        var packs = PackName()
            .Matches(said)
            .Select(match => match.Value)
            .Where(name => File.Exists(Path.Combine(objects, "pack", name + ".pack")))
            .Union(FindPacks(Path.Combine(objects, "pack")))
            .ToList();
        return new BaseDamage(
            FindRefs(basePath),
            loose,
            packs,
            [
                .. Id()
                    .Matches(said)
                    .Select(match => match.Value)
                    .Distinct()
                    .Except(packs.Select(name => name["pack-".Length..]))
                    .Except(loose),
            ],
            said.Contains("commit-graph", StringComparison.Ordinal)
                || said.Contains("multi-pack-index", StringComparison.Ordinal)
                || said.Contains("commit graph", StringComparison.Ordinal));
    }

    /// <summary>Finds damaged refs and packs, but reads no object.</summary>
    public static BaseDamage FindQuickly(string basePath) => new(
        FindRefs(basePath), [], [.. FindPacks(Path.Combine(basePath, "objects", "pack"))], [], IsStale: false);

    /// <summary>True if the file of a ref has valid content.</summary>
    public static bool IsRefWhole(string file) =>
        !File.Exists(file)
        || (
            PlainFile.TryRead(file) is { } bytes
            && RefFiles.Parse(RawText.FromBytes(bytes)) is { } content
            && content.Chars.AsSpan().ContainsAnyExcept('0'));

    /// <summary>The valid lines of a <c>packed-refs</c> file.</summary>
    public static IEnumerable<string> WholeLines(IEnumerable<string> lines) =>
        lines.Where(line =>
            line switch
            {
                ['#', ..] => true,
                ['^', .. var id] => IsGoodId(id),
                _ => line.IndexOf(' ', StringComparison.Ordinal) is var space and > 0
                    && IsGoodId(line[..space])
                    && line.AsSpan(space + 1).StartsWith("refs/"),
            });

    /// <summary>Computes the id of an object from its content.</summary>
    /// <param name="length">How many characters an id has: 40 for SHA-1, else SHA-256.</param>
    public static string IdOf(Stream content, int length)
    {
#pragma warning disable CA5350 // It is git's.
        return Convert.ToHexString(length == 40 ? SHA1.HashData(content) : SHA256.HashData(content)).ToLowerInvariant();
#pragma warning restore CA5350
    }

    private static bool IsGoodId(string text) => RefFiles.IsId(text) && text.Any(digit => digit != '0');

    private static List<string> FindRefs(string basePath)
    {
        var refs = Path.Combine(basePath, "refs");
        var found = !Directory.Exists(refs) ? [] : Directory.EnumerateFiles(refs, "*", RefNames.AllFiles)
            .Where(file => !file.EndsWith(RefNames.LockSuffix, StringComparison.Ordinal) && !IsRefWhole(file))
            .Select(file => Paths.Relative(basePath, file))
            .ToList();
        var packed = Path.Combine(basePath, PackedRefs);
        if (File.Exists(packed)
            && File.ReadLines(packed, Encoding.Latin1).Count()
                != WholeLines(File.ReadLines(packed, Encoding.Latin1)).Count())
            found.Add(PackedRefs);
        return found;
    }

    private static List<string> FindObjects(string objects) => !Directory.Exists(objects) ? [] :
    [
        .. Directory.EnumerateDirectories(objects, "??")
            .SelectMany(Directory.EnumerateFiles)
            .Select(file => (File: file, Id: Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file)))
            .Where(found => RefFiles.IsId(found.Id) && !IsWhole(found.File, found.Id))
            .Select(found => found.Id),
    ];

    private static bool IsWhole(string file, string id)
    {
        try
        {
            using var content = new ZLibStream(
                new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
                CompressionMode.Decompress);
            return IdOf(content, id.Length) == id;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        catch (FileNotFoundException)
        {
            // It is in a pack by now.
            return true;
        }
    }

    // A pack without an index is still being written.
    private static IEnumerable<string> FindPacks(string folder) =>
        !Directory.Exists(folder)
            ? []
            : Directory
                .EnumerateFiles(folder, "pack-*.idx")
                .Where(index => !IsPackWhole(Path.ChangeExtension(index, ".pack"), index))
                .Select(index => Path.GetFileNameWithoutExtension(index));

    private static bool IsPackWhole(string pack, string index)
    {
        try
        {
            using var packed = File.OpenHandle(pack, share: FileShare.ReadWrite | FileShare.Delete);
            using var indexed = File.OpenHandle(index, share: FileShare.ReadWrite | FileShare.Delete);
            var hash = (Path.GetFileNameWithoutExtension(index).Length - "pack-".Length) / 2;
            var (length, end) = (RandomAccess.GetLength(packed), RandomAccess.GetLength(indexed));
            if (length < PackHeader + hash || end < 2 * hash)
                return false;
            byte[] head = new byte[4], last = new byte[hash], noted = new byte[hash];
            RandomAccess.Read(packed, head, 0);
            RandomAccess.Read(packed, last, length - hash);
            RandomAccess.Read(indexed, noted, end - (2 * hash));
            return head.AsSpan().SequenceEqual("PACK"u8) && last.AsSpan().SequenceEqual(noted);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string[] Some(string one, string many, IReadOnlyList<string> names)
    {
        const int mostNamed = 5;
        if (names.Count == 0)
            return [];
        var more = names.Count > mostNamed ? $" and {names.Count - mostNamed} more" : "";
        return [$"{(names.Count == 1 ? one : many)} {string.Join(", ", names.Take(mostNamed))}{more}".TrimStart()];
    }

    [GeneratedRegex("pack-(?:[0-9a-f]{64}|[0-9a-f]{40})")]
    private static partial Regex PackName();

    [GeneratedRegex("(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")]
    private static partial Regex Id();
}
