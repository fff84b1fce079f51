using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>Renews and ends leases, for callers that may do so.</summary>
internal sealed class LeaseBook(PoolFolder folder, PoolDatabase database, Lifecycle lifecycle)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    /// <summary>True if the caller may end a lease: it is the caller's own, or it is over.</summary>
    public static bool IsOurs(Lease lease) =>
        new OwnerLives().WhyOver(lease) is not null
        || (lease.Owner is { } owner
            ? owner.IsOrIsAncestorOf(Environment.ProcessId)
            : lease.User == ThisUser.Name && lease.Machine == Environment.MachineName);

    /// <summary>The owner or user of a lease, for use in a sentence.</summary>
    public static string Who(Lease lease) => lease.Owner?.ToString() ?? lease.User;

    /// <summary>Finds a checkout whose lease the caller may end.</summary>
    /// <param name="leaseId">The expected lease; null for any.</param>
    public CheckoutRow Releasable(long id, string? leaseId, bool force)
    {
        var row = Find(id);
        if (row.State == CheckoutState.Unknown && leaseId is null)
        {
            return force ? row : throw new GitprocException(
                ErrorReason.HeldByOther,
                $"The database was lost, and {row.Name} does not say who holds it.",
                row.Name)
            {
                Hint = ReleaseAnyway(" If nobody uses it: ", row),
            };
        }

        var held = Held(row, leaseId);
        if (row.State == CheckoutState.Creating)
            return IsBeingMade(row) ? throw NotYetLocked(row) : row;
        return force || IsOurs(held)
            ? row
            : throw HeldByOther(row, held, ReleaseAnyway(" To release it anyway: ", row));
    }

    /// <summary>Finds a checkout whose lease the caller may change.</summary>
    /// <param name="leaseId">The expected lease; null for any.</param>
    public CheckoutRow Renewable(long id, string? leaseId, bool force)
    {
        var row = Find(id);
        var held = Held(row, leaseId);
        if (force || IsOurs(held))
            return row;
        // Only the caller knows what to change.
        throw HeldByOther(row, held, new(" To change it anyway, repeat the command with ", Command: null)
        {
            Options = [new("Force")],
            End = ".",
        });
    }

    /// <summary>Ends a lease. The checkout must be cleaned next.</summary>
    public CheckoutRow End(long id, string? leaseId, bool force)
    {
        var row = Releasable(id, leaseId, force);
        if (row.State == CheckoutState.Creating)
            return TryGiveUp(row) ?? throw (IsBeingMade(row) ? NotYetLocked(row) : NotReaped(row, new OwnerLives()));
        var ended = row.Lease is { } held
            ? lifecycle.Release(row, IsOurs(held) ? EventKind.Released : EventKind.Forced, why: null)
            : lifecycle.Release(row, EventKind.Forced, "it was not known who held it");
        return ended ?? throw LeaseIsOver(row);
    }

    public CheckoutRow Renew(long id, string? leaseId, bool force, Func<Lease, Lease> change)
    {
        var row = Renewable(id, leaseId, force);
        var held = row.Lease!;
        return lifecycle.Renew(row, change(held) with { Id = held.Id }) ?? throw LeaseIsOver(row);
    }

    /// <summary>Ends the leases that are over, unless processes still run in their checkouts.</summary>
    public List<CheckoutRow> Reap(OwnerLives lives) =>
        [.. _checkouts.All().Select(row => TryReap(row, lives)).OfType<CheckoutRow>()];

    /// <summary>Ends a lease that is over.</summary>
    /// <param name="leaseId">The expected lease; null for any.</param>
    /// <param name="checksOnly">True to change nothing.</param>
    /// <exception cref="GitprocException">The lease is in force, or processes run in the checkout.</exception>
    public CheckoutRow Reap(long id, string? leaseId, OwnerLives lives, bool checksOnly)
    {
        var row = Find(id);
        _ = Held(row, leaseId);
        var reaped = !checksOnly ? TryReap(row, lives) : WhyReaped(row, lives) is null ? null : row;
        return reaped ?? throw NotReaped(row, lives);
    }

    private GitprocException NotReaped(CheckoutRow row, OwnerLives lives)
    {
        var isOver = WhyOver(row, lives) is not null;
        var running = isOver ? ForeignProcesses.In(folder, row.Name) : [];
        if (isOver && running.Count == 0)
            return LeaseIsOver(row);
        var why = isOver
            ? $"The lease of {row.Name} is over, but processes run in it: {CheckoutProcesses.Names(running)}."
            : $"{row.Name} is locked by {row.Lease!.Holder()}, and that lease is not over.";
        return new GitprocException(ErrorReason.InUse, why, row.Name)
        {
            Hint = new(" To end it anyway: ", "release", row.Name)
            {
                Options = [new(isOver ? "StopProcesses" : "Force")],
            },
        };
    }

    private CheckoutRow? TryReap(CheckoutRow row, OwnerLives lives)
    {
        if (WhyReaped(row, lives) is not { } why)
            return null;
        return row.State == CheckoutState.Creating ? TryGiveUp(row) : lifecycle.Release(row, EventKind.Reaped, why);
    }

    // Null if the lease stays.
    private string? WhyReaped(CheckoutRow row, OwnerLives lives) =>
        WhyOver(row, lives) is { } why && ForeignProcesses.In(folder, row.Name) is [] ? why : null;

    // Null if it is not over. A half-made checkout is nobody's when its maker is gone, whatever its lease says.
    private string? WhyOver(CheckoutRow row, OwnerLives lives) => row switch
    {
        { State: CheckoutState.Creating } => IsBeingMade(row) ? null : "its maker is gone",
        { State: CheckoutState.Locked or CheckoutState.Cleaning, Lease: { } held } =>
            lives.WhyOver(held) is { } why ? $"{Who(held)} {why}" : null,
        _ => null,
    };

    private CheckoutRow? TryGiveUp(CheckoutRow row)
    {
        using var alone = CheckoutLock.TryAcquire(folder, row.Name);
        // Its maker may have finished since the row was read, and the holder may be working in it. A hook of a maker
        // that was killed may still run.
        if (alone is null
            || ForeignProcesses.In(folder, row.Name) is not []
            || _checkouts.Find(row.Id) is not { State: CheckoutState.Creating } now
            || now.Lease?.Id != row.Lease?.Id
            || lifecycle.TryGiveToHolder(now)
            || !lifecycle.GiveUp(alone, now, "its maker is gone"))
        {
            return null;
        }

        const string reason = "was not finished, and is off the list";
        return row with { State = CheckoutState.Broken, Reason = reason, Lease = null };
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

    private bool IsBeingMade(CheckoutRow row)
    {
        using var free = CheckoutLock.TryAcquire(folder, row.Name);
        return free is null;
    }

    private static Lease Held(CheckoutRow row, string? leaseId)
    {
        if (row.Lease is not { } held)
            throw new GitprocException(ErrorReason.NotLocked, $"{row.Name} is not locked.", row.Name);
        return leaseId is null || leaseId == held.Id ? held : throw LeaseIsOver(row);
    }

    private static Hint ReleaseAnyway(string lead, CheckoutRow row) =>
        new(lead, "release", row.Name) { Options = [new("Force")] };

    private static GitprocException HeldByOther(CheckoutRow row, Lease held, Hint hint) =>
        new(ErrorReason.HeldByOther, $"{row.Name} is locked by {held.Holder()}.", row.Name) { Hint = hint };

    private static GitprocException NotYetLocked(CheckoutRow row) => new(
        ErrorReason.NotLocked,
        $"{row.Name} is not locked yet: it is being made for {row.Lease!.Holder()}.",
        row.Name);

    private static GitprocException LeaseIsOver(CheckoutRow row) =>
        new(ErrorReason.NotLocked, $"{row.Name} is not locked by that lease any longer.", row.Name);
}
