using System.Diagnostics;
using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// The console of Windows that this process and the programs it starts have in common, as those of Unix have a
/// terminal. There git and ssh ask for passwords, and hear of Ctrl+C.
/// </summary>
internal static class SharedConsole
{
    /// <summary>
    /// True if there is none, for <see cref="ProcessStartInfo.CreateNoWindow"/>: Windows would open a window for each
    /// program. git's own launcher looks in the same way (git-wrapper.c, main). Unix has no such windows.
    /// </summary>
    public static bool IsMissing => OperatingSystem.IsWindows() && (ProcessSignals.IsClosing || !CanOpen());

    /// <summary>
    /// Starts a program of Windows that does not hear of Ctrl+C: a process that ignores it hands that down
    /// (learn.microsoft.com, SetConsoleCtrlHandler).
    /// </summary>
    [SupportedOSPlatform("windows")]
    public static Process StartDeaf(ProcessStartInfo start)
    {
        _ = Kernel32.SetConsoleCtrlHandler(0, true);
        try
        {
            return Process.Start(start)!;
        }
        finally
        {
            _ = Kernel32.SetConsoleCtrlHandler(0, false);
        }
    }

    [SupportedOSPlatform("windows")]
    private static bool CanOpen()
    {
        // GENERIC_WRITE, FILE_SHARE_WRITE, OPEN_EXISTING.
        using var console = Kernel32.CreateFile("CONOUT$", 0x40000000, 2, 0, 3, 0, 0);
        return !console.IsInvalid;
    }
}
