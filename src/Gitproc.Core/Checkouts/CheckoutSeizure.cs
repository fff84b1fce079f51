using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>Takes a checkout out of use, so that its folder can be removed or reset.</summary>
/// <param name="reports">Receives waits and processes that run in it; null to report nothing.</param>
internal sealed class CheckoutSeizure(
    PoolFolder folder,
    PoolDatabase database,
    Lifecycle lifecycle,
    CheckoutRequest request,
    IProgress<PoolReport>? reports)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    /// <summary>The name of the command that does this.</summary>
    public required string Command { get; init; }

    /// <summary>True to accept the caller's own checkout, and to leave it to the caller.</summary>
    public bool KeepsOwnLease { get; init; }

    public SeizedCheckout Seize(long id, CancellationToken cancellationToken)
    {
        using var alone = Lock(FindTakeable(id), cancellationToken);
        while (true)
        {
            // The checkout may have been acquired or removed during the wait.
            var row = FindTakeable(id);
            EndProcesses(row, cancellationToken);
            if (row.State == CheckoutState.Creating)
                RemoveHalfMade(folder.Place(row));
            if (TryTake(alone, row) is { } taken)
                return new SeizedCheckout(taken, row.Reason, alone.Move());
        }
    }

    /// <summary>Finds the checkout, and throws if <see cref="Seize"/> would. Changes nothing.</summary>
    public CheckoutRow Check(long id, CancellationToken cancellationToken)
    {
        var row = FindTakeable(id);
        if (row.State == CheckoutState.Creating)
            TryLock(row)?.Dispose();
        if (!request.StopProcesses)
            EndProcesses(row, cancellationToken);
        return row;
    }

    /// <summary>Finds the checkout, and throws if it must not be taken. Changes nothing.</summary>
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
            var lead = $"To {Command} it anyway, give its name";
            throw Refuse(ErrorReason.HeldByOther, row, $"has another holder now: {lease.Holder()}.", lead);
        }

        var known = row.State == CheckoutState.Creating ? null : row.Lease?.Id;
        if (!request.Force && LeaseFile.FindUnknownHolder(folder.Place(row).GitDirectory, known) is { } unknown)
        {
            var why =
                $"is held by {unknown.Holder()}, according to its lease file. The database does not have that lease.";
            throw Refuse(ErrorReason.HeldByOther, row, why, $"To {Command} it anyway");
        }

        if (request.Force || row.State == CheckoutState.Creating || (KeepsOwnLease && IsOwn(row)))
            return row;
        if (row.State == CheckoutState.Unknown)
        {
            const string why = "does not say who holds it, and the database was lost.";
            throw Refuse(ErrorReason.HeldByOther, row, why, "If nobody uses it");
        }

        return row.Lease is { } held && new OwnerLives().WhyOver(held) is null
            ? throw Refuse(ErrorReason.HeldByOther, row, $"is locked by {held.Holder()}.", $"To {Command} it anyway")
            : row;
    }

    private CheckoutLock Lock(CheckoutRow row, CancellationToken cancellationToken) =>
        TryLock(row)
        ?? CheckoutLock.Acquire(folder, row.Name, $"is working on {row.Name}", reports, cancellationToken);

    // A process that makes or cleans the checkout has this lock. A half-made checkout whose maker is gone has no
    // holder.
    private CheckoutLock? TryLock(CheckoutRow row)
    {
        if (CheckoutLock.TryAcquire(folder, row.Name) is { } free)
            return free;
        if (row.State == CheckoutState.Creating && !request.Force)
        {
            var lead = $"To wait and then {Command} it";
            throw Refuse(ErrorReason.HeldByOther, row, $"is being made for {row.Lease!.Holder()}.", lead);
        }

        return null;
    }

    private void EndProcesses(CheckoutRow row, CancellationToken cancellationToken)
    {
        if (!request.ChecksOnly)
            new BackgroundHooks(folder, database, reports).End(row, cancellationToken);
        var running = request.StopProcesses
            ? CheckoutProcesses.Stop(folder.Checkout(row.Name), cancellationToken)
            : ForeignProcesses.In(folder, row.Name);
        if (running.Count == 0)
            return;
        if (!request.StopProcesses && KeepsOwnLease && IsOwn(row))
        {
            reports?.Report(
                new PoolReport(ReportKind.Warning, $"processes run in {row.Name}: {CheckoutProcesses.Names(running)}"));
            return;
        }

        var how = request.StopProcesses ? "They could not be ended." : "End them";
        throw new GitprocException(
            ErrorReason.InUse, $"Processes run in {row.Name}: {CheckoutProcesses.Names(running)}. {how}", row.Name)
        {
            Hint = request.StopProcesses ? null : new(", or: ", Command, row.Name) { Options = [new("StopProcesses")] },
        };
    }

    // There is no work in it, and files that are still missing must not look deleted. The folder goes while the row
    // still says Creating, so that a kill leaves that state. If the checkout names a holder, it was completed, and the
    // database is an older copy.
    private static void RemoveHalfMade(CheckoutPlace place)
    {
        if (LeaseFile.FindUnknownHolder(place.GitDirectory, knownId: null) is not null)
            return;
        FolderRemoval.Remove(place.Path);
        FolderRemoval.Remove(place.GitDirectory);
    }

    // Null if the lease has changed meanwhile: it ended, or there is a new one.
    private CheckoutRow? TryTake(CheckoutLock alone, CheckoutRow row)
    {
        // The checkout stays locked. If this process is killed, the holder continues, and later work is rescued as
        // usual.
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
        new(reason, $"{row.Name} {why}", row.Name)
        {
            Hint = new($" {lead}: ", Command, row.Name) { Options = [new("Force")] },
        };
}

/// <summary>A checkout that no other process can get until this is disposed.</summary>
/// <param name="Reason">Why it was broken; null if it was not.</param>
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

    /// <summary>True to change nothing, and only to throw if the operation would be refused.</summary>
    public bool ChecksOnly { get; init; }
}
