using System.Runtime.InteropServices;

namespace Gitproc.Processes;

/// <summary>Hears of Ctrl+C and of requests to end, which otherwise end this process at once.</summary>
/// <remarks>
/// On Windows, SIGQUIT is Ctrl+Break, SIGHUP the closing of the console, and SIGTERM the end of Windows. After the last
/// two, Windows ends the process when the handler returns, and after five seconds in any case (learn.microsoft.com,
/// HandlerRoutine). So the handler does not return, and the main thread ends the process when it is done.
/// </remarks>
public sealed class ProcessSignals : IDisposable
{
    // POSIX numbers. They are the same on Linux and macOS.
    internal const byte SigHup = 1;
    internal const byte SigInt = 2;
    internal const byte SigQuit = 3;
    internal const byte SigTerm = 15;

    private static volatile bool _isClosing;

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Starts to hear.</summary>
    /// <param name="take">Gets each signal, on another thread. Returns false for the default, which is to end.</param>
    /// <param name="signals">Which.</param>
    public ProcessSignals(Func<PosixSignal, bool> take, params ReadOnlySpan<PosixSignal> signals)
    {
        foreach (var signal in signals)
            _registrations.Add(PosixSignalRegistration.Create(signal, context => Handle(signal, context, take)));
    }

    /// <summary>True while Windows closes the console, which takes no new programs then.</summary>
    internal static bool IsClosing => _isClosing;

    /// <summary>The POSIX number of one of the four signals.</summary>
    internal static byte NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => SigHup,
        PosixSignal.SIGINT => SigInt,
        PosixSignal.SIGQUIT => SigQuit,
        _ => SigTerm,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        // Windows removes no handler while one runs, and would wait for it.
        if (!_isClosing)
            _registrations.ForEach(registration => registration.Dispose());
    }

    private static void Handle(PosixSignal signal, PosixSignalContext context, Func<PosixSignal, bool> take)
    {
        var isLast = OperatingSystem.IsWindows() && (signal is PosixSignal.SIGHUP or PosixSignal.SIGTERM);
        _isClosing |= isLast;
        context.Cancel = take(signal);
        if (isLast && context.Cancel)
            Thread.Sleep(Timeout.Infinite);
    }
}
