using Gitproc.Checkouts;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Finds and removes what nobody has used for long, and free checkouts that are too many.</summary>
/// <param name="reports">Told if too much stays; null for nobody.</param>
internal sealed class PoolPruning(
    PoolFolder folder,
    PoolDatabase database,
    CheckoutRemoval removal,
    GitRunner git,
    PoolSettings settings,
    IProgress<PoolReport>? reports)
{
    private readonly OwnerLives _lives = new();

    public IReadOnlyList<PrunedItem> Find(
        IReadOnlyList<RepositoryRow> repositories,
        PruneRequest request,
        CancellationToken cancellationToken)
    {
        var before = DateTimeOffset.UtcNow - request.UnusedFor;
        var items = new List<PrunedItem>();
        var (others, mayGo) = (new List<CheckoutRow>(), new List<CheckoutRow>());
        var own = new RescueStore(folder).List();
        foreach (var repository in repositories)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var all = database.Checkouts.OfRepository(repository.Id);
            var lastUse = database.Repositories.LastUse(repository.Id);
            // While somebody uses the repository, the next acquire would make the spares again.
            var spares = lastUse <= before ? 0 : settings.Spares.Of(repository.Key);
            var free = all.FindAll(IsFree).OrderByDescending(LastUse).Skip(request.KeepFree).ToList();
            var unused = free.Skip(spares - request.KeepFree).Where(row => LastUse(row) <= before).ToList();
            items.AddRange(unused.OrderBy(row => row.Id).Select(row => Item(row)));
            others.AddRange(all.Except(unused));
            mayGo.AddRange(free.Except(unused));
            var path = folder.Base(repository.Base);
            var hasRefs = BaseRemoval.HasRescues(path);
            var refs = hasRefs ? Of(repository).ListRefs(cancellationToken) : [];
            var key = PrintableText.Of(repository.Key);
            var rescues = refs.Concat(own.Where(rescue => rescue.Repository == key)).ToList();
            var old = rescues.Where(rescue => settings.Rescue.EndOf(rescue) <= DateTimeOffset.UtcNow).ToList();
            items.AddRange(old.Select(rescue => Item(rescue, repository)));
            if (unused.Count == all.Count
                && lastUse <= before
                && hasRefs == refs.Count > 0
                && rescues.Count == old.Count
                && !BaseRemoval.HasWorktrees(path, all.Select(row => row.Name))
                && !new BaseRemoval(folder, database).HasSubmodules(repository))
                items.Add(Item(repository, path, lastUse));
        }

        if (request.MaxSize is { } most)
            items.AddRange(FindTooMany(others, mayGo, most, cancellationToken));
        return items;
    }

    private List<PrunedItem> FindTooMany(
        List<CheckoutRow> others, List<CheckoutRow> mayGo, long most, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<long, long>();
        foreach (var row in others)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sizes[row.Id] = DiskUsage.Of(folder.Checkout(row.Name));
        }

        var left = sizes.Values.Sum();
        var items = new List<PrunedItem>();
        foreach (var row in mayGo.OrderBy(LastUse).ThenBy(row => row.Id).TakeWhile(_ => left > most))
        {
            left -= sizes[row.Id];
            items.Add(Item(row, sizes[row.Id]));
        }

        if (left > most)
        {
            reports?.Report(new PoolReport(
                ReportKind.Warning,
                $"{PrintableSize.Of(left)} of checkouts stay, which is more than {PrintableSize.Of(most)}: "
                    + "none of them may go now"));
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

    private PrunedItem Item(CheckoutRow row) => Item(row, DiskUsage.Of(folder.Checkout(row.Name)));

    private static PrunedItem Item(CheckoutRow row, long size) => new()
    {
        Kind = PrunedKind.Checkout,
        Name = row.Name,
        Repository = row.RepositoryKey,
        Size = size,
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
