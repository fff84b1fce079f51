using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Rescues what is in a checkout that was taken out of use, and cleans it, in whatever state it is.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
/// <param name="leases">Sets aside what cannot be cleaned.</param>
/// <param name="cleaning">Cleans.</param>
internal sealed class CheckoutRecovery(PoolFolder folder, PoolDatabase database, LeaseBook leases, CheckoutCleaning cleaning)
{
    /// <summary>Tries it.</summary>
    /// <param name="seized">The checkout; there is something at its path.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="target">What it is to have checked out.</param>
    /// <param name="mode">What is taken away.</param>
    /// <param name="cancellationToken">Ends it; whoever needs the checkout next goes on with it.</param>
    /// <returns>
    /// The checkout; or why it could not be, as the rest of a sentence about it: then it is set aside as broken, and whether its
    /// work is rescued says the row.
    /// </returns>
    public (CheckoutRow? Row, string? Failure) TryClean(
        SeizedCheckout seized, RepositoryRow repository, Target target, CleanMode mode, CancellationToken cancellationToken)
    {
        var row = seized.Row;
        if (FindObstacle(folder.Place(row), folder.Base(repository.Base)) is { } obstacle)
        {
            leases.SetAside(row, seized.Reason ?? obstacle);
            return (row, obstacle);
        }

        if (cleaning.Clean(row, repository, target, mode, isDiscarded: false, cancellationToken) is { } clean)
            return (clean, null);
        var now = new CheckoutTable(database.Connection).Find(row.Id);
        return (now, now?.Reason ?? "was lost while it was cleaned");
    }

    // All else in it may be damaged: it is looked at through the base repository's config and refs.
    private static string? FindObstacle(CheckoutPlace place, string basePath)
    {
        if (BaseHealth.FindDamage(basePath) is { } damage)
            return $"cannot be read without its base repository {basePath}, which {damage}";
        if (!place.IsLinked && RealPath.IsFolder(place.Path) && RealPath.IsFolder(place.GitDirectory))
            return null;
        return CheckoutHealth.Check(place) is var health && place.IsLinked ? health.Damage : health.Damage ?? "has a link for its .git folder";
    }
}
