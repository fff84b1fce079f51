using Gitproc.Checkouts.Looking;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Resets a checkout to the remote's default branch: cleans it, or, if that fails, makes it again. Work that could not
/// be rescued is never thrown away.
/// </summary>
/// <param name="reports">Receives progress and warnings; null to report nothing.</param>
internal sealed class CheckoutReset(
    PoolFolder folder,
    PoolDatabase database,
    Lifecycle lifecycle,
    CheckoutRecovery recovery,
    GitRunner git,
    IProgress<PoolReport>? reports)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    public required PoolSettings Settings { get; init; }

    /// <summary>The user's own <c>checkout.workers</c>; null if it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>Resets a checkout. The caller keeps its own checkout; any other one is free afterwards.</summary>
    public CheckoutRow Reset(long id, ResetRequest request, CancellationToken cancellationToken)
    {
        var seizure = new CheckoutSeizure(folder, database, lifecycle, request, reports)
        {
            Command = "reset",
            KeepsOwnLease = true,
        };
        if (request.ChecksOnly)
            return seizure.Check(id, cancellationToken);
        // First the remote, which may not answer: then nothing has changed.
        var repository = database.Repositories.Of(seizure.FindTakeable(id));
        var target = new FreshBase(folder, database, git, reports, Settings)
            .Default(repository, repository.Url, credential: null, cancellationToken);
        using var seized = seizure.Seize(id, cancellationToken);
        target = target with { Files = seized.Row.Files };
        var place = folder.Place(seized.Row);
        CheckoutRow? row = seized.Row;
        string? failure;
        do
        {
            if (CheckoutHealth.IsGone(place))
                return MakeAnew(seized.Alone, row, repository, target, cancellationToken);
            (row, failure) = recovery.TryClean(seized, repository, target, CleanMode.Full, cancellationToken);
            if (failure is null && CheckoutHealth.Check(place).Damage is null)
                return row!;
        }
        // The folder was removed meanwhile: try again.
        while (row is { State: not CheckoutState.Broken } && !Directory.Exists(place.Path));

        if (failure is not null && row is not { IsRescued: true })
        {
            throw new GitprocException(
                ErrorReason.NotRescued,
                $"{seized.Row.Name} was not reset, because the work in it could not be rescued: it {failure}",
                seized.Row.Name)
            {
                Hint = CheckoutRemoval.ThrowAway(seized.Row.Name),
            };
        }

        // All work in it is rescued now.
        if (row!.Lease is null)
            row = lifecycle.TakeOutOfUse(seized.Alone, row) ?? throw Lost(row);
        return MakeAnew(seized.Alone, row, repository, target, cancellationToken);
    }

    // A checkout without a holder is leased to this process while it is made, so that its lease ends if this process is
    // killed.
    private CheckoutRow MakeAnew(
        CheckoutLock alone,
        CheckoutRow row,
        RepositoryRow repository,
        Target target,
        CancellationToken cancellationToken)
    {
        var lease = row.Lease ?? new LeaseTerms
        {
            Owner = LeaseOwner.OfProcess(Environment.ProcessId),
            Label = "being reset",
        }.NewLease(defaultDuration: null);
        var begun = lifecycle.BeginCreation(alone, row, row.Url, lease) ?? throw Lost(row);
        var making = alone.Move();
        using var grant = new Grant(lifecycle, begun, making);
        grant.Row = new CheckoutMaking(folder, lifecycle, git, reports)
        {
            CheckoutWorkers = CheckoutWorkers,
            CopiesOnWrite = Settings.CopiesOnWrite,
            Hooks = new RepositorySetup(folder, repository).ForDefault(Settings).Hooks,
        }.Make(making, begun, repository, target, cancellationToken);
        var made = grant.Keep();
        if (row.Lease is not null)
            return made;
        return lifecycle.GiveBack(made, "it was reset") ?? _checkouts.Find(row.Id) ?? made;
    }

    private static GitprocException Lost(CheckoutRow row) =>
        new(ErrorReason.HeldByOther, $"{row.Name} was acquired during the reset.", row.Name)
        {
            Hint = Hint.See("list"),
        };
}

/// <summary>Which checkout to reset.</summary>
public sealed record ResetRequest : CheckoutRequest;
