using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>
/// The queue for the checkouts of a repository. Processes are served in the order in which they came.
/// </summary>
/// <remarks>
/// A place is a row in the database and a file that its process keeps locked. The file is locked first, and then the
/// row is added, so that a row without a locked file always belongs to a process that is gone. A process that leaves
/// removes the row first and then the file. If a process is killed, the system unlocks the file, and the next waiter
/// that looks removes the row and the file. A crash between file and row leaves a file that no process waits for.
/// </remarks>
internal sealed class WaitingQueue(PoolFolder folder, PoolDatabase database)
{
    private readonly WaiterTable _waiters = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);

    /// <summary>Takes the last place in the queue.</summary>
    /// <param name="wanted">The required checkout; null for any.</param>
    /// <param name="kind">The required kind; null for any.</param>
    /// <param name="who">The name of the waiter, which others see.</param>
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

    /// <summary>
    /// True if a place is still in the queue. If its process was stopped for a long time, other waiters remove it.
    /// </summary>
    public bool Has(Ticket ticket) => _waiters.Exists(ticket.Id);

    /// <summary>
    /// Removes the places before a place whose processes have ended or were stopped, whatever they waited for.
    /// </summary>
    /// <returns>True if a place was removed.</returns>
    public bool RemoveGone(long repositoryId, long place) =>
        RemoveLeft(_waiters.AllBefore(repositoryId, place)).Count > 0;

    /// <summary>Removes the files that no process waits with.</summary>
    public static void RemoveLeftFiles(PoolFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder.Queue))
        {
            // Removed under its lock: a process that has just created it sees that it is gone (Ticket).
            using var left = LockedFile.TryLock(file);
            if (left is not null)
                File.Delete(file);
        }
    }

    /// <summary>
    /// The waiters that are served before a place. Waiters at the end of the list whose processes have ended or were
    /// stopped are removed, so that the last one is still waiting.
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
