using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Git;

/// <summary>
/// Looks a ref up in a <c>packed-refs</c> file: lines <c>ID NAME</c> sorted by name, after a ref that is a tag the
/// line <c>^ID</c> of what it points to, and a first line that begins with <c>#</c>. By halving, so that the time
/// does not grow with the number of refs.
/// </summary>
internal static class PackedRefs
{
    private const int BlockSize = 4096;

    /// <summary>Looks a ref up.</summary>
    /// <param name="file">The <c>packed-refs</c> file.</param>
    /// <param name="name">The full name of the ref.</param>
    /// <returns>The object id it has; null when the file does not hold it.</returns>
    public static string? Find(string file, string name)
    {
        using var handle = File.OpenHandle(file);
        var (low, high) = (0L, RandomAccess.GetLength(handle));
        // A line that holds the name begins in [low, high).
        while (high - low > BlockSize)
        {
            var middle = low + ((high - low) / 2);
            if (ReadFirstRef(handle, middle) is not { } line || string.CompareOrdinal(line.Name, name) > 0)
                high = middle;
            else
                low = line.Start;
        }

        // The last candidate may end after "high".
        var block = new byte[(int)(high - low) + BlockSize];
        var length = RandomAccess.Read(handle, block, low);
        foreach (var line in Encoding.UTF8.GetString(block, 0, length).Split('\n'))
        {
            if (ParseRef(line) is { } found && found.Name == name)
                return found.Id;
        }

        return null;
    }

    // The first line with a ref that begins after an offset.
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
        return space is 40 or 64 && line[0] != '#' ? (line[..space], line[(space + 1)..]) : null;
    }
}
