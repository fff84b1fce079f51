using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>
/// Decides which checkouts a request gets: free ones, otherwise those whose leases are over or that were not cleaned to
/// the end, otherwise new ones that are to be made. All that are wanted or none.
/// </summary>
/// <remarks>
/// Looking at owners, processes and lock files takes longer the more checkouts there are. So that comes first, outside
/// of the transaction, which looks again at the one row that it takes. If somebody else was faster, all begins again. A
/// kill before the commit leaves nothing. After it, each checkout has a lease, which is over when its owner is gone, and
/// the next acquire takes the checkout over.
/// </remarks>
internal sealed class Granting(PoolFolder folder, PoolDatabase database, Lifecycle lifecycle)
{
    private const long AfterAll = long.MaxValue;

    // It takes as long until somebody who waits looks again.
    private const long MaxTrustMilliseconds = 100;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly WaiterTable _waiters = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);
    private readonly WaitingQueue _queue = new(folder, database);
    private Seen? _seen;

    /// <param name="ticket">The place in the queue; null for one who does not wait, and comes after all who do.</param>
    public void Grant(GrantRequest request, Ticket? ticket, GrantSet grants)
    {
        var place = ticket?.Id ?? AfterAll;
        var first = grants.Count;
        try
        {
            if (!TryGrant(request, place, ticket, grants)
                && !(_queue.RemoveGone(request.Repository.Id, place) && TryGrant(request, place, ticket, grants)))
            {
                throw Refuse(request, place);
            }

            if (ticket is not null)
                ticket.IsServed = true;
            // One that is somebody else's is replaced by another one, which comes last in the set.
            var others = grants.Drop(first, grant =>
                grant.Row.State != CheckoutState.Creating && !lifecycle.TryWriteLease(grant.Row, grant.Replaced));
            if (others > 0)
                Grant(request with { Count = others }, ticket: null, grants);
        }
        catch
        {
            grants.Drop(first, _ => true);
            throw;
        }
    }

    /// <summary>The checkouts that a request may get, now or later: all that would do and are not broken.</summary>
    public List<CheckoutRow> Usable(GrantRequest request) => Look(request).Rows.FindAll(row =>
        row.State != CheckoutState.Broken
        && (request.Wanted is null || request.Wanted == row.Id)
        && (request.Kind is null || request.Kind == row.Kind));

    /// <summary>Whether a checkout that would do is being cleaned or taken over by somebody.</summary>
    public bool IsBeingCleaned(GrantRequest request)
    {
        var lives = Look(request).Lives;
        return Usable(request).Any(row => row.State != CheckoutState.Creating
            && (row.Lease is null ? row.State == CheckoutState.Cleaning : lives.WhyOver(row.Lease) is not null)
            && LockedFile.IsLocked(folder.CheckoutLock(row.Name)));
    }

    private bool TryGrant(GrantRequest request, long place, Ticket? ticket, GrantSet grants)
    {
        while (true)
        {
            var free = request.LeavesFree ? 0
                : _checkouts.CountFree(request.Repository.Id, request.Wanted, request.Kind, place);
            var left = free >= request.Count ? [] : FindLeft(request, place);
            if (free + left.Count < request.Count && !MayMakeOne(request))
                return false;
            if (TryTake(request, place, ticket, left, grants, out var isStale))
                return true;
            if (!isStale)
                return false;
        }
    }

    // It is stale what was looked at when somebody else was faster.
    private bool TryTake(
        GrantRequest request, long place, Ticket? ticket, List<Left> left, GrantSet grants, out bool isStale)
    {
        var first = grants.Count;
        var rest = new Queue<Left>(left);
        var mustLookAgain = false;
        var isDone = database.TryChange(() =>
        {
            while (grants.Count - first < request.Count)
            {
                if (TakeOne(request, place, rest, ref mustLookAgain) is not { } grant)
                    return false;
                grants.Add(grant);
            }

            if (ticket is not null)
                _waiters.Remove(ticket.Id);
            return true;
        });
        if (!isDone)
            grants.Drop(first, _ => true);
        isStale = mustLookAgain;
        return isDone;
    }

    private Grant? TakeOne(GrantRequest request, long place, Queue<Left> left, ref bool mustLookAgain)
    {
        var lease = request.NewLease();
        if (!request.LeavesFree && lifecycle.TakeFree(request, place, lease) is { } free)
            return new Grant(lifecycle, free);
        if (_waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place) is not [])
            return null;
        while (left.TryDequeue(out var one))
        {
            if (_waiters.Before(request.Repository.Id, one.Row.Id, one.Row.Kind, place) is not [])
                continue;
            var taken = TakeOver(one, lease);
            mustLookAgain = taken is null;
            return taken;
        }

        return MayMakeOne(request) ? Add(request, lease) : null;
    }

    // Those of another kind count too.
    private bool MayMakeOne(GrantRequest request) => request.Wanted is null
        && (request.Limit is not { } limit || _checkouts.CountUsable(request.Repository.Id) < limit);

    // As many as are wanted.
    private List<Left> FindLeft(GrantRequest request, long place)
    {
        if (_waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place) is not [])
            return [];
        var lives = Look(request).Lives;
        return [.. Usable(request).Select(Find).OfType<Left>().Take(request.Count)];

        // Of many that are made at once some are made to the end since the rows were read. And what a process still
        // writes into is no checkout for somebody else.
        Left? Find(CheckoutRow row)
        {
            if (!IsLeft(row, lives, out var why) || LockedFile.IsLocked(folder.CheckoutLock(row.Name)) || !IsAsSeen(row)
                || lifecycle.TryGiveToHolder(row)
                || (row.State != CheckoutState.Creating && CheckoutProcesses.Of(folder.Checkout(row.Name)) is not []))
            {
                return null;
            }

            return new Left(row, why ?? (row.Lease is null ? null : "did not get it: who made or cleaned it is gone"));
        }
    }

    // Its lease is over, or whoever made or cleaned it may have ended: that one has its lock, whoever it is for. Nobody
    // works in one that is being cleaned: its holder has not got it yet.
    private static bool IsLeft(CheckoutRow row, OwnerLives lives, out string? why)
    {
        why = row.Lease is { } held && row.State != CheckoutState.Creating ? lives.WhyOver(held) : null;
        return why is not null || row.State is CheckoutState.Creating or CheckoutState.Cleaning;
    }

    // A lease that is over may have been renewed since, and what was made to the end is its holder's.
    private bool IsAsSeen(CheckoutRow seen) => _checkouts.Find(seen.Id) is { } now && now.State == seen.State
        && now.Lease?.Id == seen.Lease?.Id && now.Lease?.Owner == seen.Lease?.Owner
        && now.Lease?.ExpiresAt == seen.Lease?.ExpiresAt && now.Lease?.IsStrict == seen.Lease?.IsStrict;

    private Grant? TakeOver(Left left, Lease lease)
    {
        var seen = left.Row;
        using var alone = CheckoutLock.TryAcquire(folder, seen.Name);
        var why = seen.Lease is { } replaced ? $"{LeaseBook.Who(replaced)} {left.Why}" : null;
        return alone is not null && IsAsSeen(seen) && lifecycle.TakeOver(alone, seen, lease, why) is { } taken
            ? new Grant(lifecycle, taken, alone.Move()) { Replaced = seen.Lease, Why = left.Why }
            : null;
    }

    private Grant Add(GrantRequest request, Lease lease)
    {
        _repositories.Ensure(request.Repository);
        for (var id = _checkouts.NextId(); ; id++)
        {
            var name = CheckoutName.Of(id);
            using var alone = IsTaken(name, request) ? null : CheckoutLock.TryAcquire(folder, name);
            if (alone is null)
                continue;
            var kind = request.Kind ?? CheckoutKind.Clone;
            var row = lifecycle.Add(alone, id, request.Repository.Id, request.Url, kind, lease);
            return new Grant(lifecycle, row, alone.Move());
        }
    }

    // A worktree of that name may be another one's.
    private bool IsTaken(string name, GrantRequest request)
    {
        var path = folder.Checkout(name);
        var worktree = CheckoutPlace.FromWorktree(name, path, folder.Base(request.Repository.Base)).GitDirectory;
        return Path.Exists(path) || (request.Kind == CheckoutKind.Worktree
            && Directory.Exists(worktree) && !Directory.Exists(LeaseFile.Folder(worktree)));
    }

    private GitprocException Refuse(GrantRequest request, long place) => new GrantRefusal(folder, request)
    {
        Usable = Usable(request),
        Lives = Look(request).Lives,
        Wanted = request.Wanted is { } id ? _checkouts.Find(id) : null,
        Waiting = _waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place).Count,
    }.Error();

    // Until somebody changes something: a refusal asks several times, and there may be thousands of checkouts.
    private Seen Look(GrantRequest request)
    {
        var (repository, version, now) = (request.Repository.Id, database.Version, Environment.TickCount64);
        if (_seen?.Repository != repository || _seen.Version != version || now - _seen.At > MaxTrustMilliseconds)
            _seen = new Seen(repository, version, now, _checkouts.OfRepository(repository), new OwnerLives());
        return _seen;
    }

    private sealed record Seen(
        long Repository, (long Others, long Own) Version, long At, List<CheckoutRow> Rows, OwnerLives Lives);

    // A checkout that somebody left, and why its lease is over, as the rest of a sentence about its owner.
    private sealed record Left(CheckoutRow Row, string? Why);
}
