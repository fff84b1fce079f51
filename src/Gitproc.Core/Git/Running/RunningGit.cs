using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Gitproc.Files;
using Gitproc.Processes;

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
    /// <param name="call">The command.</param>
    /// <param name="process">The process, just started; it is disposed with this.</param>
    /// <param name="longestSilence">How long it may neither say anything nor read what it is given.</param>
    /// <param name="cancellationToken">Ends it, and what it started, at once.</param>
    public RunningGit(GitCall call, Process process, TimeSpan longestSilence, CancellationToken cancellationToken)
    {
        Call = call;
        LongestSilence = longestSilence;
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
    public TimeSpan LongestSilence { get; }

    /// <summary>Its standard error; to be read to the end before <see cref="Finish"/>.</summary>
    public StreamReader Error => _process.StandardError;

    /// <summary>Whether it was ended because it said nothing for too long.</summary>
    public bool IsHanging => _isHanging;

    /// <summary>Begins anew to count how long it says nothing.</summary>
    public void Heard()
    {
        try
        {
            _silence.Change(LongestSilence, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="error">What it said on its standard error.</param>
    /// <param name="cancellationToken">The token it was started with.</param>
    /// <returns>What it answered.</returns>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
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
