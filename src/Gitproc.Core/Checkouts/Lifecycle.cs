using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// The life of a checkout: the only type that changes its row. Each method is a row of <see cref="Transition.All"/>. In one
/// transaction it changes the state together with the lease, does to the lease file what belongs to that, and adds the event
/// to the history. If the row is not as it was seen, because somebody was faster or used force, nothing is changed, and the
/// answer is null.
/// </summary>
/// <remarks>
/// <para>
/// A checkout begins as Creating: a row with a lease and no folder. Its maker has the checkout's lock, makes the folder in
/// tmp, renames it, and sets the row to Locked. The row comes first, so that two makers never make one folder, and the state
/// last, so that Locked always means a whole folder. If the maker is killed, the row stays Creating and the lock is free:
/// the next acquire gets the row and makes the folder anew, or a repair removes both.
/// </para>
/// <para>
/// Locked ends as Cleaning without a lease. The lease file is removed before the transaction is committed, because others
/// may lease the checkout and write theirs from then on. A crash in between leaves a lease without its file, which counts.
/// Cleaning becomes Free, or Locked if the row has a lease, when the folder is clean and not before: whoever is killed
/// leaves Cleaning, and the next acquire begins the cleaning again. What was rescued by then is noted on the row, so that it
/// is not rescued twice.
/// </para>
/// <para>
/// A lease is written into the checkout after the transaction that grants it, because a folder may be slow and the database is
/// everybody's. A crash in between leaves a lease that only the database knows, which is the truth. A lease that only the
/// checkout knows shows that the database was put back from an older copy, and then the checkout is right: see
/// <see cref="TryWriteLease"/>.
/// </para>
/// <para>
/// A folder is removed before its row. A crash in between leaves a row without a folder, which the next acquire makes anew
/// and a repair removes. The other order would leave a folder that nobody knows.
/// </para>
/// </remarks>
/// <param name="limits">What of the history is kept; null to remove nothing.</param>
internal sealed class Lifecycle(PoolFolder folder, PoolDatabase database, Lazy<Caller> caller, HistoryLimits? limits)
{
    // The last holder's work is rescued once: a cleaning that is begun again keeps the note. The stamp stays too: it tells
    // what has changed since the checkout was clean.
    private static readonly string SetUnclean =
        $"""
        is_rescued = CASE state WHEN {(int)CheckoutState.Cleaning} THEN is_rescued ELSE 0 END,
        last_lease = CASE state WHEN {(int)CheckoutState.Locked} THEN lease ELSE last_lease END, generation = NULL, reason = NULL
        """;

    private const string SetClean =
        """
        branch = $branch, commit_id = $commit, generation = $generation, stamp = $stamp, last_lease = NULL, is_rescued = 0
        """;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);
    private readonly EventTable _events = new(database.Connection);

    /// <summary>Adds a checkout that is to be made.</summary>
    public CheckoutRow Add(CheckoutLock alone, long id, long repositoryId, string url, CheckoutKind kind, Lease lease)
    {
        alone.MustBeOf(id);
        return Insert(id, repositoryId, url, kind, CheckoutState.Creating, lease, new Head(null, null));
    }

    /// <summary>
    /// Leases a free checkout for which nobody has waited longer: one that is at the commit, otherwise any; of these the
    /// one that was used last.
    /// </summary>
    /// <param name="place">The caller's place in the queue.</param>
    public CheckoutRow? TakeFree(GrantRequest request, long place, Lease lease) => database.Change(() =>
    {
        var taken = database.Connection.Query(
            $"""
            UPDATE checkout SET {Changes(Transition.TakeFree)} WHERE id = ifnull(
                ({CheckoutTable.SelectFree} AND commit_id = $preferred ORDER BY last_used_at DESC LIMIT 1),
                ({CheckoutTable.SelectFree} ORDER BY last_used_at DESC LIMIT 1))
            RETURNING {CheckoutTable.Columns}
            """,
            CheckoutTable.Read,
            [
                ("$repository", request.Repository.Id), ("$wanted", request.Wanted), ("$kind", (int?)request.Kind),
                ("$preferred", request.Commit), ("$ticket", place), .. Given(lease),
            ]).SingleOrDefault();
        if (taken is not null)
            Note(Transition.TakeFree, taken, lease.Id, why: null);
        return taken;
    });

    /// <summary>
    /// Leases a checkout that somebody left: a lease that is over, a cleaning or a making that was not done to the end.
    /// </summary>
    /// <param name="why">Why the lease is over; null where there was none.</param>
    public CheckoutRow? TakeOver(CheckoutLock alone, CheckoutRow seen, Lease lease, string? why)
    {
        var transition = seen switch
        {
            { State: CheckoutState.Creating } => Transition.ReplaceMaker,
            { Lease: null } => Transition.TakeUnclean,
            _ => Transition.TakeOver,
        };
        return Apply(transition, seen, alone, lease, why, SetUnclean);
    }

    /// <summary>Changes a lease.</summary>
    public CheckoutRow? Renew(CheckoutRow seen, Lease renewed) => Apply(Transition.Renew, seen, lease: renewed);

    /// <summary>Notes that a leased checkout is about to be changed, and is not clean until that is done.</summary>
    /// <param name="isWorked">Whether somebody may have worked in it since it was clean.</param>
    public CheckoutRow? BeginCleaning(CheckoutLock alone, CheckoutRow seen, bool isWorked, string url) => Apply(
        Transition.BeginCleaning,
        seen,
        alone,
        set: $"url = $url, is_rescued = CASE state WHEN {(int)CheckoutState.Locked} THEN $rescued ELSE is_rescued END",
        values: [("$url", url), ("$rescued", !isWorked)]);

    /// <summary>Notes that what the last holder left is rescued.</summary>
    public CheckoutRow? NoteRescue(CheckoutLock alone, CheckoutRow seen, Rescue rescue) =>
        Apply(Transition.NoteRescue, seen with { Lease = null }, alone, why: rescue.Id, noted: rescue.LeaseId, set: "is_rescued = 1");

    /// <summary>Notes that a checkout is clean: it is its lease's owner's, or free.</summary>
    public CheckoutRow? EndCleaning(CheckoutLock alone, CheckoutRow seen, Head head, string? generation, string stamp) =>
        Apply(Transition.EndCleaning, seen, alone, set: SetClean, values: Clean(head, generation, stamp));

    /// <summary>Ends the lease of a checkout that nobody has worked in: what was clean is free.</summary>
    public CheckoutRow? GiveBack(CheckoutRow seen, string why) => Apply(Transition.GiveBack, seen, why: why);

    /// <summary>Turns a checkout whose folder is gone into one that is to be made.</summary>
    /// <param name="lease">The lease it gets if it has none.</param>
    public CheckoutRow? BeginCreation(CheckoutLock alone, CheckoutRow seen, string url, Lease? lease = null) => database.Change(() =>
    {
        var row = seen.Lease is not null || lease is null
            ? seen
            : Apply(Transition.TakeUnclean with { Event = null }, seen, alone, lease);
        return row is null
            ? null
            : Apply(Transition.BeginCreation, row, alone, set: "url = $url", values: ("$url", url));
    });

    /// <summary>Notes that a checkout is made: it is its lease's owner's.</summary>
    public CheckoutRow? EndCreation(CheckoutLock alone, CheckoutRow seen, Head head, string? generation, string stamp) => Apply(
        Transition.EndCreation,
        seen,
        alone,
        set: $"{SetClean}, created_at = $made",
        values: [.. Clean(head, generation, stamp), ("$made", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())]);

    /// <summary>Removes a checkout that could not be made, and what there is of its folder.</summary>
    /// <returns>Whether it was still to be made for the lease that was seen.</returns>
    public bool GiveUp(CheckoutLock alone, CheckoutRow seen, string why)
    {
        alone.MustBeOf(seen.Id);
        if (_checkouts.Find(seen.Id) is not { State: CheckoutState.Creating } now || now.Lease?.Id != seen.Lease?.Id)
            return false;
        var place = folder.Place(seen);
        FolderRemoval.TryRemove(place.Path);
        FolderRemoval.TryRemove(place.GitDirectory);
        return database.Change(() =>
        {
            if (Apply(Transition.GiveUp, seen, alone, why: why) is null)
                return false;
            // One that could never be cloned is not known. A base repository may have rescues in it.
            if (_repositories.Find(seen.RepositoryKey) is { } repository && !Directory.Exists(folder.Base(repository.Base)))
                _repositories.RemoveUnused(seen.RepositoryId);
            return true;
        });
    }

    /// <summary>Sets a checkout aside that cannot be handed out. Its lease ends.</summary>
    public CheckoutRow? SetAside(CheckoutLock alone, CheckoutRow seen, string reason) =>
        Apply(Transition.SetAside, seen, alone, why: reason, set: "reason = $reason", values: ("$reason", reason));

    /// <summary>
    /// Writes a lease that was granted into the checkout. If the checkout says that somebody else holds it, the database is
    /// older than the checkout, and that one gets it.
    /// </summary>
    /// <param name="replaced">The lease in whose place it was granted; null for none.</param>
    public bool TryWriteLease(CheckoutRow row, Lease? replaced)
    {
        if (LeaseFile.Write(folder.Place(row).GitDirectory, row.Lease!, replaced) is not { } holder)
            return true;
        GiveTo(row, holder);
        return false;
    }

    /// <summary>
    /// Gives a checkout that is being made to whom it says that it belongs. It says nothing until it is made to the end:
    /// where it does, the database is older, or its maker was killed in the last moment.
    /// </summary>
    public bool TryGiveToHolder(CheckoutRow row)
    {
        if (row.State != CheckoutState.Creating
            || LeaseFile.FindUnknownHolder(folder.Place(row).GitDirectory, knownId: null) is not { } holder)
        {
            return false;
        }

        GiveTo(row, holder);
        return true;
    }

    /// <summary>Gives a checkout to a holder that the database did not know.</summary>
    public CheckoutRow? GiveTo(CheckoutRow seen, Lease holder) => Apply(
        Transition.GiveTo,
        seen,
        lease: holder,
        why: "the checkout is held by a lease that the database did not know",
        set: "last_lease = NULL, is_rescued = 0");

    /// <summary>Ends a lease, or what is not known of one. The checkout is to be cleaned.</summary>
    /// <param name="kind">By whom it is ended: <c>Released</c>, <c>Forced</c> or <c>Reaped</c>.</param>
    public CheckoutRow? Release(CheckoutRow seen, EventKind kind, string? why)
    {
        var head = folder.Place(seen).ReadHead() ?? new Head(seen.Branch, seen.Commit);
        return Apply(
            Transition.Release with { Event = kind },
            seen,
            why: why,
            set: $"{SetUnclean}, branch = $branch, commit_id = $commit, last_used_at = $ended",
            values: [("$branch", head.Branch), ("$commit", head.Commit), ("$ended", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())]);
    }

    /// <summary>
    /// Takes a checkout that nobody works in out of use: whoever has its lock may change its folder, and it has to be
    /// cleaned before somebody else can have it.
    /// </summary>
    public CheckoutRow? TakeOutOfUse(CheckoutLock alone, CheckoutRow seen) =>
        Apply(Transition.TakeOutOfUse, seen, alone, set: SetUnclean);

    /// <summary>
    /// Adds a checkout whose folder is there, by what it says of its lease: nothing, that it is held, or what cannot be read.
    /// </summary>
    public CheckoutRow Adopt(CheckoutLock alone, long id, long repositoryId, string url, CheckoutPlace place)
    {
        alone.MustBeOf(id);
        var lease = LeaseFile.Read(place.GitDirectory);
        var state = lease is not null ? CheckoutState.Locked
            : LeaseFile.Exists(place.GitDirectory) ? CheckoutState.Unknown
            : CheckoutState.Cleaning;
        var kind = place.IsWorktree ? CheckoutKind.Worktree : CheckoutKind.Clone;
        return database.Change(() =>
        {
            var row = Insert(id, repositoryId, url, kind, state, lease, place.ReadHead() ?? new Head(null, null));
            Note(Transition.Adopt, row, lease?.Id, "it was not on the list");
            return row;
        });
    }

    /// <summary>Takes a checkout that nobody holds off the list.</summary>
    public CheckoutRow? Forget(CheckoutLock alone, CheckoutRow seen, string why) =>
        Apply(Transition.Forget, seen with { Lease = null }, alone, why: why);

    // The one way in which a row changes that is there: from where the table has an arrow, and with the lease that was seen.
    private CheckoutRow? Apply(
        Transition transition,
        CheckoutRow seen,
        CheckoutLock? alone = null,
        Lease? lease = null,
        string? why = null,
        string? noted = null,
        string? set = null,
        params (string Name, object? Value)[] values)
    {
        if (transition.NeedsLock)
            alone!.MustBeOf(seen.Id);
        var change = transition.Arrows[0].To is null ? "DELETE FROM checkout" : $"UPDATE checkout SET {Changes(transition, set)}";
        var isSeen = transition.IsForAnyLease ? "" : " AND lease_id IS $seen";
        return database.Change(() =>
        {
            var changed = database.Connection.Query(
                $"{change} WHERE id = $id AND {transition.From}{isSeen} RETURNING {CheckoutTable.Columns}",
                CheckoutTable.Read,
                [("$id", seen.Id), ("$seen", seen.Lease?.Id), .. lease is null ? [] : Given(lease), .. values]).SingleOrDefault();
            if (changed is null)
                return null;
            ChangeFile(transition.File, changed);
            Note(transition, changed, noted ?? lease?.Id ?? seen.Lease?.Id, why);
            return changed;
        });
    }

    private CheckoutRow Insert(
        long id, long repositoryId, string url, CheckoutKind kind, CheckoutState state, Lease? lease, Head head) =>
        database.Change(() => database.Connection.Query(
            $"""
            INSERT INTO checkout (id, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id, lease)
            VALUES ($id, $repository, $url, $kind, $state, $branch, $commit, $now, $now, $lease, $json)
            RETURNING {CheckoutTable.Columns}
            """,
            CheckoutTable.Read,
            ("$id", id), ("$repository", repositoryId), ("$url", url), ("$kind", (int)kind), ("$state", (int)state),
            ("$branch", head.Branch), ("$commit", head.Commit), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            ("$lease", lease?.Id), ("$json", lease is null ? null : LeaseJson.Write(lease))).Single());

    private void ChangeFile(LeaseFileChange change, CheckoutRow row)
    {
        var gitDirectory = folder.Place(row).GitDirectory;
        switch (change)
        {
            case LeaseFileChange.Written:
                LeaseFile.Write(gitDirectory, row.Lease!, replaced: null);
                break;
            case LeaseFileChange.Updated:
                LeaseFile.Update(gitDirectory, row.Lease!);
                break;
            case LeaseFileChange.Removed:
                LeaseFile.Remove(gitDirectory);
                break;
            case LeaseFileChange.RemovedIfPossible:
                LeaseFile.TryRemove(gitDirectory);
                break;
        }
    }

    private void Note(Transition transition, CheckoutRow row, string? leaseId, string? why)
    {
        if (transition.Event is { } kind)
            _events.Add(kind, row, leaseId, caller.Value.ToString(), why, limits);
    }

    private static string Changes(Transition transition, string? set = null) => string.Join(", ", ((string?[])
    [
        $"state = {transition.To}",
        transition.Lease switch
        {
            LeaseChange.Given => "lease_id = $lease, lease = $json, last_used_at = $now",
            LeaseChange.Ended => "lease_id = NULL, lease = NULL",
            _ => null,
        },
        set,
    ]).OfType<string>());

    private static (string Name, object? Value)[] Given(Lease lease) =>
    [
        ("$lease", lease.Id), ("$json", LeaseJson.Write(lease)), ("$now", lease.AcquiredAt.ToUnixTimeMilliseconds()),
    ];

    private static (string Name, object? Value)[] Clean(Head head, string? generation, string stamp) =>
        [("$branch", head.Branch), ("$commit", head.Commit), ("$generation", generation), ("$stamp", stamp)];
}
