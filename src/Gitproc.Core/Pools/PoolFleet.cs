using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>What the agent reads and writes in a pool for the fleet that the machine belongs to.</summary>
internal sealed class PoolFleet(Session session)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    public PoolFolder Folder => session.Folder;

    /// <summary>Reads the user's settings. It asks git, because the address of the fleet is not kept.</summary>
    public PoolSettings Settings(CancellationToken cancellationToken) =>
        PoolSettings.Read(new GitConfigReader(session.Git).Read(Folder.Path, cancellationToken).Config);

    /// <summary>Reads what this machine holds and wants, as of one moment.</summary>
    public FleetSight See() => session.With(database =>
    {
        var table = new FleetTable(database.Connection);
        database.Connection.Execute("BEGIN");
        var sight = new FleetSight(table.Read(), table.Limits(), table.Requests(), database.Checkouts.All());
        database.Connection.Execute("COMMIT");
        return sight;
    });

    /// <summary>Finds the intent with which a process has come to the agent.</summary>
    public SlotRequestRow? FindRequest(string request) =>
        session.With(database => new FleetTable(database.Connection).Find(request));

    /// <summary>
    /// Removes intents whose processes have ended, or were stopped for long. A process that goes on after that finds
    /// its intent gone, and makes no lease.
    /// </summary>
    /// <returns>Those that were removed.</returns>
    public IReadOnlyList<SlotRequestRow> RemoveDeadRequests(IReadOnlyList<SlotRequestRow> requests)
    {
        var left = FileLock.FindLeft([.. requests.Select(row => Folder.Ticket(row.Ticket))]);
        var dead = requests.Where(row => left.Contains(Folder.Ticket(row.Ticket))).ToList();
        if (dead.Count == 0)
            return [];
        session.With(database =>
        {
            var table = new FleetTable(database.Connection);
            database.Change(() => dead.ForEach(row => table.Remove(row.Request)));
            return true;
        });
        dead.ForEach(row => File.Delete(Folder.Ticket(row.Ticket)));
        return dead;
    }

    /// <summary>Notes what requests were granted.</summary>
    public void NoteGranted(IEnumerable<(string Request, IReadOnlyList<FleetSlot> Slots)> grants) =>
        session.With(database =>
        {
            var table = new FleetTable(database.Connection);
            database.Change(() =>
            {
                foreach (var (request, slots) in grants)
                    table.NoteGranted(request, slots);
            });
            return true;
        });

    /// <summary>Notes of leases that the fleet has taken their slots from this machine.</summary>
    public void NoteLostSlots(IReadOnlyList<CheckoutRow> rows) => session.With(database =>
    {
        var events = new EventTable(database.Connection);
        database.Change(() =>
        {
            foreach (var row in rows)
            {
                events.Add(
                    EventKind.SlotLost,
                    row,
                    row.Lease!.Id,
                    session.Caller.Value.ToString(),
                    "the fleet had not heard of this machine, and may have given the slot to others",
                    limits: null);
            }
        });
        return true;
    });

    /// <summary>Writes what the fleet has told.</summary>
    /// <param name="limits">The limits, if they have changed.</param>
    public void Write(FleetRow row, IEnumerable<KeyValuePair<string, int>>? limits) => session.With(database =>
    {
        var table = new FleetTable(database.Connection);
        database.Change(() =>
        {
            table.Write(row);
            if (limits is not null)
                table.ReplaceLimits(limits);
        });
        return true;
    });

    /// <summary>The oldest events after one, in order.</summary>
    public IReadOnlyList<HistoryEvent> EventsAfter(long number, int most) =>
        session.With(database => new EventTable(database.Connection).After(number, most));

    /// <summary>The number of the newest event; 0 if there is none.</summary>
    public long NewestEvent() =>
        session.With(database => new EventTable(database.Connection).Range()?.Newest ?? 0);

    /// <summary>Describes checkouts as lists show them.</summary>
    public IReadOnlyList<Checkout> Describe(IReadOnlyList<CheckoutRow> rows) =>
        session.DescribeAll(rows, isBrief: true);

    /// <summary>The keys of the pool's repositories with the times of their last fetch.</summary>
    public IReadOnlyList<(string Key, DateTimeOffset? FetchedAt)> Repositories() => session.With(database =>
        database.Repositories.All().ConvertAll(row => (row.Key, database.Repositories.Fetched(row.Id).FetchedAt)));

    /// <summary>Waits until the pool's database changes, or somebody wakes this.</summary>
    /// <returns>False if nothing has happened.</returns>
    public bool WaitForChange(TimeSpan longest, WaitHandle wake) => session.With(database =>
    {
        var end = Environment.TickCount64 + (long)longest.TotalMilliseconds;
        for (var version = database.DataVersion; Environment.TickCount64 < end;)
        {
            if (wake.WaitOne(BetweenLooks) || database.DataVersion != version)
                return true;
        }

        return false;
    });
}

/// <summary>What a machine of a fleet holds and wants, as of one moment.</summary>
/// <param name="Limits">The most leases of a repository that the fleet may hold, by key.</param>
/// <param name="Checkouts">All checkouts.</param>
internal sealed record FleetSight(
    FleetRow Fleet,
    IReadOnlyDictionary<string, int> Limits,
    IReadOnlyList<SlotRequestRow> Requests,
    IReadOnlyList<CheckoutRow> Checkouts)
{
    /// <summary>The checkouts with a lease for somebody.</summary>
    public IEnumerable<CheckoutRow> Held => Checkouts.Where(row => row.Lease is { IsMakingReady: false });

    /// <summary>What the fleet has to count: leases for somebody, and those to be made that have slots.</summary>
    public IEnumerable<CountedLease> Counted => Held
        .Select(row => new CountedLease(
            row.Lease!.Id, row.RepositoryKey, row.Lease.BriefHolder(), Request: null, row.Lease.Slot))
        .Concat(Requests.SelectMany(request => request.Leases.Zip(
            request.Slots,
            (lease, slot) => new CountedLease(lease, request.Repository, request.Who, request.Request, slot))))
        .DistinctBy(lease => lease.Id);
}

/// <summary>A lease that has, or has to have, a slot of the fleet if its repository is limited.</summary>
/// <param name="Request">The request that got the slot; null once there is a lease.</param>
/// <param name="Slot">Null if the lease is from before the limit.</param>
internal sealed record CountedLease(string Id, string Repository, string Who, string? Request, FleetSlot? Slot);
