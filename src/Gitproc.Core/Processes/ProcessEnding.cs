using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Ends processes: asks them, waits, kills. Thread-safe.</summary>
internal static class ProcessEnding
{
    // A killed process ends at once, unless it waits for a disk or a server: nobody can say how long that takes.
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(32);

    /// <summary>
    /// Asks processes to end (SIGTERM), waits, and kills those that still run (SIGKILL). Windows has no way to ask a
    /// console program: there they are killed at once.
    /// </summary>
    /// <param name="patience">How long to wait before killing; zero or less does not wait.</param>
    /// <param name="cancellationToken">Ends the wait. Those that were asked may end nevertheless.</param>
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

    // A stopped process would not hear of it before it goes on: systemd.kill(5) continues it, too.
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
            // Gone in the meantime, another user's, or ending already.
            return false;
        }
    }

    private static void WaitUntilGone(List<ProcessIdentity> processes, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waiting = Stopwatch.StartNew();
        // Most end within a millisecond.
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

/// <summary>Sends signals to processes that were found before, see kill(2).</summary>
[UnsupportedOSPlatform("windows")]
internal static class UnixSignal
{
    /// <summary>SIGKILL: the kernel ends the process.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: the process is asked to end.</summary>
    public const int Terminate = 15;

    /// <summary>SIGCONT: a stopped process goes on. Linux has it by signal(7), on x86 and ARM; macOS by signal(3).</summary>
    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Sends a signal to exactly that process. Thread-safe.</summary>
    public static bool Send(ProcessIdentity process, int signal) =>
        process.Id > 1 && ProcessTable.IsAlive(process) && LibC.Kill(process.Id, signal) == 0;
}
