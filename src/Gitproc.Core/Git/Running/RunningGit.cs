using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Processes;
using Gitproc.Reports;

namespace Gitproc.Git.Running;

/// <summary>A running git process. Disposing it before it has exited ends it and its child processes.</summary>
internal sealed class RunningGit : IDisposable
{
    // The time between the request to end and the kill. git ends within milliseconds, but a process that it started may
    // not, and the user who pressed Ctrl+C waits.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly CancellationTokenRegistration _ending;
    private readonly Task<RawText> _output;
    private readonly Task _input;
    private readonly Timer _silence;
    private volatile bool _isHanging;

    /// <summary>Starts to write git's input and to read its output.</summary>
    /// <param name="process">The process, just started. This object disposes it.</param>
    public RunningGit(GitCall call, Process process, TimeSpan silenceTimeout, CancellationToken cancellationToken)
    {
        Call = call;
        SilenceTimeout = silenceTimeout;
        _process = process;
        _ending = cancellationToken.Register(End);
        _silence = new Timer(_ => EndHanging());
        Heard();
        _input = WriteInput();
        _output = ReadOutput();
    }

    public GitCall Call { get; }

    /// <summary>The maximum time in which git neither writes output nor reads input.</summary>
    public TimeSpan SilenceTimeout { get; }

    /// <summary>git's standard error. Read it to the end before you call <see cref="Finish"/>.</summary>
    public StreamReader Error => _process.StandardError;

    /// <summary>True if git was ended because of <see cref="SilenceTimeout"/>.</summary>
    public bool IsHanging => _isHanging;

    /// <summary>Restarts the timer of <see cref="SilenceTimeout"/>.</summary>
    public void Heard()
    {
        try
        {
            _silence.Change(SilenceTimeout, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The process was disposed meanwhile.
        }
    }

    /// <summary>Waits until git exits.</summary>
    public GitResult Finish(string error, CancellationToken cancellationToken)
    {
        _process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        var output = _output.GetAwaiter().GetResult();
        try
        {
            _input.GetAwaiter().GetResult();
        }
        catch (IOException) when (_process.ExitCode != 0 && error.Length > 0)
        {
            // git exited before it had read all input, and its error says why.
        }

        return new GitResult(_process.ExitCode, output, error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Dispose();
        _silence.Dispose();
        // End searches for child processes, which takes longer than most git commands. So skip it if git has exited.
        if (!_process.HasExited)
            End();
        _process.Dispose();
    }

    private Task WriteInput()
    {
        if (Call.Input is { } write)
            return Task.Run(() => Write(write));
        // git must not read the standard input of the caller, and Gitproc answers no questions there.
        _process.StandardInput.Close();
        return Task.CompletedTask;
    }

    private void Write(Action<Stream> write)
    {
        try
        {
            using var stream = new HeardStream(_process.StandardInput.BaseStream, Heard);
            write(stream);
        }
        catch
        {
            // End git, so that it does not take partial input for all of it. But if git exits anyway, keep its exit
            // code.
            if (!_process.WaitForExit(TimeSpan.FromMilliseconds(100)))
                End();
            throw;
        }
    }

    private Task<RawText> ReadOutput()
    {
        if (Call.ReadOutput is { } read)
            return Task.Run(() => ReadWith(read));
        return ReadWhole();
    }

    private RawText ReadWith(Action<Stream> read)
    {
        try
        {
            read(new HeardStream(_process.StandardOutput.BaseStream, Heard));
            return default;
        }
        catch
        {
            // Otherwise git waits until its remaining output is read.
            End();
            throw;
        }
    }

    private async Task<RawText> ReadWhole()
    {
        using var bytes = new MemoryStream();
        var stream = _process.StandardOutput.BaseStream;
        var buffer = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0; Heard())
            bytes.Write(buffer, 0, count);
        return RawText.FromBytes(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private void EndHanging()
    {
        _isHanging = true;
        End();
    }

    // When git ends on a signal, it removes its lock files (tempfile.c). When it is killed, it leaves them, and they
    // block the next git. Windows cannot ask a process to end.
    private void End()
    {
        if (!OperatingSystem.IsWindows())
            EndInOrder();
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // The process exited meanwhile.
        }
        catch (AggregateException)
        {
            // A child process exited meanwhile.
        }
    }

    private void EndInOrder()
    {
        try
        {
            ProcessEnding.End(ProcessTable.Descent(_process.Id), Patience, CancellationToken.None);
        }
        catch (Win32Exception)
        {
            // The processes cannot be listed.
        }
    }
}

/// <summary>Parses git's progress lines, for example <c>Receiving objects:  45% (9/20)</c>.</summary>
internal static partial class GitProgressLine
{
    /// <param name="line">A line of git's standard error, without its line end.</param>
    /// <returns>The step and its percentage; null if the line does not show progress.</returns>
    public static PoolReport? Read(string line)
    {
        var match = Pattern().Match(line);
        if (!match.Success)
            return null;
        var percent = match.Groups["percent"];
        return new PoolReport(
            ReportKind.Progress,
            match.Groups["title"].Value,
            percent.Success ? int.Parse(percent.Value, CultureInfo.InvariantCulture) : null);
    }

    // progress.c, display(): "title: percent% (n/total)", or "title: n" if the total is unknown.
    [GeneratedRegex(@"^(?:remote: )?(?<title>[^:]+):\s+(?:(?<percent>\d{1,3})% \(\d+/\d+\)|\d+(?:$|,))")]
    private static partial Regex Pattern();
}

/// <summary>
/// A pipe to or from git that reports each transfer. As long as git reads or writes, it does not hang.
/// </summary>
/// <param name="pipe">The pipe. This object disposes it.</param>
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
