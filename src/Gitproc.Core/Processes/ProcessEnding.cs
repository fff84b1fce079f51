using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;

namespace Gitproc.Processes;

/// <summary>Ends processes: asks them, waits, kills. Thread-safe.</summary>
internal static class ProcessEnding
{
    // A killed process ends at once, unless it waits for a disk or a server: nobody can say how long that takes.
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(32);

    /// <summary>
    /// Asks processes to end (SIGTERM), waits, and kills those that still run (SIGKILL). Windows has no way to ask a
    /// console program: there they are killed at once.
    /// </summary>
    /// <param name="processes">
    /// The processes, as they were found. This process, its ancestors and process 1 are left alone, and so is whoever
    /// got the id of one that is gone.
    /// </param>
    /// <param name="patience">How long to wait before killing; zero or less does not wait.</param>
    /// <param name="cancellationToken">Ends the wait. Those that were asked may end nevertheless.</param>
    /// <returns>Those of the processes that still run: left alone, another user's, or not yet gone two seconds after
    /// they were killed.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="Win32Exception">The operating system did not tell what runs.</exception>
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
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = Min(pause * 2, LongestPause))
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
