using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// The life of a checkout. Only this type changes its row. Each method is a row of <see cref="Transition.All"/>. One
/// transaction changes the state and the lease, writes or removes the lease file, and adds the event to the history. If
/// the row has changed since it was read, because another process was faster or used force, the method changes nothing
/// and returns null.
/// </summary>
/// <remarks>
/// <para> <b>Creating</b> is a row with a lease and no folder yet. The row comes first, so that no two processes make
/// the same folder. The maker has the checkout's lock, makes the folder in tmp and renames it. The state changes last,
/// so Locked means a complete folder. A killed maker leaves Creating and a free lock, and the next acquire makes the
/// folder again. </para>
/// <para> <b>Locked</b> ends as Cleaning without a lease. The lease file is removed before the commit, because after it
/// others may lease the checkout and write their own. A kill in between leaves a lease without its file; then the
/// database is right. </para>
/// <para> <b>Cleaning</b> becomes Free, or Locked if it has a lease, when the folder is clean. A kill before that
/// leaves Cleaning, and the next acquire cleans again. The rescue is noted first, so that the work is not rescued
/// twice. </para>
/// <para> A granted lease is written into the checkout after the commit: a folder may be slow, and every process needs
/// the database. A kill in between leaves a lease that only the database has. A lease that only the checkout has shows
/// that the database was restored from an older copy; then the checkout is right. A folder is removed before its row. A
/// kill in between leaves a row without a folder, which a repair removes, and never a folder without a row. </para>
/// </remarks>
/// <param name="limits">How much history to keep; null to keep all.</param>
internal sealed class Lifecycle(PoolFolder folder, PoolDatabase database, Lazy<Caller> caller, HistoryLimits? limits)
{
    // The last holder's work is rescued once, so a second cleaning keeps the note. The stamp stays too: it tells what
    // has changed since the checkout was clean.
    private static readonly string Unclean =
        $"""
        , is_rescued = CASE state WHEN {(int)CheckoutState.Cleaning} THEN is_rescued ELSE 0 END,
        last_lease = CASE state WHEN {(int)CheckoutState.Locked} THEN lease ELSE last_lease END,
        generation = NULL, reason = NULL
        """;

    private const string Clean =
        """
        , branch = $branch, commit_id = $commit, generation = $generation, stamp = $stamp,
        last_lease = NULL, is_rescued = 0
        """;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly RepositoryTable _repositories = new(database.Connection);
    private readonly EventTable _events = new(database.Connection);

    // The events of this operation whose time is noted, by checkout.
    private readonly Dictionary<long, long> _timed = [];

    /// <summary>When the caller's acquire or release began; null to note no times.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When the caller began to wait in a queue; null if it did not.</summary>
    public DateTimeOffset? WaitsSince { get; set; }

    public CheckoutRow Add(
        CheckoutLock alone, long id, long repositoryId, string url, CheckoutKind kind, Lease lease
    ) => Insert(Transition.Add, alone, id, repositoryId, url, kind, CheckoutState.Creating, lease, head: null);

    /// <summary>
    /// Leases a free checkout, unless others have waited longer for it. It prefers a checkout at the wanted commit, and
    /// among these the one that was used last.
    /// </summary>
    /// <param name="place">The caller's place in the queue.</param>
    public CheckoutRow? TakeFree(GrantRequest request, long place, Lease lease) => Apply(
        Transition.TakeFree,
        seen: null,
        lease: lease,
        where: $"""
            id = ifnull(
                ({CheckoutTable.SelectFree} AND commit_id = $preferred ORDER BY last_used_at DESC LIMIT 1),
                ({CheckoutTable.SelectFree} ORDER BY last_used_at DESC LIMIT 1))
            """,
        values:
        [
            ("$repository", request.Repository.Id), ("$wanted", request.Wanted), ("$kind", (int?)request.Kind),
            ("$preferred", request.Commit), ("$ticket", place),
        ]);

    /// <summary>Leases a checkout whose user, cleaner or maker is gone.</summary>
    /// <param name="why">Why its lease is over; null if it had none.</param>
    public CheckoutRow? TakeOver(CheckoutLock alone, CheckoutRow seen, Lease lease, string? why)
    {
        var transition = seen switch
        {
            { State: CheckoutState.Creating } => Transition.ReplaceMaker,
            { Lease: null } => Transition.TakeUnclean,
            _ => Transition.TakeOver,
        };
        return Apply(transition, seen, alone, lease, why, set: Unclean);
    }

    public CheckoutRow? Renew(CheckoutRow seen, Lease renewed) =>
        Apply(Transition.Renew, seen, lease: renewed, file: directory => LeaseFile.Update(directory, renewed));

    /// <summary>Notes that a leased checkout is about to change, and is not clean until that is done.</summary>
    /// <param name="isWorked">True if there may be work in it since it was clean.</param>
    public CheckoutRow? BeginCleaning(CheckoutLock alone, CheckoutRow seen, bool isWorked, string url) =>
        Apply(
            Transition.BeginCleaning,
            seen,
            alone,
            set: $", is_rescued = CASE state WHEN {(int)CheckoutState.Locked} THEN $rescued ELSE is_rescued END, url = $url",
            values: [("$url", url), ("$rescued", !isWorked)]);

    /// <summary>Notes that the last holder's work is rescued.</summary>
    public CheckoutRow? NoteRescue(CheckoutLock alone, CheckoutRow seen, Rescue rescue)
    {
        seen = seen with { Lease = null };
        return Apply(
            Transition.NoteRescue, seen, alone, why: rescue.Id, noted: rescue.LeaseId, set: ", is_rescued = 1");
    }

    /// <summary>Notes that a checkout is clean. It is Locked if it has a lease, and otherwise Free.</summary>
    public CheckoutRow? EndCleaning(
        CheckoutLock alone, CheckoutRow seen, Head head, string? generation, string stamp
    ) => Apply(Transition.EndCleaning, seen, alone, set: Clean, values: CleanValues(head, generation, stamp));

    /// <summary>Ends the lease of a checkout before its holder used it. A clean checkout is then free.</summary>
    /// <param name="lastUse">When it was last used before that; null if the lease counts as use.</param>
    public CheckoutRow? GiveBack(CheckoutRow seen, string why, DateTimeOffset? lastUse = null) =>
        Apply(
            Transition.GiveBack,
            seen,
            why: why,
            set: ", last_used_at = ifnull($used, last_used_at)",
            file: LeaseFile.Remove,
            values: ("$used", lastUse?.ToUnixTimeMilliseconds()));

    /// <summary>Turns a checkout whose folder is gone into one to be made.</summary>
    /// <param name="lease">The lease for it, if it has none.</param>
    public CheckoutRow? BeginCreation(CheckoutLock alone, CheckoutRow seen, string url, Lease? lease = null) =>
        database.Change(() =>
        {
            var row = lease is null || seen.Lease is not null
                ? seen
                : Apply(Transition.TakeUnclean with { Event = null }, seen, alone, lease);
            return row is null
                ? null
                : Apply(Transition.BeginCreation, row, alone, set: ", url = $url", values: ("$url", url));
        });

    public CheckoutRow? EndCreation(
        CheckoutLock alone, CheckoutRow seen, Head head, string? generation, string stamp) => Apply(
        Transition.EndCreation,
        seen,
        alone,
        set: $"{Clean}, created_at = $made",
        file: directory => LeaseFile.Write(directory, seen.Lease!, replaced: null),
        values: [.. CleanValues(head, generation, stamp), ("$made", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())]);

    /// <summary>Removes a checkout that could not be made, with what exists of its folder.</summary>
    /// <returns>True if it was still being made for the lease that was read.</returns>
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
            var isRemoved = Apply(Transition.GiveUp, seen, alone, why: why) is not null;
            // Forget a repository that could not be cloned. An existing base repository may hold rescues.
            if (_repositories.Find(seen.RepositoryKey) is { } known && !Directory.Exists(folder.Base(known.Base)))
                _repositories.RemoveUnused(known.Id);
            return isRemoved;
        });
    }

    /// <summary>Sets a checkout aside as Broken.</summary>
    public CheckoutRow? SetAside(CheckoutLock alone, CheckoutRow seen, string reason) => Apply(
        Transition.SetAside,
        seen,
        alone,
        why: reason,
        set: ", reason = $reason",
        file: LeaseFile.TryRemove,
        values: ("$reason", reason));

    /// <summary>Writes a granted lease into the checkout; false if the checkout names another holder.</summary>
    /// <param name="replaced">The lease that this one replaces; null for none.</param>
    public bool TryWriteLease(CheckoutRow row, Lease? replaced)
    {
        var holder = LeaseFile.Write(folder.Place(row).GitDirectory, row.Lease!, replaced);
        if (holder is not null)
            GiveTo(row, holder);
        return holder is null;
    }

    /// <summary>
    /// Gives a checkout that is being made to the holder that it names. It names one only after it was completed. Then
    /// the database is an older copy, or the maker was killed at the last moment.
    /// </summary>
    public bool TryGiveToHolder(CheckoutRow row)
    {
        var holder = row.State != CheckoutState.Creating
            ? null
            : LeaseFile.FindUnknownHolder(folder.Place(row).GitDirectory, knownId: null);
        if (holder is not null)
            GiveTo(row, holder);
        return holder is not null;
    }

    /// <summary>Gives a checkout to a holder that the database did not have.</summary>
    public CheckoutRow? GiveTo(CheckoutRow seen, Lease holder)
    {
        const string why = "the checkout is held by a lease that the database did not know";
        return Apply(Transition.GiveTo, seen, lease: holder, why: why, set: ", last_lease = NULL, is_rescued = 0");
    }

    /// <summary>Ends a lease, also an unknown one. The checkout must be cleaned next.</summary>
    /// <param name="kind">How it ends: <c>Released</c>, <c>Forced</c> or <c>Reaped</c>.</param>
    public CheckoutRow? Release(CheckoutRow seen, EventKind kind, string? why)
    {
        var head = folder.Place(seen).ReadHead() ?? new Head(seen.Branch, seen.Commit);
        var ended = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return Apply(
            Transition.Release with { Event = kind },
            seen,
            why: why,
            set: $"{Unclean}, branch = $branch, commit_id = $commit, last_used_at = $ended",
            file: LeaseFile.Remove,
            values: [("$branch", head.Branch), ("$commit", head.Commit), ("$ended", ended)]);
    }

    /// <summary>
    /// Takes a checkout without a holder out of use. The process with its lock may then change the folder, and the
    /// checkout must be cleaned before it gets another holder.
    /// </summary>
    public CheckoutRow? TakeOutOfUse(CheckoutLock alone, CheckoutRow seen) =>
        Apply(Transition.TakeOutOfUse, seen, alone, set: Unclean);

    /// <summary>Adds a checkout whose folder exists, with the lease that its lease file names.</summary>
    public CheckoutRow Adopt(CheckoutLock alone, long id, long repositoryId, string url, CheckoutPlace place)
    {
        var lease = LeaseFile.Read(place.GitDirectory);
        var state = lease is not null ? CheckoutState.Locked
            : LeaseFile.Exists(place.GitDirectory) ? CheckoutState.Unknown
            : CheckoutState.Cleaning;
        return Insert(Transition.Adopt, alone, id, repositoryId, url, place.Kind, state, lease, place.ReadHead());
    }

    /// <summary>Takes a checkout without a holder off the list.</summary>
    public CheckoutRow? Forget(CheckoutLock alone, CheckoutRow seen, string why) =>
        Apply(Transition.Forget, seen with { Lease = null }, alone, why: why);

    private CheckoutRow Insert(
        Transition transition,
        CheckoutLock alone,
        long id,
        long repositoryId,
        string url,
        CheckoutKind kind,
        CheckoutState state,
        Lease? lease,
        Head? head)
    {
        alone.MustBeOf(id);
        return database.Change(() =>
        {
            var row = database.Connection.Query(
                $"""
                INSERT INTO checkout
                    (id, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id, lease)
                VALUES ($id, $repository, $url, $kind, $state, $branch, $commit, $now, $now, $lease, $json)
                RETURNING {CheckoutTable.Columns}
                """,
                CheckoutTable.Read,
                ("$id", id), ("$repository", repositoryId), ("$url", url), ("$kind", (int)kind), ("$state", (int)state),
                ("$branch", head?.Branch), ("$commit", head?.Commit), ("$lease", lease?.Id),
                ("$json", lease is null ? null : LeaseJson.Write(lease)),
                ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).Single();
            Note(transition, row, lease?.Id, "it was not on the list");
            return row;
        });
    }

    // The only statement that changes or removes a row. It applies only to states from which the transition has an
    // arrow.
    private CheckoutRow? Apply(
        Transition transition,
        CheckoutRow? seen,
        CheckoutLock? alone = null,
        Lease? lease = null,
        string? why = null,
        string? noted = null,
        string? where = null,
        string? set = null,
        Action<string>? file = null,
        params (string, object?)[] values)
    {
        if (transition.Needs.HasFlag(Needs.Lock))
            alone!.MustBeOf(seen!.Id);
        where ??= transition.Needs.HasFlag(Needs.Lease) ? "id = $id AND lease_id IS $seen" : "id = $id";
        var isRemoval = transition.Arrows[0].To is null;
        return database.Change(() =>
        {
            var row = database.Connection.Query(
                $"""
                {(isRemoval ? "DELETE FROM checkout" : $"UPDATE checkout SET {transition.Assignments(set)}")}
                WHERE {where} AND {transition.Condition} RETURNING {CheckoutTable.Columns}
                """,
                CheckoutTable.Read,
                [
                    ("$id", seen?.Id), ("$seen", seen?.Lease?.Id), ("$lease", lease?.Id),
                    ("$json", lease is null ? null : LeaseJson.Write(lease)),
                    ("$now", lease?.AcquiredAt.ToUnixTimeMilliseconds()), .. values,
                ]).SingleOrDefault();
            if (row is null)
                return null;
            file?.Invoke(folder.Place(row).GitDirectory);
            Note(transition, row, noted ?? lease?.Id ?? seen?.Lease?.Id, why);
            return row;
        });
    }

    private void Note(Transition transition, CheckoutRow row, string? leaseId, string? why)
    {
        var now = DateTimeOffset.UtcNow;
        if (transition.Event is { } kind)
        {
            var times = transition.IsTimed && Began is { } began
                ? new EventTimes(now - began, transition.Lease == LeaseChange.Ended ? null : now - WaitsSince)
                : null;
            var id = _events.Add(kind, row, leaseId, caller.Value.ToString(), why, limits, times);
            if (times is not null)
                _timed[row.Id] = id;
        }
        else if (transition == Transition.EndCleaning && _timed.TryGetValue(row.Id, out var timed))
        {
            _events.NoteTook(timed, now - Began!.Value);
        }
    }

    private static (string, object?)[] CleanValues(Head head, string? generation, string stamp) =>
        [("$branch", head.Branch), ("$commit", head.Commit), ("$generation", generation), ("$stamp", stamp)];
}
