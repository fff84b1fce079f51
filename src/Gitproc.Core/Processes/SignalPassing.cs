using System.Runtime.InteropServices;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// Lives on while a command runs, so that its checkout is released when it has ended. Ctrl+C reaches the command
/// from the terminal itself; a request to end, which reaches this process alone, is passed on to it.
/// </summary>
public sealed class SignalPassing : IDisposable
{
    // POSIX numbers, the same on Linux and macOS.
    private const int SigHup = 1;
    private const int SigTerm = 15;

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly object _lock = new();
    private int _processId;
    private int _early;

    /// <summary>Begins to listen.</summary>
    public SignalPassing()
    {
        Listen(PosixSignal.SIGINT, pass: null);
        Listen(PosixSignal.SIGQUIT, pass: null);
        Listen(PosixSignal.SIGTERM, SigTerm);
        Listen(PosixSignal.SIGHUP, SigHup);
    }

    /// <summary>Names the process that signals are passed to. One that came while it was started is passed on now.</summary>
    /// <param name="processId">The process.</param>
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
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Listen(PosixSignal signal, int? pass) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (pass is { } number)
                Pass(number);
        }));

    private void Pass(int signal)
    {
        lock (_lock)
        {
            // Windows has no such signals; closing its console ends the command too.
            if (_processId == 0)
                _early = signal;
            else if (!OperatingSystem.IsWindows())
                _ = LibC.Kill(_processId, signal);
        }
    }
}
