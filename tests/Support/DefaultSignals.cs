using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gitproc.Support;

/// <summary>
/// A shell that starts something in the background (<c>nohup dotnet test &amp;</c>, many a CI) has it ignore SIGINT and SIGQUIT, and
/// whatever is started from there ignores them too. Tests send these signals, so what they start hears them, as from a terminal.
/// </summary>
internal static class DefaultSignals
{
    private const int SigInt = 2;
    private const int SigQuit = 3;
    private const nint Default = 0;
    private const nint Ignored = 1;

    [ModuleInitializer]
    internal static void Restore()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var signal in (ReadOnlySpan<int>)[SigInt, SigQuit])
        {
            // The handler is the first field on all systems, and no system's structure is longer. One of .NET's own stays.
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
