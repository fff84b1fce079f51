using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>Gets grants, and waits in the queue for them if requested.</summary>
/// <param name="reports">Receives the place in the queue; null to report nothing.</param>
internal sealed class Wait(PoolFolder folder, PoolDatabase database, Granting granting, IProgress<PoolReport>? reports)
{
    // The first in the queue checks often if the database has changed, which takes microseconds. Now and then it checks
    // if a holder has died, because that changes nothing in the database.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    // Others sleep until the process ahead of them leaves the queue. They wake up to check that it still runs, and to
    // report their place.
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(30);

    private readonly WaitingQueue _queue = new(folder, database);

    /// <summary>True if this took a place in the queue. Facts from before may then be out of date.</summary>
    public bool HasWaited { get; private set; }

    /// <summary>Gets grants for a request.</summary>
    /// <param name="longest">
    /// How long to wait; null to wait only while a matching checkout is being cleaned, or made ready for anybody.
    /// </param>
    public void For(
        GrantRequest request,
        GrantSet grants,
        TimeSpan? longest,
        Lazy<Caller> caller,
        CancellationToken cancellationToken)
    {
        try
        {
            granting.Grant(request, ticket: null, grants);
        }
        catch (GitprocException e) when (
            e.Reason == ErrorReason.NoCheckoutAvailable && (longest is null || MayComeFree(request)))
        {
            // That may have ended since.
            if (longest is null && !granting.IsSoonFree(request))
            {
                granting.Grant(request, ticket: null, grants);
                return;
            }

            var end = longest is null || longest == Timeout.InfiniteTimeSpan
                ? long.MaxValue
                : Environment.TickCount64 + (long)longest.Value.TotalMilliseconds;
            HasWaited = true;
            while (true)
            {
                using var ticket = _queue.Enter(
                    request.Repository, request.Wanted, request.Kind, caller.Value.ToString());
                if (InQueue(request, ticket, grants, longest, end, cancellationToken))
                    return;
            }
        }
    }

    // False if this process was suspended for so long that it has lost its place.
    private bool InQueue(
        GrantRequest request,
        Ticket ticket,
        GrantSet grants,
        TimeSpan? longest,
        long end,
        CancellationToken cancellationToken)
    {
        var lastReport = "";
        var nextReport = 0L;
        using var ahead = new TicketWatch();
        while (_queue.Has(ticket))
        {
            var left = TimeSpan.FromMilliseconds(Math.Min(end - Environment.TickCount64, int.MaxValue));
            var before = _queue.Before(request.Repository.Id, request.Wanted, request.Kind, ticket.Id);
            // If nothing is left to wait for, the next answer is final.
            var isLast = longest is null && !granting.IsSoonFree(request);
            if (!isLast && before is [.., var last])
            {
                if (Environment.TickCount64 >= nextReport)
                {
                    var place = $"{before.Count} before you, the last is {last.Who}";
                    Report($"waiting for a checkout of {request.Repository.Key}: {place}", null, () => place);
                    nextReport = Environment.TickCount64 + (long)BetweenReports.TotalMilliseconds;
                }

                if (left <= TimeSpan.Zero)
                    throw TooLong(request, longest!.Value, $"{before.Count} are still before you in the queue");
                var pause = Min(left, longest is null ? BetweenTries : BetweenChecks);
                ahead.Wait(folder.Ticket(last.Ticket), pause, cancellationToken);
                continue;
            }

            // Read this before the attempt, so that a release after it is not missed.
            var version = database.DataVersion;
            try
            {
                granting.Grant(request, ticket, grants);
                return true;
            }
            catch (GitprocException e) when (!isLast && e.Reason == ErrorReason.NoCheckoutAvailable)
            {
                if (longest is null && !granting.IsSoonFree(request))
                    continue;
                Report(
                    $"waiting for a checkout of {request.Repository.Key}: you are next. {e.Message}",
                    e.Hint,
                    () => $"waiting for {GrantRefusal.Awaited(request, granting.Usable(request))}; you are next");
                if (left <= TimeSpan.Zero)
                    throw TooLong(request, longest!.Value, e.Message, e.Hint);
                WaitForChange(version, Min(left, BetweenTries), cancellationToken);
            }
        }

        return false;

        void Report(string text, Hint? hint, Func<string> brief)
        {
            if (text != lastReport)
                reports?.Report(new PoolReport(ReportKind.Waiting, text) { Brief = brief(), Hint = hint });
            lastReport = text;
        }
    }

    private void WaitForChange(long version, TimeSpan longest, CancellationToken cancellationToken)
    {
        var end = Environment.TickCount64 + (long)longest.TotalMilliseconds;
        while (Environment.TickCount64 < end && database.DataVersion == version)
        {
            if (cancellationToken.WaitHandle.WaitOne(BetweenLooks))
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // False if a wait could never end: the checkout does not exist, and may not be made.
    private bool MayComeFree(GrantRequest request)
    {
        var there = granting.Usable(request).Count;
        // Checkouts of another kind count toward the limit.
        var mayBeMade = request.Wanted is not null ? 0
            : Math.Max(0, (request.Limit ?? int.MaxValue) - granting.Usable(request with { Kind = null }).Count);
        return request.Count - there <= mayBeMade && !(request.Count > request.MaxLocked);
    }

    private static GitprocException TooLong(GrantRequest request, TimeSpan longest, string why, Hint? hint = null) =>
        new(
            ErrorReason.NoCheckoutAvailable,
            $"Waited {longest.TotalSeconds:0.#} s for a checkout of {request.Repository.Key} and did not get one. {why}",
            request.Repository.Key)
        {
            Hint = hint,
        };

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
