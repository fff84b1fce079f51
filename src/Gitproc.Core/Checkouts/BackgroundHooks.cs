using System.Diagnostics;
using System.Text;
using Gitproc.Files;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;
using Microsoft.Data.Sqlite;

namespace Gitproc.Checkouts;

/// <summary>
/// Hooks for whose end nobody waits. Each has a process of its own that runs it, keeps what it prints in a log, and
/// writes into the history how it ended.
/// </summary>
/// <remarks>
/// A hook belongs to the lease for which it was started. Its event and its <see cref="HookTicket"/> are there before
/// the process is started, and that process looks whether the lease is still in force. So whoever ends or takes over
/// the lease finds the ticket, or the hook does not begin. It ends the hook before anything in the checkout changes. A
/// kill in between leaves a ticket that nobody has locked, which the next one removes.
/// </remarks>
/// <param name="reports">Told what is ended; null for nobody.</param>
internal sealed class BackgroundHooks(PoolFolder folder, PoolDatabase database, IProgress<PoolReport>? reports)
{
    // Gives npm or a compiler time to leave no half-written file.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    /// <summary>What the process is started with, before the name of a ticket.</summary>
    public const string Word = "hook";

    private const string Unknown = "has an unknown end: the process that ran it was killed";

    // Old logs go once in about so many.
    private const int BetweenTrims = 50;

    private readonly EventTable _events = new(database.Connection);

    /// <summary>Starts a hook for the holder of a checkout. If it cannot, there is a warning.</summary>
    /// <param name="program">Runs it.</param>
    /// <param name="who">Who acquired the checkout.</param>
    public void Start(BackgroundProgram program, HookCall call, CheckoutRow row, string who, TimeSpan timeout)
    {
        // The caller has the checkout already.
        try
        {
            if (!TryStart(program, call, row, who, timeout))
                Warn($"{program.Path} cannot be started");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            Warn(e.Message);
        }

        void Warn(string why) => reports?.Report(new PoolReport(
            ReportKind.Warning, $"{call.Shown} does not run in the background of {row.Name}: {why}"));
    }

    /// <summary>Runs a hook in this process, which was started for it.</summary>
    /// <param name="name">The name of the ticket.</param>
    public void Run(string name)
    {
        if (HookTicket.Read(folder, name) is not { } ticket || ticket.TryBegin(folder) is not { } begun)
            return;
        using var locked = begun;
        if (database.Checkouts.Find(CheckoutName.Read(ticket.Checkout)!.Value) is not { } row
            || row.Lease?.Id != ticket.LeaseId)
        {
            ticket.Remove(folder);
            return;
        }

        var time = Stopwatch.StartNew();
        string? failure;
        using (var log = OpenLog(ticket.Start))
            failure = ticket.Call.Run(ticket.Timeout, log.WriteLine, CancellationToken.None);
        var took = PrintableTime.Age(time.Elapsed);
        if (failure is null)
            NoteEnd(ticket, row, EventKind.HookEnded, $"ended with exit code 0 after {took}");
        else
            NoteEnd(ticket, row, EventKind.HookFailed, $"{failure.TrimEnd('.')} (after {took})");
    }

    /// <summary>Ends the hooks that still run for the last holder of a checkout.</summary>
    /// <returns>True if there was one.</returns>
    public bool End(CheckoutRow row, CancellationToken cancellationToken)
    {
        var tickets = HookTicket.Of(folder, row.Name);
        foreach (var ticket in tickets)
            End(ticket, row, cancellationToken);
        return tickets.Count > 0;
    }

    /// <summary>
    /// Notes the end of hooks whose process was killed, and removes logs that the history has forgotten.
    /// </summary>
    public void Repair()
    {
        foreach (var ticket in HookTicket.All(folder))
        {
            var row = database.Checkouts.Find(CheckoutName.Read(ticket.Checkout)!.Value);
            // The process of another one may be about to begin.
            if (ticket.Runner is null && row is not null && row.Lease?.Id == ticket.LeaseId)
                continue;
            using var locked = ticket.TryLock(folder);
            if (locked is null)
                continue;
            if (row is null)
                ticket.Remove(folder);
            else
                NoteEnd(ticket, row, EventKind.HookFailed, Unknown);
        }

        RemoveOldLogs();
    }

    private bool TryStart(BackgroundProgram program, HookCall call, CheckoutRow row, string who, TimeSpan timeout)
    {
        folder.CreateLogs();
        if (Random.Shared.Next(BetweenTrims) == 0)
            RemoveOldLogs();
        var start = database.Change(() => _events.Add(
            EventKind.HookStarted,
            row,
            row.Lease?.Id,
            who,
            id => $"{call.Shown} began in the background, and its log is {folder.Log(id)}"));
        var ticket = new HookTicket(row.Name, start, call, row.Lease?.Id, who, timeout);
        ticket.Write(folder);
        if (program.Start(folder.Path, [Word, ticket.Name], call.Variables))
            return true;
        using var locked = ticket.TryLock(folder);
        NoteEnd(ticket, row, EventKind.HookFailed, $"did not run: {program.Path} cannot be started");
        return false;
    }

    private void End(HookTicket ticket, CheckoutRow row, CancellationToken cancellationToken)
    {
        // The time that its processes get to end is not a part of the wait.
        var waiting = new Stopwatch();
        var hasEnded = false;
        LockedFile? locked;
        while ((locked = ticket.TryLock(folder)) is null)
        {
            waiting.Stop();
            hasEnded = true;
            // One that has just begun is about to say who it is.
            ticket = HookTicket.Read(folder, ticket.Name) ?? ticket;
            var left = EndProcesses(ticket, cancellationToken);
            if (left > 0 || waiting.Elapsed > MaxWait)
            {
                throw new GitprocException(
                    ErrorReason.InUse,
                    $"{ticket.Call.Shown} runs in the background of {row.Name}, and cannot be ended from here.",
                    row.Name);
            }

            waiting.Start();
            Thread.Sleep(10);
        }

        using (locked)
        {
            hasEnded |= EndProcesses(ticket, cancellationToken) is not null;
            NoteEnd(
                ticket,
                row,
                EventKind.HookFailed,
                hasEnded ? "was ended, because the checkout was given back"
                : ticket.HasBegun ? Unknown
                : "did not begin before the checkout was given back");
        }

        if (hasEnded)
        {
            reports?.Report(new PoolReport(
                ReportKind.Notice, $"{ticket.Call.Shown}, which still ran in the background of {row.Name}, is ended"));
        }
    }

    // How many of its processes still run; null if none ran. The one that runs the hook comes first: it would note an
    // end of its own.
    private static int? EndProcesses(HookTicket ticket, CancellationToken cancellationToken)
    {
        if (ticket.Runner is not { } runner || DetachedProcess.Session(runner) is not { Count: > 0 } session)
            return null;
        ProcessEnding.End([.. session.Where(entry => entry.Identity == runner)], TimeSpan.Zero, cancellationToken);
        // It may have started another one meanwhile.
        for (; session.Count > 0; session = DetachedProcess.Session(runner))
        {
            if (ProcessEnding.End(session, Patience, cancellationToken).Count is > 0 and var left)
                return left;
        }

        return 0;
    }

    private void NoteEnd(HookTicket ticket, CheckoutRow row, EventKind kind, string how)
    {
        if (!ticket.IsThere(folder))
            return;
        var log = folder.Log(ticket.Start);
        // One that did not begin has none.
        var why = $"{ticket.Call.Shown} {how}{(File.Exists(log) ? $"; its log is {log}" : "")}";
        database.Change(() => _events.Add(kind, row, ticket.LeaseId, ticket.Who, why, limits: null));
        ticket.Remove(folder);
    }

    private void RemoveOldLogs()
    {
        if (!Directory.Exists(folder.Logs) || _events.Range() is not var (oldest, newest))
            return;
        foreach (var file in Directory.EnumerateFiles(folder.Logs, "*.log"))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(file), out var start)
                && (start < oldest || start > newest))
            {
                File.Delete(file);
            }
        }
    }

    private StreamWriter OpenLog(long start)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new StreamWriter(folder.Log(start), new UTF8Encoding(false), options) { AutoFlush = true };
    }
}
