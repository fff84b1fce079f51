using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>
/// Decides which checkouts a request gets: free ones first, then checkouts whose lease is over or whose cleaning did
/// not finish, then new ones. The request gets all that it wants, or nothing.
/// </summary>
/// <remarks>
/// The time to look at owners, processes and lock files grows with the number of checkouts. So that happens first,
/// outside the transaction. The transaction checks only the row that it takes, and if another process was faster,
/// everything starts again. A kill before the commit leaves nothing. After the commit each checkout has a lease. If its
/// owner is gone, the lease is over, and the next acquire takes the checkout over.
/// </remarks>
internal sealed class Granting(PoolFolder folder, PoolDatabase database, Lifecycle lifecycle)
{
    private const long AfterAll = long.MaxValue;

    // As long as a waiting process pauses between looks.
    private const long MaxTrustMilliseconds = 100;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly WaiterTable _waiters = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);
    private readonly WaitingQueue _queue = new(folder, database);
    private Seen? _seen;

    /// <summary>Grants a request, or throws an error that says who holds the checkouts.</summary>
    /// <param name="ticket">
    /// The place in the queue; null for a caller that does not wait, and comes after all that do.
    /// </param>
    public void Grant(GrantRequest request, Ticket? ticket, GrantSet grants)
    {
        ForgetOld();
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
            // If another holder turns out to have a checkout, it is replaced by another one at the end of the set.
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

    /// <summary>The checkouts that a request may get, now or later: all that match and are not broken.</summary>
    public List<CheckoutRow> Usable(GrantRequest request) => Look(request).Rows.FindAll(row =>
        row.State != CheckoutState.Broken
        && (request.Wanted is null || request.Wanted == row.Id)
        && (request.Kind is null || request.Kind == row.Kind));

    /// <summary>
    /// True if another process is cleaning or taking over a checkout that matches, or makes it ready for anybody.
    /// </summary>
    public bool IsSoonFree(GrantRequest request)
    {
        ForgetOld();
        var lives = Look(request).Lives;
        return Usable(request).Any(row => row switch
        {
            { Lease.IsMakingReady: true } when lives.WhyOver(row.Lease) is null =>
                FileLock.FindStopped([folder.CheckoutLock(row.Name)]) is [],
            { State: CheckoutState.Creating } => false,
            { Lease: null } => row.State == CheckoutState.Cleaning && IsLocked(row),
            _ => lives.WhyOver(row.Lease) is not null && IsLocked(row),
        });

        bool IsLocked(CheckoutRow row) => LockedFile.IsLocked(folder.CheckoutLock(row.Name));
    }

    private bool TryGrant(GrantRequest request, long place, Ticket? ticket, GrantSet grants)
    {
        while (true)
        {
            var over = LeasesOver(request);
            if (!MayHold(request, over))
                return false;
            var free = request.LeavesFree ? 0
                : _checkouts.CountFree(request.Repository.Id, request.Wanted, request.Kind, place);
            var left = free >= request.Count ? [] : FindLeft(request, place);
            if (free + left.Count < request.Count && !MayMakeOne(request))
                return false;
            if (TryTake(request, place, ticket, left, over, grants, out var isStale))
                return true;
            if (!isStale)
                return false;
        }
    }

    // isStale: another process was faster, so look again.
    private bool TryTake(
        GrantRequest request,
        long place,
        Ticket? ticket,
        List<Left> left,
        HashSet<string> over,
        GrantSet grants,
        out bool isStale)
    {
        var first = grants.Count;
        var rest = new Queue<Left>(left);
        var mustLookAgain = false;
        lifecycle.WaitsSince ??= ticket?.Since;
        var isDone = database.TryChange(() =>
        {
            if (!MayHold(request, over))
                return false;
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

    private bool MayHold(GrantRequest request, HashSet<string> over) =>
        request.MaxLocked is not { } most || CountHeld(request, over) + request.Count <= most;

    private int CountHeld(GrantRequest request, HashSet<string> over) =>
        _checkouts.Leases(request.Repository.Id).Count(lease => !over.Contains(lease));

    // Leases that do not count against the limit of what is held. To look at their owners takes long, so that happens
    // only if the limit is reached.
    private HashSet<string> LeasesOver(GrantRequest request)
    {
        if (MayHold(request, []))
            return [];
        var seen = Look(request);
        return
        [
            .. seen.Rows.Select(row => row.Lease).OfType<Lease>().Where(lease => seen.Lives.WhyOver(lease) is not null)
                .Select(lease => lease.Id),
        ];
    }

    // The limit counts checkouts of every kind.
    private bool MayMakeOne(GrantRequest request) => request.Wanted is null
        && (request.Limit is not { } limit || _checkouts.CountUsable(request.Repository.Id) < limit);

    // Finds no more than requested.
    private List<Left> FindLeft(GrantRequest request, long place)
    {
        if (_waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place) is not [])
            return [];
        var lives = Look(request).Lives;
        return [.. Usable(request).Select(Find).OfType<Left>().Take(request.Count)];

        // While many are made at once, some may be finished since the rows were read. And a checkout that a process
        // still writes to must not go to another holder: of a half-made one, that is the hook of a killed maker.
        Left? Find(CheckoutRow row)
        {
            if (!IsLeft(row, lives, out var why) || LockedFile.IsLocked(folder.CheckoutLock(row.Name)) || !IsAsSeen(row)
                || lifecycle.TryGiveToHolder(row)
                || ForeignProcesses.In(folder, row.Name) is not [])
            {
                return null;
            }

            return new Left(
                row, why ?? (row.Lease is null ? null : "did not get it: the process that made or cleaned it is gone"));
        }
    }

    // True if the lease is over, or if the process that made or cleaned the checkout may have ended; that process would
    // have the lock. A checkout that is being cleaned has no holder in it yet.
    private static bool IsLeft(CheckoutRow row, OwnerLives lives, out string? why)
    {
        why = row.Lease is { } held && row.State != CheckoutState.Creating ? lives.WhyOver(held) : null;
        return why is not null || row.State is CheckoutState.Creating or CheckoutState.Cleaning;
    }

    // An expired lease may have been renewed since, and a finished checkout belongs to its holder.
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

    // A worktree that is not the pool's may have that name.
    private bool IsTaken(string name, GrantRequest request)
    {
        var path = folder.Checkout(name);
        var worktree = CheckoutPlace.FromWorktree(name, path, folder.Base(request.Repository.Base)).GitDirectory;
        return Path.Exists(path) || (request.Kind == CheckoutKind.Worktree
            && Directory.Exists(worktree) && !Directory.Exists(LeaseFile.Folder(worktree)));
    }

    private GitprocException Refuse(GrantRequest request, long place)
    {
        var over = LeasesOver(request);
        return new GrantRefusal(folder, request)
        {
            Usable = Usable(request),
            Lives = Look(request).Lives,
            Wanted = request.Wanted is { } id ? _checkouts.Find(id) : null,
            Held = MayHold(request, over) ? null : CountHeld(request, over),
            Waiting = _waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place).Count,
        }.Error();
    }

    // Valid until the database changes: a refusal asks several times, and there may be thousands of checkouts.
    private Seen Look(GrantRequest request)
    {
        var (repository, version, now) = (request.Repository.Id, database.Version, Environment.TickCount64);
        if (_seen?.Repository != repository || _seen.Version != version)
            _seen = new Seen(repository, version, now, _checkouts.OfRepository(repository), new OwnerLives());
        return _seen;
    }

    // An owner that ends changes nothing in the database. Only at the beginning of an operation, or a slow machine
    // would read everything several times in one.
    private void ForgetOld()
    {
        if (_seen is { } seen && Environment.TickCount64 - seen.At > MaxTrustMilliseconds)
            _seen = null;
    }

    private sealed record Seen(
        long Repository, (long Others, long Own) Version, long At, List<CheckoutRow> Rows, OwnerLives Lives);

    // A checkout whose user is gone, and why its lease is over, as the rest of a sentence about its owner.
    private sealed record Left(CheckoutRow Row, string? Why);
}
