using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Ends processes. Thread-safe.</summary>
internal static class ProcessEnding
{
    // A killed process ends at once, unless it waits for a disk or a server, which can take any time.
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(32);

    /// <summary>
    /// Asks processes to end (SIGTERM), waits, and kills those that still run (SIGKILL). Windows cannot ask a console
    /// program to end, so there they are killed at once. This process and its ancestors are spared.
    /// </summary>
    /// <param name="patience">How long to wait before killing. Zero or less means not to wait.</param>
    /// <param name="cancellationToken">Ends the wait. Processes that were asked to end may still end.</param>
    /// <returns>The processes that still run.</returns>
    public static IReadOnlyList<ProcessEntry> End(
        IReadOnlyList<ProcessEntry> processes, TimeSpan patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var spared = OwnAncestry.Ids();
        var ours = processes.Select(entry => entry.Identity).Where(identity => !spared.Contains(identity.Id)).ToList();
        if (!OperatingSystem.IsWindows())
            WaitUntilGone(ours.FindAll(Ask), patience, cancellationToken);
        WaitUntilGone(ours.FindAll(Kill), AfterKill, cancellationToken);
        return processes.Where(entry => ProcessTable.IsAlive(entry.Identity)).ToList();
    }

    // A stopped process handles SIGTERM only when it continues, so it is continued. systemd.kill(5) does the same.
    [UnsupportedOSPlatform("windows")]
    private static bool Ask(ProcessIdentity process)
    {
        var asked = UnixSignal.Send(process, UnixSignal.Terminate);
        if (asked)
            UnixSignal.Send(process, UnixSignal.Continue);
        return asked;
    }

    private static bool Kill(ProcessIdentity process)
    {
        if (!OperatingSystem.IsWindows())
            return UnixSignal.Send(process, UnixSignal.Kill);
        if (!ProcessTable.IsAlive(process))
            return false;
        try
        {
            using var found = Process.GetProcessById(process.Id);
            found.Kill();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // The process has ended, is ending, or belongs to another user.
            return false;
        }
    }

    private static void WaitUntilGone(
        List<ProcessIdentity> processes, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waiting = Stopwatch.StartNew();
        // Most processes end within a millisecond.
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = Min(pause * 2, MaxPause))
        {
            processes.RemoveAll(process => !ProcessTable.IsAlive(process));
            var left = patience - waiting.Elapsed;
            if (processes.Count == 0 || left <= TimeSpan.Zero)
                return;
            if (cancellationToken.WaitHandle.WaitOne(Min(pause, left)))
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

/// <summary>Sends signals to processes, see kill(2).</summary>
[UnsupportedOSPlatform("windows")]
internal static class UnixSignal
{
    /// <summary>SIGKILL: the kernel ends the process.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: asks the process to end.</summary>
    public const int Terminate = 15;

    /// <summary>
    /// SIGCONT: continues a stopped process. The number is from signal(7) for Linux on x86 and ARM, and signal(3) for
    /// macOS.
    /// </summary>
    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Sends a signal to a process, unless its id belongs to another process by now. Thread-safe.</summary>
    /// <returns>True if the signal was sent.</returns>
    public static bool Send(ProcessIdentity process, int signal) =>
        process.Id > 1 && ProcessTable.IsAlive(process) && LibC.Kill(process.Id, signal) == 0;
}
