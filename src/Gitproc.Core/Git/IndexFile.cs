using System.Buffers.Binary;
using Gitproc.Files;

namespace Gitproc.Git;

/// <summary>The index of a work tree, looked at without reading it whole: it may have hundreds of megabytes.</summary>
internal static class IndexFile
{
    // gitformat-index(5): a header of signature, version and number of entries, then entries of a fixed part and a
    // name, padded, and at the end a hash, that of SHA-1 being the shortest.
    private const int HeaderLength = 12;
    private const int ShortestEntry = 64;
    private const int ShortestHash = 20;
    private const int ModeInEntry = 24;

    // The longest hash and more than any padding.
    private const int Tail = 96;

    /// <summary>Reads the checksum that git ends an index with.</summary>
    /// <param name="gitDirectory">The folder that the index is in.</param>
    /// <returns>The last bytes of it; null when there is no index, or it was left out to save the time (git-config(1), index.skipHash).</returns>
    public static string? ReadChecksum(RawFolder gitDirectory)
    {
        using var file = gitDirectory.TryOpenFile("index");
        if (file is null || file.Length < ShortestHash)
            return null;
        Span<byte> checksum = stackalloc byte[ShortestHash];
        file.Content.Seek(-ShortestHash, SeekOrigin.End);
        file.Content.ReadExactly(checksum);
        return checksum.ContainsAnyExcept((byte)0) ? Convert.ToHexString(checksum) : null;
    }

    /// <summary>Reads how many entries an index has.</summary>
    /// <param name="file">The index.</param>
    /// <returns>The number; null when the file is not there, is no index, or was cut short or emptied by a crash.</returns>
    public static uint? CountEntries(string file)
    {
        using var handle = PlainFile.TryOpen(file);
        if (handle is null)
            return null;
        var length = RandomAccess.GetLength(handle);
        Span<byte> begin = stackalloc byte[HeaderLength + ShortestEntry];
        begin = begin[..RandomAccess.Read(handle, begin, 0)];
        if (begin.Length < HeaderLength + ShortestHash || !begin.StartsWith("DIRC"u8) || BinaryPrimitives.ReadUInt32BigEndian(begin[4..]) is not (>= 2 and <= 4))
            return null;
        var count = BinaryPrimitives.ReadUInt32BigEndian(begin[8..]);
        if (count == 0)
            return 0;
        if (begin.Length < HeaderLength + ShortestEntry || length < HeaderLength + ((long)count * ShortestEntry) + ShortestHash || !IsMode(BinaryPrimitives.ReadUInt32BigEndian(begin[(HeaderLength + ModeInEntry)..])))
            return null;
        // A hash of zeros is one that was left out (git-config(1), index.skipHash); nothing but zeros before it is not.
        Span<byte> end = stackalloc byte[(int)Math.Min(Tail, length)];
        return RandomAccess.Read(handle, end, length - end.Length) == end.Length && end.ContainsAnyExcept((byte)0) ? count : null;
    }

    // A file, a symbolic link, a submodule, or a folder that is left out of a sparse checkout.
    private static bool IsMode(uint mode) => (mode >> 12) is 0b1000 or 0b1010 or 0b1110 or 0b0100;
}
