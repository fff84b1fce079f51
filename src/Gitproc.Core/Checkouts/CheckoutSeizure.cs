using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>Takes a checkout out of use, so that its folder can be removed or made as new.</summary>
/// <param name="reports">Told of waits and of what is ended; null for nobody.</param>
internal sealed class CheckoutSeizure(
    PoolFolder folder,
    PoolDatabase database,
    Lifecycle lifecycle,
    CheckoutRequest request,
    IProgress<PoolReport>? reports)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    /// <summary>What is to be done with it, as the command of that name.</summary>
    public required string Command { get; init; }

    /// <summary>Whether the caller's own checkout may be taken, and stays the caller's.</summary>
    public bool KeepsOwnLease { get; init; }

    public SeizedCheckout Seize(long id, CancellationToken cancellationToken)
    {
        using var alone = Lock(FindTakeable(id), cancellationToken);
        while (true)
        {
            // It may have been acquired or removed during the wait.
            var row = FindTakeable(id);
            EndProcesses(row, cancellationToken);
            if (row.State == CheckoutState.Creating)
                RemoveHalfMade(folder.Place(row));
            if (TryTake(alone, row) is { } taken)
                return new SeizedCheckout(taken, row.Reason, alone.Move());
        }
    }

    /// <summary>Finds it, and changes nothing.</summary>
    public CheckoutRow FindTakeable(long id)
    {
        var name = CheckoutName.Of(id);
        var row = _checkouts.Find(id) ?? throw new GitprocException(
            ErrorReason.CheckoutNotFound, $"The pool {folder.Path} has no {name}.", name)
        {
            Hint = Hint.See("list"),
        };
        if (row.Lease is { } lease && request.LeaseId is { } expected && lease.Id != expected)
        {
            var lead = $"To {Command} it all the same, give its name";
            throw Refuse(ErrorReason.HeldByOther, row, $"has got another holder: {lease.Holder()}.", lead);
        }

        var known = row.State == CheckoutState.Creating ? null : row.Lease?.Id;
        if (!request.Force && LeaseFile.FindUnknownHolder(folder.Place(row).GitDirectory, known) is { } unknown)
        {
            var why = $"is held by {unknown.Holder()}, as its own file says and the database does not.";
            throw Refuse(ErrorReason.HeldByOther, row, why, $"To {Command} it all the same");
        }

        if (request.Force || row.State == CheckoutState.Creating || (KeepsOwnLease && IsOwn(row)))
            return row;
        if (row.State == CheckoutState.Unknown)
        {
            const string why = "does not say whether somebody holds it, as the database was lost.";
            throw Refuse(ErrorReason.HeldByOther, row, why, "When nobody does");
        }

        return row.Lease is { } held && new OwnerLives().WhyOver(held) is null
            ? throw Refuse(ErrorReason.HeldByOther, row, $"is locked by {held.Holder()}.", $"To {Command} it all the same")
            : row;
    }

    // Who makes or cleans it has this lock. One that is left half made is nobody's.
    private CheckoutLock Lock(CheckoutRow row, CancellationToken cancellationToken)
    {
        if (CheckoutLock.TryAcquire(folder, row.Name) is { } free)
            return free;
        if (row.State == CheckoutState.Creating && !request.Force)
        {
            var lead = $"To {Command} it when it is made";
            throw Refuse(ErrorReason.HeldByOther, row, $"is being made for {row.Lease!.Holder()}.", lead);
        }

        return CheckoutLock.Acquire(folder, row.Name, $"works on {row.Name}", reports, cancellationToken);
    }

    private void EndProcesses(CheckoutRow row, CancellationToken cancellationToken)
    {
        var path = folder.Checkout(row.Name);
        var running = request.StopProcesses ? CheckoutProcesses.Stop(path, cancellationToken) : CheckoutProcesses.Of(path);
        if (running.Count == 0)
            return;
        if (!request.StopProcesses && KeepsOwnLease && IsOwn(row))
        {
            reports?.Report(new PoolReport(ReportKind.Warning, $"in {row.Name} these run: {CheckoutProcesses.Names(running)}"));
            return;
        }

        var how = request.StopProcesses ? "They could not be ended." : "End them";
        throw new GitprocException(ErrorReason.InUse, $"In {row.Name} these run: {CheckoutProcesses.Names(running)}. {how}", row.Name)
        {
            Hint = request.StopProcesses ? null : new(", or: ", Command, row.Name) { Options = [new("StopProcesses")] },
        };
    }

    // Nobody has worked in it, and what is not there yet must not be taken for deleted. It goes while the checkout still
    // counts as half made, so that a kill leaves no other. Where it says that somebody holds it, it was made to the end,
    // and the database is older.
    private static void RemoveHalfMade(CheckoutPlace place)
    {
        if (LeaseFile.FindUnknownHolder(place.GitDirectory, knownId: null) is not null)
            return;
        FolderRemoval.Remove(place.Path);
        FolderRemoval.Remove(place.GitDirectory);
    }

    // Null when the lease that was seen is no more: somebody has ended it, or has a new one.
    private CheckoutRow? TryTake(CheckoutLock alone, CheckoutRow row)
    {
        // It stays locked: should this be killed, its holder goes on working in it, and that work is rescued like all other.
        if (KeepsOwnLease && IsOwn(row))
            return row with { LastLease = row.Lease, IsRescued = false };

        if (row.State != CheckoutState.Unknown && (row.Lease is null || row.State == CheckoutState.Creating))
            return lifecycle.TakeOutOfUse(alone, row);
        try
        {
            return new LeaseBook(folder, database, lifecycle).End(row.Id, row.Lease?.Id, force: true);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.NotLocked)
        {
            return null;
        }
    }

    private static bool IsOwn(CheckoutRow row) =>
        row is { State: CheckoutState.Locked or CheckoutState.Cleaning, Lease: { } lease }
        && new OwnerLives().WhyOver(lease) is null && LeaseBook.IsOurs(lease);

    private GitprocException Refuse(ErrorReason reason, CheckoutRow row, string why, string lead) =>
        new(reason, $"{row.Name} {why}", row.Name) { Hint = new($" {lead}: ", Command, row.Name) { Options = [new("Force")] } };
}

/// <summary>A checkout that nobody else can have until this is disposed.</summary>
/// <param name="Reason">Why it was broken; null when it was not.</param>
/// <param name="Alone">Its lock.</param>
internal sealed record SeizedCheckout(CheckoutRow Row, string? Reason, CheckoutLock Alone) : IDisposable
{
    public void Dispose() => Alone.Dispose();
}

/// <summary>Which checkout a command is for, and what it may do to its holder.</summary>
public abstract record CheckoutRequest
{
    /// <summary>
    /// A name, or a path in a checkout; null for the checkout that <see cref="WorkingDirectory"/> is in.
    /// </summary>
    public string? Checkout { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>
    /// The lease that must be on it, empty for none: if there is another one by now, nothing changes. Null for any.
    /// </summary>
    public string? LeaseId { get; init; }

    /// <summary>True to act on a checkout that another live process tree holds.</summary>
    public bool Force { get; init; }

    /// <summary>True to end the processes that still run in it first.</summary>
    public bool StopProcesses { get; init; }
}
