using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Rescues the work in a checkout that was taken out of use, and cleans it, whatever its state.</summary>
internal sealed class CheckoutRecovery(
    PoolFolder folder, PoolDatabase database, Lifecycle lifecycle, CheckoutCleaning cleaning)
{
    public (CheckoutRow? Row, string? Failure) TryClean(
        SeizedCheckout seized,
        RepositoryRow repository,
        Target target,
        CleanMode mode,
        CancellationToken cancellationToken)
    {
        var row = seized.Row;
        if (FindObstacle(folder.Place(row), folder.Base(repository.Base)) is { } obstacle)
        {
            lifecycle.SetAside(seized.Alone, row, seized.Reason ?? obstacle);
            return (row, obstacle);
        }

        if (cleaning.Clean(seized.Alone, row, repository, target, mode, isDiscarded: false, cancellationToken) is
            { } clean)
            return (clean, null);
        var now = database.Checkouts.Find(row.Id);
        return (now, now?.Reason ?? "was lost during cleaning");
    }

    // Anything else may be damaged: git uses the base repository's config and refs to look at it.
    private static string? FindObstacle(CheckoutPlace place, string basePath)
    {
        if (BaseHealth.FindDamage(basePath) is { } damage)
            return $"cannot be read without its base repository {basePath}, which {damage}";
        if (!place.IsWorktree && Paths.IsFolder(place.Path) && Paths.IsFolder(place.GitDirectory))
            return null;
        return CheckoutHealth.Check(place) is var health && place.IsWorktree
            ? health.Damage
            : health.Damage ?? "has a link for its .git folder";
    }
}
