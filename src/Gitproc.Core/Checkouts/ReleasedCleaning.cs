using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Cleans checkouts that nobody holds, so that the next acquire finds them ready: at the default branch as it was fetched last.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
/// <param name="leases">Notes what happens.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told of what is rescued and set aside; null for nobody.</param>
/// <param name="settings">The settings.</param>
internal sealed class ReleasedCleaning(
    PoolFolder folder, PoolDatabase database, LeaseBook leases, GitRunner git, IProgress<PoolReport>? reports, PoolSettings settings)
{
    /// <summary>Cleans one, unless somebody holds or cleans it or processes run in it.</summary>
    /// <param name="row">The checkout as it was.</param>
    /// <param name="mode">What is taken away; null for the setting.</param>
    /// <param name="isDiscarded">Whether work is thrown away instead of rescued.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The checkout as it is.</returns>
    public CheckoutRow Try(CheckoutRow row, CleanMode? mode, bool isDiscarded, CancellationToken cancellationToken)
    {
        using var cleaning = FileLock.TryAcquire(folder.CheckoutLock(row.Name));
        var now = new CheckoutTable(database.Connection).Find(row.Id);
        return cleaning is null || now is not { State: CheckoutState.Cleaning, Lease: null } || CheckoutProcesses.Of(folder.Checkout(row.Name)) is not []
            ? now ?? row
            : Clean(now, mode ?? settings.Clean, isDiscarded, cancellationToken);
    }

    /// <summary>Cleans one, as far as that can be done. The caller has its lock.</summary>
    /// <param name="row">The checkout; nobody holds it.</param>
    /// <param name="mode">What is taken away.</param>
    /// <param name="isDiscarded">Whether work is thrown away instead of rescued.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The checkout as it is.</returns>
    public CheckoutRow Clean(CheckoutRow row, CleanMode mode, bool isDiscarded, CancellationToken cancellationToken)
    {
        var repository = new RepositoryTable(database.Connection).Of(row);
        var basePath = folder.Base(repository.Base);
        if (row.State != CheckoutState.Cleaning || mode == CleanMode.None || BaseHealth.FindDamage(basePath) is not null
            || CheckoutHealth.Check(folder.Place(row)) is { IsMissing: true } or { Damage: not null })
        {
            return row;
        }

        var cleaning = new CheckoutCleaning(folder, database, leases, git, reports) { Limits = settings.Rescue };
        return cleaning.Clean(row, repository, BaseRefs.Default(basePath), mode, isDiscarded, cancellationToken)
            ?? new CheckoutTable(database.Connection).Find(row.Id)
            ?? row;
    }
}
