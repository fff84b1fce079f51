using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gitproc.Processes;

/// <summary>Sends signals to processes that were found before, see kill(2).</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class UnixSignal
{
    /// <summary>SIGKILL: the kernel ends the process.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: the process is asked to end.</summary>
    public const int Terminate = 15;

    /// <summary>SIGCONT: a stopped process goes on. Linux has it by signal(7), on x86 and ARM; macOS by signal(3).</summary>
    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Sends a signal to exactly that process. Thread-safe.</summary>
    /// <param name="process">The process. 0, -1 and 1 are no process: they mean groups, all, and the first one.</param>
    /// <param name="signal">The signal.</param>
    /// <returns>False when the process is gone or belongs to another user.</returns>
    /// <exception cref="Win32Exception">Whether it is gone cannot be told.</exception>
    public static bool Send(ProcessIdentity process, int signal) =>
        process.Id > 1 && ProcessTable.IsAlive(process) && Send(process.Id, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
