namespace Gitproc.Files;

/// <summary>A regular file, open to read.</summary>
/// <param name="Content">Its content, from the beginning.</param>
/// <param name="Mode">Its mode before it was opened; null on Windows.</param>
internal sealed record RawFile(FileStream Content, UnixFileMode? Mode) : IDisposable
{
    private const long MostBytes = 512 << 20;

    /// <summary>Whether its user may run it; never on Windows.</summary>
    public bool IsExecutable => Mode?.HasFlag(UnixFileMode.UserExecute) == true;

    /// <summary>Its length in bytes.</summary>
    public long Length => Content.Length;

    /// <summary>Reads all of it.</summary>
    /// <returns>Its content as raw text.</returns>
    /// <exception cref="IOException">It is longer than 512 MiB: a job can make one that is, and has no content to speak of.</exception>
    public string ReadAll() =>
        Length <= MostBytes ? ReadStart((int)Length) : throw new IOException($"A file has {Length} bytes, which is more than can be looked into.");

    /// <summary>Reads what it begins with.</summary>
    /// <param name="mostBytes">How many bytes are read at most.</param>
    /// <returns>Its content, or the first part of it, as raw text.</returns>
    public string ReadStart(int mostBytes)
    {
        var bytes = new byte[Math.Min(Length, mostBytes)];
        return RawText.Of(bytes.AsSpan(0, Content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
