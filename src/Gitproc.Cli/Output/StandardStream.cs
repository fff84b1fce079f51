using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Gitproc.Cli.Output;

/// <summary>
/// Standard output or error output as bytes. The streams of .NET's console write on when nobody reads any longer
/// (ConsolePal.Unix.cs, Write), and a command on another machine would run on for nobody. A console of Windows gets
/// text, which the other machine has sent as UTF-8.
/// </summary>
internal sealed unsafe partial class StandardStream : Stream
{
    // errno.h of Linux and macOS.
    private const int Interrupted = 4;

    private readonly int _descriptor;
    private readonly TextWriter? _console;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    private StandardStream(int descriptor, TextWriter? console = null)
    {
        _descriptor = descriptor;
        _console = console;
    }

    /// <summary>Opens standard input (0), output (1) or error output (2).</summary>
    public static Stream Open(int number) => number switch
    {
        0 => Console.OpenStandardInput(),
        1 when OperatingSystem.IsWindows() =>
            Console.IsOutputRedirected ? Console.OpenStandardOutput() : new StandardStream(number, Console.Out),
        2 when OperatingSystem.IsWindows() =>
            Console.IsErrorRedirected ? Console.OpenStandardError() : new StandardStream(number, Console.Error),
        _ => new StandardStream(number),
    };

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_console is not null)
        {
            var text = new char[_decoder.GetCharCount(buffer, flush: false)];
            _console.Write(text, 0, _decoder.GetChars(buffer, text, flush: false));
            return;
        }

        while (buffer.Length > 0)
        {
            nint count;
            fixed (byte* start = buffer)
                count = Write(_descriptor, start, buffer.Length);
            if (count >= 0)
                buffer = buffer[(int)count..];
            else if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                throw new IOException(new Win32Exception(error).Message);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nint count);
}
