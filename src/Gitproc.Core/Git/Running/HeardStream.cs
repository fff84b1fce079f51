namespace Gitproc.Git.Running;

/// <summary>A pipe to or from git that tells of each piece that goes through: git that reads or writes does not hang.</summary>
/// <param name="pipe">The pipe; it is disposed with this.</param>
/// <param name="heard">Told.</param>
internal sealed class HeardStream(Stream pipe, Action heard) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => pipe.CanRead;

    /// <inheritdoc/>
    public override bool CanWrite => pipe.CanWrite;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = pipe.Read(buffer);
        heard();
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        pipe.Write(buffer);
        heard();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => pipe.Flush();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            pipe.Dispose();
        base.Dispose(disposing);
    }
}
