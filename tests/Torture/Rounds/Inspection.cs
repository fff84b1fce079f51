using Gitproc.Checkouts;
using Gitproc.Git.Reading;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>Checks what the workers of a round left, when all of them are gone.</summary>
/// <param name="ground">The folder of the run.</param>
/// <param name="tally">Gets the violations.</param>
/// <remarks>
/// The order of the checks matters. The inspection first waits until every git has ended, and looks at the database and
/// the rows before anything changes them. In turn, rounds then reap, repair, or do neither, so that the acquire that
/// follows meets what each of these leaves. Acquiring all checkouts cleans all of them, so from then on all work that
/// was left must be in rescues. The last repair must leave a row for each folder or worktree and no other row, and
/// nothing in <c>tmp</c> or <c>queue</c>.
/// </remarks>
internal sealed class Inspection(Ground ground, Tally tally)
{
    // One for each name that a checkout has had, and one for the base repository.
    private const int MostUnfinished = (2 * Worker.MaxCheckouts) + 1;

    private const int StayingRescues = 20;

    private static readonly TimeSpan LongestGit = TimeSpan.FromSeconds(5);

    private readonly Pool _pool = new(ground.Pool.Path);
    private HashSet<string> _counted = [];
    private long _lastEvent;

    /// <summary>Inspects.</summary>
    /// <param name="round">The number of the round. It decides what is done before all checkouts are acquired.</param>
    /// <param name="ended">The process ids of the workers that ended when they were asked to.</param>
    public void Run(int round, IReadOnlyCollection<int> ended)
    {
        WaitForGit();
        foreach (var (_, why) in BackgroundLog.Left(ground.Pool).Where(log => !log.Why.Contains("was ended before")))
        {
            tally.Add(Counts.SpareFailures);
            Console.WriteLine($"making spares failed: {why}");
        }

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

    // Worktree checkouts survive the removal of their folders, and clones do not survive the repair after it. Without
    // this, all checkouts would soon be worktrees.
    private void RemoveSome(int round)
    {
        foreach (var row in Rows().Where(row => row.Id % 2 == round % 2))
            _pool.Checkouts.Remove(new RemoveRequest { Checkout = row.Name, WorkingDirectory = ground.Home });
    }

    // All checkouts have been cleaned by now, so all work that was left in them is in rescues. Some rescues stay for
    // the workers of the next round.
    private void FindWork()
    {
        var rescues = RescuedWork.All(ground).ToList();
        var isNew = rescues.Where(rescue => !_counted.Contains(rescue.Id)).ToList();
        tally.Add(Counts.Rescued, isNew.Sum(rescue => rescue.Works.Count));
        tally.Add(Counts.NotWhole, isNew.Count(rescue => !rescue.IsWhole));
        var stay = rescues.Take(StayingRescues).ToList();
        foreach (var wrong in Work.Settle(ground, rescues, stay))
            tally.Violate(wrong);
        // After a violation, the rescues are evidence.
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
        // A worktree checkout keeps its index in the base repository, where it outlives the folder.
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
        // Before a repair, a row may remain of a dead process that waited for a checkout that was removed. It blocks
        // nobody.
        var waiting = Answer("SELECT group_concat(who) FROM waiter");
        Check(waiting.Length == 0, $"after a repair these still wait, and are gone: {waiting}");
    }

    // Acquires as many checkouts as the pool may have. This fails if one is lost or stuck.
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

        // A checkout whose folder was removed during an operation counts as Broken. A repair takes it off the list.
        foreach (var row in Rows()
                .Where(row =>
                    row.State != CheckoutState.Free
                    && (row.State != CheckoutState.Broken || Directory.Exists(ground.Pool.Checkout(row.Name)))))
            tally.Violate($"{row.Name} is {row.State} and not free: {row.Reason ?? row.Lease?.Holder()}");
    }

    private void CountEvents()
    {
        var events = ground.Look(database => database.Connection.Query(
            "SELECT id, kind, why FROM event WHERE id > $last ORDER BY id",
            row => (Id: row.GetInt64(0), Kind: (EventKind)row.GetInt32(1), Why: row.GetStringOrNull(2)),
            ("$last", _lastEvent)));
        _lastEvent = events.Count > 0 ? events[^1].Id : _lastEvent;
        tally.Add(Counts.Takeovers, events.Count(one => one.Kind is EventKind.TakenOver or EventKind.Reaped));
        tally.Add(Counts.Spares, events.Count(one => one.Why == "it is ready as a spare"));
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
