using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Rescues what is in a checkout that was taken out of use, and cleans it, in whatever state it is.</summary>
internal sealed class CheckoutRecovery(
    PoolFolder folder, PoolDatabase database, Lifecycle lifecycle, CheckoutCleaning cleaning)
{
    public (CheckoutRow? Row, string? Failure) TryClean(
        SeizedCheckout seized, RepositoryRow repository, Target target, CleanMode mode, CancellationToken cancellationToken)
    {
        var row = seized.Row;
        if (FindObstacle(folder.Place(row), folder.Base(repository.Base)) is { } obstacle)
        {
            lifecycle.SetAside(seized.Alone, row, seized.Reason ?? obstacle);
            return (row, obstacle);
        }

        if (cleaning.Clean(seized.Alone, row, repository, target, mode, isDiscarded: false, cancellationToken) is { } clean)
            return (clean, null);
        var now = database.Checkouts.Find(row.Id);
        return (now, now?.Reason ?? "was lost while it was cleaned");
    }

    // All else in it may be damaged: it is looked at through the base repository's config and refs.
    private static string? FindObstacle(CheckoutPlace place, string basePath)
    {
        if (BaseHealth.FindDamage(basePath) is { } damage)
            return $"cannot be read without its base repository {basePath}, which {damage}";
        if (!place.IsWorktree && Paths.IsFolder(place.Path) && Paths.IsFolder(place.GitDirectory))
            return null;
        return CheckoutHealth.Check(place) is var health && place.IsWorktree ? health.Damage : health.Damage ?? "has a link for its .git folder";
    }
}
