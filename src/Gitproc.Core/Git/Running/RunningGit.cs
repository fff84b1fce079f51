using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Text;
using Gitproc.Files;
using Gitproc.Processes;
using Gitproc.Reports;

namespace Gitproc.Git.Running;

/// <summary>A git process that runs. It is ended, with what it started, when it is disposed before its end.</summary>
internal sealed class RunningGit : IDisposable
{
    // git ends within milliseconds; what it has started may have other ideas, and whoever pressed Ctrl+C waits.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly CancellationTokenRegistration _ending;
    private readonly Task<string> _output;
    private readonly Task _input;
    private readonly Timer _silence;
    private volatile bool _isHanging;

    /// <summary>Begins to write its input and to read its output.</summary>
    /// <param name="process">The process, just started; it is disposed with this.</param>
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

    /// <summary>The command.</summary>
    public GitCall Call { get; }

    /// <summary>How long it may neither say anything nor read what it is given.</summary>
    public TimeSpan SilenceTimeout { get; }

    /// <summary>Its standard error; to be read to the end before <see cref="Finish"/>.</summary>
    public StreamReader Error => _process.StandardError;

    /// <summary>Whether it was ended because it said nothing for too long.</summary>
    public bool IsHanging => _isHanging;

    /// <summary>Begins anew to count how long it says nothing.</summary>
    public void Heard()
    {
        try
        {
            _silence.Change(SilenceTimeout, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }

    /// <summary>Waits for its end.</summary>
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
            // It ended before it had read all, and said why.
        }

        return new GitResult(_process.ExitCode, output, error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Dispose();
        _silence.Dispose();
        // Looking for what it may have started takes longer than most commands.
        if (!_process.HasExited)
            End();
        _process.Dispose();
    }

    private Task WriteInput()
    {
        if (Call.Input is { } write)
            return Task.Run(() => Write(write));
        // Nothing of ours answers git on its standard input, and the caller's own input is not git's to read.
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
            // It must not take for the whole what is only a part. One that ended by itself has its exit code already.
            if (!_process.WaitForExit(TimeSpan.FromMilliseconds(100)))
                End();
            throw;
        }
    }

    private Task<string> ReadOutput()
    {
        if (Call.ReadOutput is { } read)
            return Task.Run(() => ReadWith(read));
        return ReadWhole();
    }

    private string ReadWith(Action<Stream> read)
    {
        try
        {
            read(new HeardStream(_process.StandardOutput.BaseStream, Heard));
            return "";
        }
        catch
        {
            // It would wait for somebody to read the rest.
            End();
            throw;
        }
    }

    private async Task<string> ReadWhole()
    {
        using var bytes = new MemoryStream();
        var stream = _process.StandardOutput.BaseStream;
        var buffer = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0; Heard())
            bytes.Write(buffer, 0, count);
        var all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        return Call.HasRawOutput ? RawText.Of(all) : Encoding.UTF8.GetString(all);
    }

    private void EndHanging()
    {
        _isHanging = true;
        End();
    }

    // Asked to end, git takes away the lock files that it has made (its tempfile.c, on a signal); killed, it leaves them
    // in the way of the next. Windows has no way to ask.
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
            // It ended by itself in the meantime.
        }
        catch (AggregateException)
        {
            // Some of what git had started ended by itself in the meantime.
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
            // The system does not tell what runs.
        }
    }
}

/// <summary>Reads the lines in which git shows progress, as <c>Receiving objects:  45% (9/20)</c>.</summary>
internal static partial class GitProgressLine
{
    /// <summary>Reads one line of git's standard error.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <returns>The step and how much of it is done; null when the line is no progress.</returns>
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

    // progress.c, display(): "title: percent% (n/total)", or "title: n" when the total is not known.
    [GeneratedRegex(@"^(?:remote: )?(?<title>[^:]+):\s+(?:(?<percent>\d{1,3})% \(\d+/\d+\)|\d+(?:$|,))")]
    private static partial Regex Pattern();
}

/// <summary>A pipe to or from git that tells of each piece that goes through: git that reads or writes does not hang.</summary>
/// <param name="pipe">The pipe; it is disposed with this.</param>
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
