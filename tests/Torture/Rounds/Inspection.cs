using Gitproc.Checkouts;
using Gitproc.Git.Reading;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>Checks, when all workers of a round are gone, that what they left is as it should be.</summary>
/// <param name="ground">Where.</param>
/// <param name="tally">Told of violations.</param>
internal sealed class Inspection(Ground ground, Tally tally)
{
    // One for each name a checkout has had, and one for the base repository.
    private const int MostUnfinished = (2 * Worker.MaxCheckouts) + 1;

    private const int StayingRescues = 20;

    private static readonly TimeSpan LongestGit = TimeSpan.FromSeconds(5);

    private readonly Pool _pool = new(ground.Pool.Path);
    private HashSet<string> _counted = [];
    private long _lastEvent;

    /// <summary>Inspects.</summary>
    /// <param name="round">The number of the round: what is done before all is acquired changes from round to
    /// round.</param>
    /// <param name="ended">The process ids of workers that were not killed, but ended when they were asked to.</param>
    public void Run(int round, IReadOnlyCollection<int> ended)
    {
        WaitForGit();
        Check(Answer("PRAGMA integrity_check") == "ok", $"the database is damaged: {Answer("PRAGMA integrity_check")}");
        foreach (var row in Rows().Where(row => row.Lease?.Owner is { } owner && ended.Contains(owner.Process.Id)))
            tally.Violate($"{row.Name} is still held for {row.Lease!.Holder()}, which has ended in good order");
        tally.Most(Counts.MostUnfinished, Left(ground.Pool.Temporary));
        tally.Most(Counts.MostTickets, Left(ground.Pool.Queue));
        Check(Left(ground.Pool.Temporary) <= MostUnfinished, $"{Left(ground.Pool.Temporary)} folders are left in tmp");
        switch (round % 3)
        {
            case 0:
                Reap();
                break;
            case 1:
                Repair();
                break;
        }

        AcquireAll();
        FindWork();
        Repair();
        RemoveSome(round);
        CountEvents();
    }

    // A worktree checkout outlives its folder, and a clone is off the list after a repair: before long all would be
    // linked.
    private void RemoveSome(int round)
    {
        foreach (var row in Rows().Where(row => row.Id % 2 == round % 2))
            _pool.Checkouts.Remove(new RemoveRequest { Checkout = row.Name, WorkingDirectory = ground.Home });
    }

    // All checkouts were cleaned by now: what was left in them is rescued. Some rescues stay for the workers of the
    // next round.
    private void FindWork()
    {
        var rescues = RescuedWork.All(ground).ToList();
        var isNew = rescues.Where(rescue => !_counted.Contains(rescue.Id)).ToList();
        tally.Add(Counts.Rescued, isNew.Sum(rescue => rescue.Works.Count));
        tally.Add(Counts.NotWhole, isNew.Count(rescue => !rescue.IsWhole));
        var stay = rescues.Take(StayingRescues).ToList();
        foreach (var wrong in Work.Settle(ground, rescues, stay))
            tally.Violate(wrong);
        // They are evidence.
        if (tally.Violations.Count > 0)
            return;
        foreach (var rescue in rescues.Except(stay))
            _pool.Rescues.Remove(rescue.Id, ground.Home);
        _counted = stay.Select(rescue => rescue.Id).ToHashSet(StringComparer.Ordinal);
        Check(
            _counted.SetEquals(_pool.Rescues.List(null, ground.Home).Select(rescue => rescue.Id)),
            "other rescues are there than those that were not removed");
    }

    private void WaitForGit()
    {
        var end = Environment.TickCount64 + (long)LongestGit.TotalMilliseconds;
        while (FolderProcesses.In(ground.Pool.Path, OwnAncestry.Ids()) is [_, ..])
        {
            if (Environment.TickCount64 > end)
                new Orphans(ground, tally).End();

            Thread.Sleep(10);
        }
    }

    private void Reap()
    {
        _pool.Leases.Reap();
        foreach (var row in Rows().Where(row => row.Lease is not null))
            tally.Violate($"{row.Name} is still held for {row.Lease!.Holder()} after all leases were reaped");
    }

    private void Repair()
    {
        _pool.Care.Repair();
        var rows = Rows().Select(row => row.Name).ToHashSet();
        // What is staged in a worktree checkout is in the base repository, and outlives the folder.
        var folders = Directory
            .EnumerateDirectories(ground.Pool.Path, "checkout-*")
            .Select(folder => Path.GetFileName(folder))
            .Union(Worktrees.Of(Base))
            .ToHashSet();
        Check(
            rows.SetEquals(folders),
            $"after a repair there are rows of {string.Join(' ', rows.Order())} and folders {string.Join(' ', folders.Order())}"
        );
        Check(Left(ground.Pool.Temporary) == 0, "after a repair something is left in tmp");
        Check(Left(ground.Pool.Queue) == 0, "after a repair something is left in queue");
        // Before it one may be left that is in nobody's way: it waited for a checkout that was removed.
        var waiting = Answer("SELECT group_concat(who) FROM waiter");
        Check(waiting.Length == 0, $"after a repair these still wait, and are gone: {waiting}");
    }

    // All that there may be: one that is lost or stuck would be missing.
    private void AcquireAll()
    {
        IReadOnlyList<Checkout> all;
        try
        {
            all = _pool.Acquiring.Acquire(new AcquireRequest
            {
                Repository = ground.Source,
                WorkingDirectory = ground.Home,
                Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(Environment.ProcessId) },
                MaxCheckouts = Worker.MaxCheckouts,
                Count = Worker.MaxCheckouts,
            });
        }
        catch (GitprocException e)
        {
            tally.Violate($"not all checkouts can be acquired: {e.Message}");
            return;
        }

        foreach (var checkout in all)
        {
            var changes = SourceRepository.Changes(checkout.Path);
            Check(changes.Length == 0, $"{checkout.Name} is not whole: {changes}");
            _pool.Leases.Release(
                new ReleaseRequest
                {
                    Checkout = checkout.Name,
                    WorkingDirectory = ground.Home,
                    LeaseId = checkout.LeaseId,
                });
        }

        // A folder that went while somebody looked at it counts as damaged; a repair takes it off the list.
        foreach (var row in Rows()
                .Where(row =>
                    row.State != CheckoutState.Free
                    && (row.State != CheckoutState.Broken || Directory.Exists(ground.Pool.Checkout(row.Name)))))
            tally.Violate($"{row.Name} is {row.State} and not free: {row.Reason ?? row.Lease?.Holder()}");
    }

    private void CountEvents()
    {
        var events = ground.Look(database => database.Connection.Query(
            "SELECT id, kind, lease_id FROM event WHERE id > $last ORDER BY id",
            row => (Id: row.GetInt64(0), Kind: (EventKind)row.GetInt32(1)),
            ("$last", _lastEvent)));
        _lastEvent = events.Count > 0 ? events[^1].Id : _lastEvent;
        tally.Add(Counts.Takeovers, events.Count(one => one.Kind is EventKind.TakenOver or EventKind.Reaped));
        tally.Add(Counts.Creations, events.Count(one => one.Kind == EventKind.Created));
    }

    private string Base => _pool.Care.ListRepositories()[0].Path;

    private List<CheckoutRow> Rows() => ground.Look(database => new CheckoutTable(database.Connection).All());

    private string Answer(string sql) =>
        ground.Look(database => database.Connection.Query(sql, row => row.GetStringOrNull(0) ?? ""))[0];

    private static int Left(string folder) => Directory.EnumerateFileSystemEntries(folder).Count();

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
            tally.Violate(otherwise);
    }
}
