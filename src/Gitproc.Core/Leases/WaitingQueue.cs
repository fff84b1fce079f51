using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>The queue for the checkouts of a repository: who came first is served first, across processes.</summary>
internal sealed class WaitingQueue(PoolFolder folder, PoolDatabase database)
{
    private readonly WaiterTable _waiters = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);

    /// <summary>Goes to the end of the queue.</summary>
    public Ticket Enter(RepositoryRow repository, long? wanted, CheckoutKind? kind, string who)
    {
        var name = Guid.NewGuid().ToString("N");
        return new Ticket(
            folder.Ticket(name),
            () => database.Change(() =>
            {
                _repositories.Ensure(repository);
                return _waiters.Add(repository.Id, wanted, kind, name, who);
            }),
            id => database.Change(() => _waiters.Remove(id)));
    }

    /// <summary>Whether a place is still on the queue: others remove that of a process that was stopped for long.</summary>
    public bool Has(Ticket ticket) => _waiters.Exists(ticket.Id);

    /// <summary>Takes off those before a place who are gone or were stopped, whatever they waited for.</summary>
    public bool RemoveGone(long repositoryId, long place) => RemoveLeft(_waiters.AllBefore(repositoryId, place)).Count > 0;

    /// <summary>
    /// Those who are to be served before a place. Those at its end who are gone or were stopped are removed, so that the
    /// last is one to wait for.
    /// </summary>
    public List<WaiterRow> Before(long repositoryId, long? wanted, CheckoutKind? kind, long place)
    {
        var before = _waiters.Before(repositoryId, wanted, kind, place);
        while (before is [.., var last] && RemoveLeft([last]) is [_])
            before.RemoveAt(before.Count - 1);
        return before;
    }

    private List<WaiterRow> RemoveLeft(List<WaiterRow> rows)
    {
        var files = FileLock.FindLeft(rows.ConvertAll(row => folder.Ticket(row.Ticket)));
        var left = rows.FindAll(row => files.Contains(folder.Ticket(row.Ticket)));
        foreach (var row in left)
        {
            database.Change(() => _waiters.Remove(row.Id));
            File.Delete(folder.Ticket(row.Ticket));
        }

        return left;
    }
}
