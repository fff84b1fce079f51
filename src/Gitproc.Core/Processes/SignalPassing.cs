using System.Runtime.InteropServices;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// Keeps this process running until a command has ended, so that it can release the command's checkout. The terminal
/// sends Ctrl+C to both processes. SIGTERM and SIGHUP may reach only this process, so they are passed on to the
/// command.
/// </summary>
public sealed class SignalPassing : IDisposable
{
    private readonly ProcessSignals _signals;
    private readonly object _lock = new();
    private int _processId;
    private int _early;

    /// <summary>Starts to handle signals. Until <see cref="To"/> is called, the last one is kept.</summary>
    public SignalPassing() => _signals = new ProcessSignals(
        signal =>
        {
            if (signal is PosixSignal.SIGTERM or PosixSignal.SIGHUP)
                Pass(ProcessSignals.NumberOf(signal));
            return true;
        },
        PosixSignal.SIGINT,
        PosixSignal.SIGQUIT,
        PosixSignal.SIGTERM,
        PosixSignal.SIGHUP);

    /// <summary>
    /// Sets the process that gets the signals. A signal that came earlier is passed on now. Thread-safe.
    /// </summary>
    /// <param name="processId">The id of the process.</param>
    public void To(int processId)
    {
        lock (_lock)
        {
            _processId = processId;
            if (_early != 0)
                Pass(_early);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _signals.Dispose();

    private void Pass(int signal)
    {
        lock (_lock)
        {
            // Windows has no signals to pass on. What closes this console there ends the command, too.
            if (_processId == 0)
                _early = signal;
            else if (!OperatingSystem.IsWindows())
                _ = LibC.Kill(_processId, signal);
        }
    }
}
