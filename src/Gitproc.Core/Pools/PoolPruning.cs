using Gitproc.Checkouts;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Finds and removes what nobody has used for long.</summary>
internal sealed class PoolPruning(
    PoolFolder folder, PoolDatabase database, CheckoutRemoval removal, GitRunner git, RescueLimits limits)
{
    private readonly OwnerLives _lives = new();

    public IReadOnlyList<PrunedItem> Find(
        IReadOnlyList<RepositoryRow> repositories,
        TimeSpan unusedFor,
        int keepFree,
        CancellationToken cancellationToken)
    {
        var before = DateTimeOffset.UtcNow - unusedFor;
        var items = new List<PrunedItem>();
        var own = new RescueStore(folder).List();
        foreach (var repository in repositories)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var all = database.Checkouts.OfRepository(repository.Id);
            var free = all.FindAll(IsFree).OrderByDescending(LastUse);
            var unused = free.Skip(keepFree).Where(row => LastUse(row) <= before).ToList();
            items.AddRange(unused.OrderBy(row => row.Id).Select(Item));
            var path = folder.Base(repository.Base);
            var hasRefs = BaseRemoval.HasRescues(path);
            var refs = hasRefs ? Of(repository).ListRefs(cancellationToken) : [];
            var key = PrintableText.Of(repository.Key);
            var rescues = refs.Concat(own.Where(rescue => rescue.Repository == key)).ToList();
            var old = rescues.Where(rescue => limits.EndOf(rescue) <= DateTimeOffset.UtcNow).ToList();
            items.AddRange(old.Select(rescue => Item(rescue, repository)));
            var lastUse = database.Repositories.LastUse(repository.Id);
            if (unused.Count == all.Count
                && lastUse <= before
                && hasRefs == refs.Count > 0
                && rescues.Count == old.Count
                && !BaseRemoval.HasWorktrees(path, all.Select(row => row.Name))
                && !new BaseRemoval(folder, database).HasSubmodules(repository))
                items.Add(Item(repository, path, lastUse));
        }

        return items;
    }

    /// <summary>Removes something of what was found, unless it was used meanwhile.</summary>
    public bool Remove(PrunedItem item, CancellationToken cancellationToken)
    {
        switch (item.Kind)
        {
            case PrunedKind.Checkout:
                if (CheckoutName.Read(item.Name) is not { } id || database.Checkouts.Find(id) is not { } row)
                    return false;
                if (!IsFree(row) || LastUse(row) != item.LastUsedAt)
                    return false;
                var request = new RemoveRequest { Checkout = item.Name, WorkingDirectory = folder.Path };
                removal.Remove(id, request, "nobody used it", cancellationToken);
                return true;
            case PrunedKind.Rescue:
                Of(database.Repositories.Find(item.Repository)!).Remove(item.Name, cancellationToken);
                return true;
            case PrunedKind.Repository:
                return database.Repositories.Find(item.Name) is { } repository
                    && new BaseRemoval(folder, database).TryRemove(repository);
            default:
                throw new ArgumentOutOfRangeException(nameof(item));
        }
    }

    private Rescues Of(RepositoryRow repository) =>
        new(folder.Base(repository.Base), git) { Own = (new RescueStore(folder), repository.Key) };

    private bool IsFree(CheckoutRow row) => row.Lease is { } lease
        ? row.State is CheckoutState.Locked or CheckoutState.Cleaning && _lives.WhyOver(lease) is not null
        : row.State is CheckoutState.Free or CheckoutState.Cleaning;

    private static DateTimeOffset LastUse(CheckoutRow row) => row.LastUsedAt ?? row.CreatedAt;

    private PrunedItem Item(CheckoutRow row) => new()
    {
        Kind = PrunedKind.Checkout,
        Name = row.Name,
        Repository = row.RepositoryKey,
        Size = FolderSize.Of(folder.Checkout(row.Name)),
        LastUsedAt = LastUse(row),
    };

    // A rescue of a light-weight checkout names the folder of the base repository.
    private static PrunedItem Item(Rescue rescue, RepositoryRow repository) => new()
    {
        Kind = PrunedKind.Rescue,
        Name = rescue.Id,
        Repository = repository.Key,
        Size = rescue.Size,
        LastUsedAt = rescue.RescuedAt,
    };

    private static PrunedItem Item(RepositoryRow repository, string path, DateTimeOffset lastUse) => new()
    {
        Kind = PrunedKind.Repository,
        Name = repository.Key,
        Repository = repository.Key,
        Size = FolderSize.Of(path),
        LastUsedAt = lastUse,
    };
}
