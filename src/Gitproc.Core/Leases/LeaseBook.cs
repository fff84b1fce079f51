using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>Gives leases and ends them: who holds which checkout is changed here and nowhere else.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
internal sealed class LeaseBook(PoolFolder folder, PoolDatabase database)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    /// <summary>
    /// Leases a checkout of a repository: a free one, else one whose owner is gone, else a new one that is yet to be
    /// made. The row's state says which.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="lease">The new lease.</param>
    /// <param name="url">The URL for a new one's <c>origin</c>.</param>
    /// <param name="limit">The most checkouts the repository may have, without broken ones; null for no limit.</param>
    /// <returns>The checkout and whose lease was taken over; the lease that was granted is on the row.</returns>
    /// <exception cref="GitprocException">Nothing is free and nothing may be made.</exception>
    public (CheckoutRow Checkout, Lease? Abandoned) Grant(RepositoryRow repository, Lease lease, string url, int? limit) =>
        database.Change<(CheckoutRow, Lease?)>(() =>
        {
            if (_checkouts.TakeFree(repository.Id, lease) is { } free)
                return (free, null);

            var usable = _checkouts.OfRepository(repository.Id).Where(row => row.State != CheckoutState.Broken).ToList();
            var lives = new OwnerLives();
            foreach (var row in usable)
            {
                if (row.Lease is { } held && !lives.IsAlive(held.Owner) && _checkouts.TakeOver(row.Id, held.Id, lease) is { } taken)
                    return (taken, held);
            }

            if (usable.Count >= limit)
                throw NothingFree(repository, usable, limit.Value);
            var id = _checkouts.NextId();
            while (Path.Exists(folder.Checkout(CheckoutName.Of(id))))
                id++;
            return (_checkouts.Add(id, repository.Id, url, lease), null);
        });

    /// <summary>Ends a lease.</summary>
    /// <param name="id">The checkout.</param>
    /// <param name="leaseId">The lease that is meant; null for whichever there is.</param>
    /// <param name="force">Whether another live process tree's lease is ended too.</param>
    /// <param name="processId">The process that asks.</param>
    /// <returns>The checkout as it is afterwards.</returns>
    /// <exception cref="GitprocException">There is no such lease, or it is not the caller's.</exception>
    public CheckoutRow End(long id, string? leaseId, bool force, int processId)
    {
        var name = CheckoutName.Of(id);
        var row = _checkouts.Find(id) ?? throw new GitprocException(
            ErrorReason.CheckoutNotFound, $"The pool has no {name}. See gitproc list.", name);
        if (row.Lease is not { } held)
            throw new GitprocException(ErrorReason.NotLocked, $"{name} is not locked.", name);
        if (leaseId is not null && leaseId != held.Id)
            throw new GitprocException(ErrorReason.NotLocked, $"{name} is not locked by that lease any more.", name);
        if (row.State == CheckoutState.Creating)
            throw new GitprocException(ErrorReason.NotLocked, $"{name} is not locked yet: {held.Owner} is making it.", name);
        if (!force && held.Owner.IsAlive && !held.Owner.IsOrIsAncestorOf(processId))
        {
            throw new GitprocException(
                ErrorReason.HeldByOther,
                $"{name} is locked by {held.Owner} of {held.User} since {Describe(held.AcquiredAt)}. To release it all the same, use force.",
                name);
        }

        var head = Git.Head.Read(Path.Combine(folder.Checkout(name), ".git")) ?? new Git.Head(row.Branch, row.Commit);
        return database.Change(() => _checkouts.Release(id, held.Id, head)) ?? throw new GitprocException(
            ErrorReason.NotLocked, $"{name} is not locked by that lease any more.", name);
    }

    private static GitprocException NothingFree(RepositoryRow repository, List<CheckoutRow> usable, int limit)
    {
        const int most = 10;
        if (usable.Count == 0)
        {
            return new GitprocException(
                ErrorReason.NothingFree, $"The pool has no checkout of {repository.Key}, and none may be made.", repository.Key);
        }

        var holders = usable.Take(most).Select(row =>
            $"{row.Name} by {row.Lease!.Owner} of {row.Lease.User} since {Describe(row.Lease.AcquiredAt)}");
        var more = usable.Count > most ? $"\n  and {usable.Count - most} more" : "";
        var why = limit == 0 ? "none may be made" : $"at most {limit} may be made";
        return new GitprocException(
            ErrorReason.NothingFree,
            $"No checkout of {repository.Key} is free and {why}. {usable.Count} locked:\n  {string.Join("\n  ", holders)}{more}",
            repository.Key);
    }

    private static string Describe(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
