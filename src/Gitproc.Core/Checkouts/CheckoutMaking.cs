using Gitproc.Checkouts.Looking;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Makes checkouts, and writes down that they are made.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
/// <param name="leases">Notes what happens.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class CheckoutMaking(PoolFolder folder, PoolDatabase database, LeaseBook leases, GitRunner git, IProgress<PoolReport>? reports)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    /// <summary>The user's own <c>checkout.workers</c>; null when it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>Makes the folder of a checkout. The caller has its lock.</summary>
    /// <param name="row">The checkout with its lease; its state is <see cref="CheckoutState.Creating"/>.</param>
    /// <param name="repository">Its repository; the base repository is there and whole.</param>
    /// <param name="target">What it is to have checked out.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>The checkout: its lease's owner's.</returns>
    /// <exception cref="GitprocException">git failed, or the lease was lost to somebody else.</exception>
    public CheckoutRow Make(CheckoutRow row, RepositoryRow repository, Target target, CancellationToken cancellationToken)
    {
        // Read before the refs are: what changes meanwhile is brought up to date the next time.
        var generation = CheckoutModel.Generation(folder.Base(repository.Base));
        var head = new CheckoutCreation(folder, git, reports).Create(row, repository, row.Url, target.In(row.Kind), CheckoutWorkers, cancellationToken);
        var place = folder.Place(row);
        return database.Change(() =>
        {
            var made = _checkouts.EndCreation(row.Id, row.Lease!.Id, head, generation, CheckoutStamp.Of(place)) ?? throw LostLease.Error(row);
            leases.Note(EventKind.Created, made, row.Lease.Id, why: null);
            // Only what is made to the end says whose it is: a folder with a live lease in it is nobody's to make again.
            LeaseFile.Write(place.GitDirectory, row.Lease, replaced: null);
            return made;
        });
    }
}
