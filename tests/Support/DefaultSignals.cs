using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gitproc.Support;

/// <summary>
/// Restores the default handling of SIGHUP, SIGINT and SIGQUIT. If a shell or a CI starts a process in the background
/// (<c>nohup dotnet test &amp;</c>), it ignores these signals, and so do its child processes. Tests send them to child
/// processes, which must react as they do in a terminal.
/// </summary>
internal static class DefaultSignals
{
    private const int SigHup = 1;
    private const int SigInt = 2;
    private const int SigQuit = 3;
    private const nint Default = 0;
    private const nint Ignored = 1;

    [ModuleInitializer]
    internal static void Restore()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var signal in (ReadOnlySpan<int>)[SigHup, SigInt, SigQuit])
        {
            // In struct sigaction, the handler is the first field on all systems, and 256 bytes are enough for the
            // whole structure. A handler that .NET installed is left alone.
            var action = new byte[256];
            if (Action(signal, 0, action) == 0 && MemoryMarshal.Read<nint>(action) == Ignored)
                _ = Handle(signal, Default);
        }
    }

    [DllImport("libc", EntryPoint = "sigaction")]
    private static extern int Action(int signal, nint action, byte[] before);

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint Handle(int signal, nint handler);
}
