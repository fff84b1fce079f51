using Gitproc.Registry;

namespace Gitproc.Leases.Waiting;

/// <summary>The queue for the checkouts of a repository: who came first is served first, across processes.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
internal sealed class WaitingQueue(PoolFolder folder, PoolDatabase database)
{
    private readonly WaiterTable _waiters = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);

    /// <summary>Goes to the end of the queue.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="wanted">The only checkout that will do; null for any.</param>
    /// <param name="kind">The only kind that will do; null for any.</param>
    /// <param name="who">Who waits.</param>
    /// <returns>The place; leaving it is disposing it.</returns>
    public Ticket Enter(RepositoryRow repository, long? wanted, CheckoutKind? kind, string who)
    {
        var name = Guid.NewGuid().ToString("N");
        // Locked before others can see the row: a ticket that is not locked is of one who is gone.
        var held = TicketLock.Take(folder.Ticket(name));
        try
        {
            var id = database.Change(() =>
            {
                _repositories.Ensure(repository);
                return _waiters.Add(repository.Id, wanted, kind, name, who);
            });
            return new Ticket(id, held, () => database.Change(() => _waiters.Remove(id)));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Takes off those before a place who are gone, whatever they waited for.</summary>
    /// <param name="repositoryId">The repository.</param>
    /// <param name="place">The place.</param>
    /// <returns>Whether there were any.</returns>
    public bool RemoveGone(long repositoryId, long place)
    {
        var gone = _waiters.AllBefore(repositoryId, place).FindAll(row => !TicketLock.IsHeld(folder.Ticket(row.Ticket)));
        foreach (var row in gone)
        {
            database.Change(() => _waiters.Remove(row.Id));
            File.Delete(folder.Ticket(row.Ticket));
        }

        return gone.Count > 0;
    }

    /// <summary>
    /// Those who are to be served before a place. Those at the end of it who are gone are taken off, so that the last is
    /// one to wait for.
    /// </summary>
    /// <param name="repositoryId">The repository.</param>
    /// <param name="wanted">The only checkout that will do; null for any.</param>
    /// <param name="kind">The only kind that will do; null for any.</param>
    /// <param name="place">The place; the greatest number for one who does not wait.</param>
    /// <returns>The rows, the first first.</returns>
    public List<WaiterRow> Before(long repositoryId, long? wanted, CheckoutKind? kind, long place)
    {
        var before = _waiters.Before(repositoryId, wanted, kind, place);
        while (before is [.., var last] && !TicketLock.IsHeld(folder.Ticket(last.Ticket)))
        {
            database.Change(() => _waiters.Remove(last.Id));
            File.Delete(folder.Ticket(last.Ticket));
            before.RemoveAt(before.Count - 1);
        }

        return before;
    }
}
