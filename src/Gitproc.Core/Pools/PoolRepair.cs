using Gitproc.Checkouts;
using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>Makes the database and the folders of a pool agree again.</summary>
internal sealed class PoolRepair(PoolFolder folder, PoolDatabase database, Lifecycle lifecycle)
{
    private readonly List<string> _done = [];

    /// <summary>
    /// Puts the checkouts on the list that are there and are not on it, by what they say of themselves: one that says
    /// nothing of a lease is free, one whose lease cannot be read is held until somebody releases it. Runs in the
    /// caller's transaction.
    /// </summary>
    public IReadOnlyList<string> Adopt()
    {
        var worktrees = FindWorktrees();
        foreach (var name in folder.CheckoutFolders().Concat(worktrees.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            if (CheckoutName.Read(name) is { } id && database.Checkouts.Find(id) is null)
                Adopt(id, worktrees.GetValueOrDefault(name) ?? CheckoutPlace.FromClone(name, folder.Checkout(name)));
        }

        return _done;
    }

    // From the base repositories, because a job may have changed what a checkout says of itself.
    private Dictionary<string, CheckoutPlace> FindWorktrees()
    {
        var found = new Dictionary<string, CheckoutPlace>(StringComparer.Ordinal);
        foreach (var basePath in BaseFolder.All(folder.Base("")))
        {
            foreach (var id in Worktrees.Of(basePath).Where(id => CheckoutName.Read(id) is not null))
            {
                var place = CheckoutPlace.FromWorktree(id, folder.Checkout(id), basePath);
                if (CheckoutRecord.Exists(place.GitDirectory) && !Paths.IsFolder(place.GitEntry))
                    found.TryAdd(place.Name, place);
            }
        }

        return found;
    }

    /// <summary>
    /// Does all: leases that are over, rows without folders, folders without rows, what stopped processes left.
    /// </summary>
    public IReadOnlyList<string> All(CancellationToken cancellationToken)
    {
        foreach (var row in new LeaseBook(folder, database, lifecycle).Reap(new OwnerLives()))
            _done.Add($"{row.Name}: its lease was over{(row.Reason is null ? "" : $"; it {row.Reason}")}.");
        foreach (var row in database.Checkouts.All().Where(IsGone))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RemoveRow(row);
        }

        database.Change(() => Adopt());
        RemoveLeftovers();
        new BackgroundHooks(folder, database, reports: null).Repair();
        var queue = new WaitingQueue(folder, database);
        foreach (var repository in database.Repositories.All())
            queue.RemoveGone(repository.Id, long.MaxValue);
        return _done;
    }

    private bool IsGone(CheckoutRow row) => row.State != CheckoutState.Creating
        && !Path.Exists(folder.Checkout(row.Name))
        && CheckoutHealth.IsGone(folder.Place(row));

    private void RemoveRow(CheckoutRow row)
    {
        if (row.Lease is not null || row.State == CheckoutState.Unknown)
        {
            _done.Add(
                $"{row.Name} has no folder but is held by {row.Lease?.Holder() ?? "an unknown owner"}: "
                    + "it stays on the list until it is released.");
            return;
        }

        using var alone = CheckoutLock.TryAcquire(folder, row.Name);
        if (alone is null)
            return;
        lifecycle.Forget(alone, row, "its folder is gone");
        SubmoduleList.Remove(folder.Record(row.Name));
        _done.Add($"{row.Name} is off the list: its folder is gone.");
    }

    private void Adopt(long id, CheckoutPlace place)
    {
        var name = place.Name;
        if (CheckoutRecord.Read(place.GitDirectory) is not { } record)
        {
            _done.Add($"{name} does not say what it is, so it is left as it is and not used.");
            return;
        }

        if (record.IsStandalone && !place.IsWorktree)
            place = CheckoutPlace.FromClone(name, place.Path, CheckoutKind.Standalone);
        using var alone = CheckoutLock.TryAcquire(folder, name);
        if (alone is null)
            return;
        var repository = database.Repositories.Find(record.Key)
            ?? database.Repositories.Add(record.Key, record.Url, record.Base);
        var row = lifecycle.Adopt(alone, id, repository.Id, record.Url, place);
        _done.Add($"{name} is on the list again, {row.State switch
        {
            CheckoutState.Locked => $"held by {row.Lease!.Holder()}",
            CheckoutState.Unknown => "held by an unknown owner: if nobody uses it, release it with force",
            _ => "free",
        }}.");
    }

    // Whoever makes something locks its name (PoolFolder.Unfinished). What nobody has locked was left behind.
    private void RemoveLeftovers()
    {
        foreach (var left in Directory.EnumerateDirectories(folder.Temporary))
        {
            var name = Path.GetFileName(left).Split('.')[0];
            using var making = FileLock.TryAcquire(folder.CheckoutLock(name));
            if (making is null)
                continue;
            FolderRemoval.TryRemove(left);
            if (!Directory.Exists(left))
                _done.Add($"{Path.GetFileName(left)}, which a stopped process left in tmp, is removed.");
        }

        WaitingQueue.RemoveLeftFiles(folder);
        foreach (var (path, why) in BackgroundLog.Left(folder).ToList())
        {
            File.Delete(path);
            _done.Add($"{Paths.Relative(folder.Path, path)} of what ran in the background is removed: {why.TrimEnd('.')}.");
        }
    }
}
