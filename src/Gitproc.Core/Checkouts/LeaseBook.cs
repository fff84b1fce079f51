using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Checkouts;

/// <summary>Gives leases and ends them: who holds which checkout is changed here and nowhere else.</summary>
/// <param name="limits">What of the history is kept; null to take nothing away.</param>
internal sealed class LeaseBook(PoolFolder folder, PoolDatabase database, Lazy<Caller> caller, HistoryLimits? limits)
{
    private const long AfterAll = long.MaxValue;

    // Milliseconds. It takes as long until somebody who waits looks again.
    private const long MaxTrustMilliseconds = 100;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly WaiterTable _waiters = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);
    private readonly EventTable _events = new(database.Connection);
    private readonly WaitingQueue _queue = new(folder, database);
    private Seen? _seen;

    /// <summary>
    /// Leases checkouts of a repository: free ones, else those whose leases are over or that were not cleaned to the end, else
    /// new ones that are yet to be made. All that are wanted or none.
    /// </summary>
    /// <param name="ticket">The place in the queue; null for one who does not wait, and comes after all who do.</param>
    public List<Grant> Grant(GrantRequest request, Ticket? ticket)
    {
        var place = ticket?.Id ?? AfterAll;
        var grants = TryGrant(request, place, ticket);
        if (grants is null && _queue.RemoveGone(request.Repository.Id, place))
            grants = TryGrant(request, place, ticket);
        if (grants is null)
            throw NoCheckoutAvailable(request, place);
        if (ticket is not null)
            ticket.IsServed = true;
        var done = 0;
        try
        {
            for (; done < grants.Count; done++)
            {
                if (grants[done].Checkout.State != CheckoutState.Creating)
                    grants[done] = WriteDown(grants[done], request);
            }
        }
        catch
        {
            UndoAll(grants);
            throw;
        }

        return grants;
    }

    /// <summary>The checkouts that a request may get, now or later: all that would do and are not broken.</summary>
    public List<CheckoutRow> Usable(GrantRequest request) =>
    [
        .. Look(request).Rows
            .Where(row => row.State != CheckoutState.Broken && (request.Wanted is null || request.Wanted == row.Id) && (request.Kind is null || request.Kind == row.Kind)),
    ];

    /// <summary>What a request that cannot be met now waits for.</summary>
    public string Awaited(GrantRequest request)
    {
        var usable = Usable(request).OrderBy(row => row.Lease is null).ToList();
        var more = usable.Count > 1 ? $", and {usable.Count - 1} more" : "";
        return usable switch
        {
            [{ Lease: { } lease } row, ..] => $"{row.Name}, held by {lease.BriefHolder()}{more}",
            [var row, ..] => $"{row.Name}, which is cleaned{more}",
            [] => $"a checkout of {request.Repository.Key}",
        };
    }

    /// <summary>Finds a checkout whose lease the caller may end.</summary>
    /// <param name="leaseId">The lease that is meant; null for whichever there is.</param>
    public CheckoutRow Releasable(long id, string? leaseId, bool force)
    {
        var row = Find(id);
        if (row.State == CheckoutState.Unknown && leaseId is null)
        {
            return force ? row : throw new GitprocException(
                ErrorReason.HeldByOther,
                $"The database was lost, and {row.Name} does not say whether somebody holds it. When nobody does, release it with force.",
                row.Name);
        }

        var held = Held(row, leaseId);
        return force || row.State == CheckoutState.Creating || IsOurs(held) ? row : throw HeldByOther(row, held, "release");
    }

    /// <summary>Ends a lease. The checkout is to be cleaned.</summary>
    /// <param name="leaseId">The lease that is meant; null for whichever there is.</param>
    public CheckoutRow End(long id, string? leaseId, bool force)
    {
        var row = Releasable(id, leaseId, force);
        return row switch
        {
            { State: CheckoutState.Creating } => TryGiveUp(row, "its maker is gone") ?? throw new GitprocException(
                ErrorReason.NotLocked, $"{row.Name} is not locked yet: it is made for {row.Lease!.Holder()}.", row.Name),
            { Lease: { } held } => Free(row, held.Id, IsOurs(held) ? EventKind.Released : EventKind.Forced, why: null) ?? throw LeaseIsOver(row),
            _ => EndUnknown(row),
        };
    }

    /// <summary>Changes a lease.</summary>
    /// <param name="leaseId">The lease that is meant; null for whichever there is.</param>
    public CheckoutRow Renew(long id, string? leaseId, bool force, Func<Lease, Lease> change)
    {
        var row = Find(id);
        var held = Held(row, leaseId);
        if (!IsOurs(held) && !force)
            throw HeldByOther(row, held, "change");
        var renewed = change(held) with { Id = held.Id };
        return database.Change(() =>
        {
            if (_checkouts.ReplaceLease(id, held.Id, renewed) is not { } changed)
                return null;
            LeaseFile.Update(folder.Place(row).GitDirectory, renewed);
            Note(EventKind.Renewed, changed, held.Id, why: null);
            return changed;
        }) ?? throw LeaseIsOver(row);
    }

    /// <summary>Takes off the leases that are over.</summary>
    public List<CheckoutRow> Reap(OwnerLives lives)
    {
        var reaped = new List<CheckoutRow>();
        foreach (var row in _checkouts.All())
        {
            var over = row switch
            {
                { State: CheckoutState.Creating } => TryGiveUp(row, "its maker is gone"),
                { State: CheckoutState.Locked or CheckoutState.Cleaning, Lease: { } held } when lives.WhyOver(held) is { } why && CheckoutProcesses.Of(folder.Checkout(row.Name)) is [] =>
                    Free(row, held.Id, EventKind.Reaped, $"{Who(held)} {why}"),
                _ => null,
            };
            if (over is not null)
                reaped.Add(over);
        }

        return reaped;
    }

    /// <summary>Writes down what happens to a checkout, in the transaction that makes it happen.</summary>
    /// <param name="leaseId">The lease it is about; null for none.</param>
    /// <param name="why">Why, in a few words; null where the kind says it all.</param>
    public void Note(EventKind kind, CheckoutRow row, string? leaseId, string? why) =>
        _events.Add(kind, row, leaseId, caller.Value.ToString(), why, limits);

    /// <summary>Sets a checkout aside that cannot be handed out. Its lease ends.</summary>
    public void SetAside(CheckoutRow row, string reason) => database.Change(() =>
    {
        if (!_checkouts.SetAside(row.Id, row.Lease?.Id, reason))
            return;
        LeaseFile.TryRemove(folder.Place(row).GitDirectory);
        Note(EventKind.Broken, row, row.Lease?.Id, reason);
    });

    /// <summary>Whether a checkout that would do is being cleaned or taken over by somebody.</summary>
    public bool IsBeingCleaned(GrantRequest request)
    {
        var lives = Look(request).Lives;
        return Usable(request).Any(row => row.State != CheckoutState.Creating
            && (row.Lease is null ? row.State == CheckoutState.Cleaning : lives.WhyOver(row.Lease) is not null)
            && LockedFile.IsLocked(folder.CheckoutLock(row.Name)));
    }

    /// <summary>
    /// Takes grants back because of an error that the user has to read: what fails here does not hide it, and keeps none of
    /// the others. A grant that stays ends with its owner.
    /// </summary>
    public void UndoAll(IEnumerable<Grant> grants)
    {
        foreach (var grant in grants)
        {
            try
            {
                Undo(grant);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException or GitprocException or OperationCanceledException)
            {
            }
        }
    }

    /// <summary>Takes a grant back whose checkout cannot be handed out.</summary>
    public void Undo(Grant grant)
    {
        var row = grant.Checkout;
        if (row.State == CheckoutState.Creating)
        {
            using (grant.Making)
                Remove(row, "it could not be made");
        }
        else
        {
            using (grant.Making)
                GiveBack(row, "the acquire was not finished");
        }
    }

    /// <summary>Ends the lease of a checkout that nobody has worked in: what was clean is free.</summary>
    public void GiveBack(CheckoutRow row, string why) => database.Change(() =>
    {
        if (_checkouts.GiveBack(row.Id, row.Lease!.Id) is not { } back)
            return;
        LeaseFile.Remove(folder.Place(row).GitDirectory);
        Note(EventKind.Released, back, row.Lease.Id, why);
    });

    // Looking at owners, processes and lock files takes longer the more checkouts there are. So all that is done before the transaction,
    // in which the one row that is taken is looked at again.
    private List<Grant>? TryGrant(GrantRequest request, long place, Ticket? ticket)
    {
        while (true)
        {
            var free = request.LeavesFree ? 0 : _checkouts.CountFree(request.Repository.Id, request.Wanted, request.Kind, place);
            var left = free >= request.Count ? [] : FindLeft(request, place);
            if (free + left.Count < request.Count && !MayMakeOne(request))
                return null;
            var grants = Take(request, place, ticket, left, out var isStale);
            if (grants is not null || !isStale)
                return grants;
        }
    }

    // All or none. It is stale what was looked at when somebody else was faster.
    private List<Grant>? Take(GrantRequest request, long place, Ticket? ticket, List<Grant> left, out bool isStale)
    {
        var grants = new List<Grant>();
        var mustLookAgain = false;
        try
        {
            return database.Change(() =>
            {
                var rest = new Queue<Grant>(left);
                while (grants.Count < request.Count)
                    grants.Add(TakeOne(request, place, rest, ref mustLookAgain) ?? throw new NotEnoughException());
                if (ticket is not null)
                    _waiters.Remove(ticket.Id);
                foreach (var grant in grants.Where(grant => grant.Checkout.State != CheckoutState.Creating))
                {
                    Note(
                        grant.Replaced is null ? EventKind.Acquired : EventKind.TakenOver,
                        grant.Checkout,
                        grant.Checkout.Lease!.Id,
                        grant.Replaced is { } replaced ? $"{Who(replaced)} {grant.Why}" : null);
                }

                return grants;
            });
        }
        catch (Exception e)
        {
            foreach (var grant in grants)
                grant.Making?.Dispose();
            if (e is NotEnoughException)
                return null;
            throw;
        }
        finally
        {
            isStale = mustLookAgain;
        }
    }

    private Grant? TakeOne(GrantRequest request, long place, Queue<Grant> left, ref bool mustLookAgain)
    {
        var lease = request.NewLease();
        if (!request.LeavesFree && _checkouts.TakeFree(request.Repository.Id, request.Wanted, request.Kind, request.Commit, place, lease) is { } free)
            return new Grant(free);
        if (_waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place) is not [])
            return null;
        while (left.TryDequeue(out var one))
        {
            if (_waiters.Before(request.Repository.Id, one.Checkout.Id, one.Checkout.Kind, place) is not [])
                continue;
            if (TryTakeOver(one, lease) is { } taken)
                return taken;
            mustLookAgain = true;
            return null;
        }

        return MayMakeOne(request) ? Add(request, lease) : null;
    }

    // Those of another kind count too.
    private bool MayMakeOne(GrantRequest request) =>
        request.Wanted is null && (request.Limit is not { } limit || _checkouts.CountUsable(request.Repository.Id) < limit);

    // As many as are wanted, as grants that are yet to be made.
    private List<Grant> FindLeft(GrantRequest request, long place)
    {
        if (_waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place) is not [])
            return [];
        var lives = Look(request).Lives;
        return [.. Usable(request).Select(Find).OfType<Grant>().Take(request.Count)];

        // Of many that are made at once some are made to the end since the rows were read. And what a process still writes into is no
        // checkout for somebody else.
        Grant? Find(CheckoutRow row) =>
            IsLeft(row, lives, out var why) && !LockedFile.IsLocked(folder.CheckoutLock(row.Name)) && IsAsSeen(row) && !TryGiveToHolder(row)
            && (row.State == CheckoutState.Creating || CheckoutProcesses.Of(folder.Checkout(row.Name)) is [])
                ? new Grant(row, row.Lease, why ?? (row.Lease is null ? null : "did not get it: who made or cleaned it is gone"))
                : null;
    }

    // Its lease is over, or whoever made or cleaned it may have ended: that one has its lock, whoever it is for. Nobody works in one
    // that is being cleaned: its holder has not got it yet.
    private static bool IsLeft(CheckoutRow row, OwnerLives lives, out string? why)
    {
        why = row.Lease is { } held && row.State != CheckoutState.Creating ? lives.WhyOver(held) : null;
        return why is not null || row.State is CheckoutState.Creating or CheckoutState.Cleaning;
    }

    // A lease that is over may have been renewed since, and what was made to the end is its holder's.
    private bool IsAsSeen(CheckoutRow seen) =>
        _checkouts.Find(seen.Id) is { } now && now.State == seen.State && now.Lease?.Id == seen.Lease?.Id
        && now.Lease?.Owner == seen.Lease?.Owner && now.Lease?.ExpiresAt == seen.Lease?.ExpiresAt && now.Lease?.IsStrict == seen.Lease?.IsStrict;

    private Grant? TryTakeOver(Grant left, Lease lease)
    {
        var seen = left.Checkout;
        if (FileLock.TryAcquire(folder.CheckoutLock(seen.Name)) is not { } making)
            return null;
        var taken = !IsAsSeen(seen) ? null : seen switch
        {
            { State: CheckoutState.Creating, Lease: { } maker } => _checkouts.ReplaceLease(seen.Id, maker.Id, lease),
            { Lease: { } over } => _checkouts.TakeOver(seen.Id, over.Id, lease),
            _ => _checkouts.TakeUnclean(seen.Id, lease),
        };
        if (taken is not null)
            return left with { Checkout = taken, Making = making };
        making.Dispose();
        return null;
    }

    private Grant Add(GrantRequest request, Lease lease)
    {
        _repositories.Ensure(request.Repository);
        for (var id = _checkouts.NextId(); ; id++)
        {
            var name = CheckoutName.Of(id);
            if (!IsTaken(name, request) && FileLock.TryAcquire(folder.CheckoutLock(name)) is { } making)
                return new Grant(_checkouts.Add(id, request.Repository.Id, request.Url, request.Kind ?? CheckoutKind.Clone, lease), Making: making);
        }
    }

    // A worktree of that name may be another one's.
    private bool IsTaken(string name, GrantRequest request)
    {
        var worktree = CheckoutPlace.FromWorktree(name, folder.Checkout(name), folder.Base(request.Repository.Base)).GitDirectory;
        return Path.Exists(folder.Checkout(name)) || (request.Kind == CheckoutKind.Worktree && Directory.Exists(worktree) && !Directory.Exists(LeaseFile.Folder(worktree)));
    }

    // A database that was put back from an older copy does not know all leases. What the checkout says counts.
    private Grant WriteDown(Grant grant, GrantRequest request)
    {
        var row = grant.Checkout;
        if (LeaseFile.Write(folder.Place(row).GitDirectory, row.Lease!, grant.Replaced) is not { } there)
            return grant;
        GiveTo(row, there);
        grant.Making?.Dispose();
        return Grant(request with { Count = 1 }, ticket: null)[0];
    }

    private void GiveTo(CheckoutRow row, Lease holder) => database.Change(() =>
    {
        if (_checkouts.GiveTo(row.Id, row.Lease!.Id, holder) is not null)
            Note(EventKind.Found, row, holder.Id, "the checkout is held by a lease that the database did not know");
    });

    // A checkout that is being made has no lease of its own until it is made to the end. Where one has, the database is older.
    private bool TryGiveToHolder(CheckoutRow row)
    {
        if (row.State != CheckoutState.Creating || LeaseFile.FindUnknownHolder(folder.Place(row).GitDirectory, knownId: null) is not { } holder)
            return false;
        GiveTo(row, holder);
        return true;
    }

    private CheckoutRow? Free(CheckoutRow row, string leaseId, EventKind kind, string? why)
    {
        var place = folder.Place(row);
        var head = place.ReadHead() ?? new Head(row.Branch, row.Commit);
        return database.Change(() =>
        {
            if (_checkouts.Release(row.Id, leaseId, head) is not { } free)
                return null;
            // Before others can lease it and write theirs.
            LeaseFile.Remove(place.GitDirectory);
            Note(kind, free, leaseId, why);
            return free;
        });
    }

    private CheckoutRow? TryGiveUp(CheckoutRow row, string why)
    {
        using var making = FileLock.TryAcquire(folder.CheckoutLock(row.Name));
        // Its maker may have finished since the row was read, and somebody works in it.
        if (making is null || _checkouts.Find(row.Id) is not { State: CheckoutState.Creating } now || now.Lease?.Id != row.Lease?.Id)
            return null;
        if (TryGiveToHolder(now))
            return null;
        Remove(row, why);
        return row with { State = CheckoutState.Broken, Reason = "was not made to the end, and is off the list", Lease = null };
    }

    private void Remove(CheckoutRow row, string why)
    {
        var place = folder.Place(row);
        FolderRemoval.TryRemove(place.Path);
        FolderRemoval.TryRemove(place.GitDirectory);
        database.Change(() =>
        {
            _checkouts.Remove(row.Id, row.Lease!.Id);
            // One that could never be cloned is not known. A base repository may have rescues in it.
            if (_repositories.Find(row.RepositoryKey) is { } repository && !Directory.Exists(folder.Base(repository.Base)))
                _repositories.RemoveUnused(row.RepositoryId);
            Note(EventKind.Removed, row, row.Lease.Id, why);
        });
    }

    private CheckoutRow EndUnknown(CheckoutRow row)
    {
        return database.Change(() =>
        {
            var free = _checkouts.SetUnheld(row.Id);
            LeaseFile.Remove(folder.Place(row).GitDirectory);
            Note(EventKind.Forced, free, leaseId: null, "it was not known whether somebody held it");
            return free;
        });
    }

    private CheckoutRow Find(long id)
    {
        var name = CheckoutName.Of(id);
        return _checkouts.Find(id) ?? throw new GitprocException(
            ErrorReason.CheckoutNotFound, $"The pool has no {name}.", name)
        {
            Hint = Hint.See("list"),
        };
    }

    private static Lease Held(CheckoutRow row, string? leaseId)
    {
        if (row.Lease is not { } held)
            throw new GitprocException(ErrorReason.NotLocked, $"{row.Name} is not locked.", row.Name);
        return leaseId is null || leaseId == held.Id ? held : throw LeaseIsOver(row);
    }

    /// <summary>Whether the caller may end a lease: it is the caller's own, or over and nobody's.</summary>
    public static bool IsOurs(Lease lease) =>
        new OwnerLives().WhyOver(lease) is not null
        || (lease.Owner is { } owner
            ? owner.IsOrIsAncestorOf(Environment.ProcessId)
            : lease.User == ThisUser.Name && lease.Machine == Environment.MachineName);

    private GitprocException NoCheckoutAvailable(GrantRequest request, long place)
    {
        const int most = 10;
        var key = request.Repository.Key;
        var usable = Usable(request);
        if (request.Wanted is { } wanted && usable.Count == 0)
        {
            var row = _checkouts.Find(wanted);
            if (row?.RepositoryId == request.Repository.Id && row.State != CheckoutState.Broken)
                return new GitprocException(ErrorReason.NoCheckoutAvailable, $"{row.Name} is of the kind {row.Kind}, and {request.Kind} is wanted.", row.Name);
            return row is null || row.RepositoryId != request.Repository.Id
                ? new GitprocException(ErrorReason.CheckoutNotFound, $"The pool has no {CheckoutName.Of(wanted)} of {key}.", CheckoutName.Of(wanted)) { Hint = Hint.See("list") }
                : new GitprocException(ErrorReason.NoCheckoutAvailable, $"{row.Name} is broken: it {row.Reason}.", row.Name);
        }

        if (usable.Count == 0)
        {
            var kind = request.Kind is null ? "" : $" of the kind {request.Kind}";
            return new GitprocException(ErrorReason.NoCheckoutAvailable, $"The pool has no checkout of {key}{kind}, and none may be made.", key);
        }

        var lives = Look(request).Lives;
        var used = usable.FindAll(row => row is { Lease: not null } or { State: CheckoutState.Cleaning or CheckoutState.Unknown });
        var more = used.Count > most ? $"\n  and {used.Count - most} more" : "";
        var shown = used.Take(most).Select(row => WhyUsed(row, lives)).ToList();
        var list = used.Count == 0 ? "" : $" {used.Count} in use:\n  {string.Join("\n  ", shown.Select(row => row.Why))}{more}";
        var waiting = _waiters.Before(request.Repository.Id, request.Wanted, request.Kind, place).Count;
        var why = request switch
        {
            { Wanted: { } id } => $"{CheckoutName.Of(id)} is not free",
            { Limit: 0 } => $"No checkout of {key} is free and none may be made",
            { Limit: { } limit } => $"No checkout of {key} is free and at most {limit} may be made",
            _ => $"Others wait for a checkout of {key}",
        };
        var how = request.Count > 1 ? $" ({request.Count} are wanted)" : "";
        var queue = waiting == 0 ? "" : $" {waiting} waiting before you.";
        return new GitprocException(
            ErrorReason.NoCheckoutAvailable,
            $"{why}{how}.{queue}{list}",
            key)
        {
            Hint = shown.Any(row => row.IsRunIn) ? new("\nTo end what runs in them: ", Command: null) { Options = [new("StopProcesses")] } : null,
        };
    }

    private (string Why, bool IsRunIn) WhyUsed(CheckoutRow row, OwnerLives lives)
    {
        const string runs = ", but these run in it: ";
        return row switch
        {
            { State: CheckoutState.Locked, Lease: { } held } when lives.WhyOver(held) is { } over =>
                ($"{row.Name} by {held.Holder()}, who {over}{runs}{CheckoutProcesses.Names(CheckoutProcesses.Of(folder.Checkout(row.Name)))}", true),
            { Lease: { } held } => ($"{row.Name} by {held.Holder()}", false),
            { State: CheckoutState.Cleaning } => CheckoutProcesses.Of(folder.Checkout(row.Name)) is [_, ..] running
                ? ($"{row.Name} was released{runs}{CheckoutProcesses.Names(running)}", true)
                : ($"{row.Name} is being cleaned", false),
            _ => ($"{row.Name} by nobody knows whom", false),
        };
    }

    private static string Who(Lease lease) => lease.Owner?.ToString() ?? lease.User;

    private static GitprocException HeldByOther(CheckoutRow row, Lease held, string what) => new(
        ErrorReason.HeldByOther,
        $"{row.Name} is locked by {held.Holder()}. To {what} it all the same, use force.",
        row.Name);

    private static GitprocException LeaseIsOver(CheckoutRow row) =>
        new(ErrorReason.NotLocked, $"{row.Name} is not locked by that lease any more.", row.Name);

    // Until somebody changes something: a refusal asks several times, and there may be thousands of checkouts and owners.
    private Seen Look(GrantRequest request)
    {
        var (repository, version) = (request.Repository.Id, database.Version);
        if (_seen is null || _seen.Repository != repository || _seen.Version != version || Environment.TickCount64 - _seen.At > MaxTrustMilliseconds)
            _seen = new Seen(repository, version, Environment.TickCount64, _checkouts.OfRepository(repository), new OwnerLives());
        return _seen;
    }

    private sealed record Seen(long Repository, (long Others, long Own) Version, long At, List<CheckoutRow> Rows, OwnerLives Lives);

    // Undoes the leases of one transaction that could not give all that were wanted.
    private sealed class NotEnoughException : Exception;
}
