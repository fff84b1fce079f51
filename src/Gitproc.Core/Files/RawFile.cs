namespace Gitproc.Files;

/// <summary>A regular file, open to read.</summary>
/// <param name="Content">Its content, from the beginning.</param>
/// <param name="IsExecutable">Whether its user may run it; never on Windows.</param>
internal sealed record RawFile(FileStream Content, bool IsExecutable) : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    public long Length => Content.Length;

    /// <summary>Reads all of it.</summary>
    /// <returns>Its content as raw text.</returns>
    public string ReadAll()
    {
        var bytes = new byte[Length];
        return RawText.Of(bytes.AsSpan(0, Content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
