using System.Runtime.InteropServices;
using Gitproc.Processes;

namespace Gitproc.Cli;

/// <summary>Turns Ctrl+C, SIGTERM and SIGHUP into a cancellation, so that an unfinished operation is undone.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly ProcessSignals _signals;

    // One program of Windows can send Ctrl+Break to another, and not Ctrl+C.
    public Interruption() => _signals = new ProcessSignals(
        _ =>
        {
            _source.Cancel();
            return true;
        },
        [
            PosixSignal.SIGINT,
            PosixSignal.SIGTERM,
            PosixSignal.SIGHUP,
            .. OperatingSystem.IsWindows() ? [PosixSignal.SIGQUIT] : Array.Empty<PosixSignal>(),
        ]);

    /// <summary>Cancelled when the user or the system asks the process to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Dispose();
        _source.Dispose();
    }
}
