using System.Text;
using Gitproc.Files;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Looks up refs in a <c>packed-refs</c> file. Its first line begins with <c>#</c>. Then come lines <c>ID NAME</c>,
/// sorted by name. After a tag, the line <c>^ID</c> has the id of the object that the tag points to. The file is
/// searched by bisection, so that the time hardly grows with the number of refs.
/// </summary>
internal static class PackedRefs
{
    private const int BlockSize = 4096;

    /// <returns>The object id of the ref; null if the file does not have the ref.</returns>
    public static string? Find(string file, string name) => Look(file, name).Id;

    /// <summary>Looks up the peeled id of a ref: the id of the first object that is not a tag.</summary>
    /// <returns>The id; null if the file does not have the ref or its peeled id.</returns>
    public static string? FindPeeled(string file, string name) => Look(file, name).Peeled;

    /// <summary>Lists the refs below a folder, with names relative to it.</summary>
    public static IEnumerable<string> NamesBelow(string file, string folder)
    {
        using var handle = PlainFile.TryOpen(file);
        if (handle is null)
            yield break;
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read), Encoding.UTF8);
        reader.BaseStream.Position = Narrow(handle, folder).Low;
        while (reader.ReadLine() is { } line)
        {
            if (ParseRef(line) is not { } found)
                continue;
            if (found.Name.StartsWith(folder, StringComparison.Ordinal))
                yield return found.Name[folder.Length..];
            else if (string.CompareOrdinal(found.Name, folder) > 0)
                yield break;
        }
    }

    // Returns a part of the file. The line with the name, or the first line that sorts after it, begins in that part or
    // at its end.
    private static (long Low, long High) Narrow(SafeFileHandle handle, string name)
    {
        var (low, high) = (0L, RandomAccess.GetLength(handle));
        while (high - low > BlockSize)
        {
            var middle = low + ((high - low) / 2);
            if (ReadFirstRef(handle, middle) is not { } line || string.CompareOrdinal(line.Name, name) > 0)
                high = middle;
            else
                low = line.Start;
        }

        return (low, high);
    }

    private static (string? Id, string? Peeled) Look(string file, string name)
    {
        using var handle = PlainFile.TryOpen(file);
        if (handle is null)
            return default;
        var (low, high) = Narrow(handle, name);
        // The last candidate line may end after "high".
        var block = new byte[(int)Math.Max(0, high - low) + BlockSize];
        var length = RandomAccess.Read(handle, block, low);
        var lines = Encoding.UTF8.GetString(block, 0, length).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (ParseRef(lines[i]) is not { } found || found.Name != name)
                continue;
            var next = i + 1 < lines.Length ? lines[i + 1] : "";
            return (found.Id, next.StartsWith('^') ? next[1..] : IsFullyPeeled(handle) ? found.Id : null);
        }

        return default;
    }

    // In a fully peeled file, a ref without a ^ line does not point to a tag (refs/packed-backend.c).
    private static bool IsFullyPeeled(SafeFileHandle handle)
    {
        var header = new byte[BlockSize];
        var length = RandomAccess.Read(handle, header, 0);
        return Encoding.ASCII.GetString(header, 0, length).Split('\n')[0] is ['#', ..] first
            && first.Contains(" fully-peeled ", StringComparison.Ordinal);
    }

    // Returns the first line with a ref that begins after an offset.
    private static (long Start, string Name)? ReadFirstRef(SafeFileHandle handle, long offset)
    {
        var block = new byte[2 * BlockSize];
        var length = RandomAccess.Read(handle, block, offset);
        var start = Array.IndexOf(block, (byte)'\n', 0, length) + 1;
        while (start > 0)
        {
            var end = Array.IndexOf(block, (byte)'\n', start, length - start);
            if (end < 0)
                return null;
            if (ParseRef(Encoding.UTF8.GetString(block, start, end - start)) is { } line)
                return (offset + start, line.Name);
            start = end + 1;
        }

        return null;
    }

    private static (string Id, string Name)? ParseRef(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && RefFiles.IsId(line.AsSpan(0, space)) ? (line[..space], line[(space + 1)..]) : null;
    }
}
