using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Pools;

/// <content>What is shown of a pool while it is at work.</content>
public sealed partial class Pool
{
    /// <summary>Begins to look at the pool again and again. Reads only.</summary>
    /// <param name="repository">Only this repository, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends a look.</param>
    /// <returns>The watch.</returns>
    public PoolWatch Watch(string? repository, string workingDirectory, CancellationToken cancellationToken = default)
    {
        return new PoolWatch(
            () => Exists ? With(Look, cancellationToken) : new PoolSnapshot(Path, [], []),
            () => File.Exists(_folder.Database) ? With(_ => PoolDatabase.Open(_folder.Database, _ => { }, cancellationToken: cancellationToken), cancellationToken) : null);

        PoolSnapshot Look(PoolDatabase database)
        {
            var checkouts = new CheckoutTable(database.Connection);
            // A list does not read whose work may still be in it.
            var rows = Rows(repository, workingDirectory, database, cancellationToken)
                .ConvertAll(row => row is { State: CheckoutState.Cleaning, Lease: null } ? checkouts.Find(row.Id) ?? row : row);
            var repositories = new RepositoryTable(database.Connection).All().ToDictionary(row => row.Id);
            long? only = repository is null ? null : FindRepository(repository, workingDirectory, database, cancellationToken)?.Id ?? -1;
            var (description, activity) = (new CheckoutDescription(_folder), new CheckoutActivity(_folder));
            return new PoolSnapshot(
                Path,
                [.. rows.Select(row => activity.Of(row, _folder.Base(repositories[row.RepositoryId].Base), description.Of(row)))],
                [
                    .. new WaiterTable(database.Connection).All()
                        .Where(row => (only is null || row.RepositoryId == only) && LockedFile.IsLocked(_folder.Ticket(row.Ticket)))
                        .Select(row => new PoolWaiter(
                            repositories[row.RepositoryId].Key, row.CheckoutId is { } id ? CheckoutName.Of(id) : null, row.Who, row.Since)),
                ]);
        }
    }
}
