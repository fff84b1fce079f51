using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>One acquire: leases checkouts until as many as are wanted can be handed out.</summary>
internal sealed class Acquisition(
    PoolFolder folder, PoolDatabase database, LeaseBook leases, GitRunner git, IProgress<PoolReport>? reports)
{
    // Milliseconds. No look at a base repository takes one.
    private const long MaxTrustMilliseconds = 500;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly Wait _wait = new(folder, database, leases, reports);

    /// <summary>How the caller named the repository.</summary>
    public required RepositoryTarget Target { get; init; }

    /// <summary>What is wanted.</summary>
    public required GrantRequest Wanted { get; init; }

    /// <summary>Whether processes that still run in a checkout whose lease is over are ended.</summary>
    public required bool StopProcesses { get; init; }

    /// <summary>How long to wait when it is not to be had; null for not at all.</summary>
    public required TimeSpan? WaitTimeout { get; init; }

    /// <summary>On whose behalf, for others who look at the queue.</summary>
    public required Lazy<Caller> Caller { get; init; }

    /// <summary>The user's own <c>checkout.workers</c>; null when it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>What is to be checked out.</summary>
    public required WantedRef Ref { get; init; }

    /// <summary>When the remote is asked for it.</summary>
    public required FetchPolicy Fetch { get; init; }

    /// <summary>What is taken away of what the last holder left.</summary>
    public required CleanMode Clean { get; init; }

    /// <summary>What a checkout gets of the config of the repository around the working directory; null when it is of another one.</summary>
    public CarriedConfig? Carried { get; init; }

    /// <summary>The settings.</summary>
    public required PoolSettings Settings { get; init; }

    private long? _wholeAt;
    private Target? _target;
    private DateTimeOffset _foundAt;
    private Target? _begun;

    private RepositoryRow Repository => Wanted.Repository;

    private BaseRefs Base => new(git, folder.Base(Repository.Base));

    /// <summary>Does it.</summary>
    /// <returns>The checkouts, locked.</returns>
    public IReadOnlyList<CheckoutRow> Run(CancellationToken cancellationToken)
    {
        var ready = new List<CheckoutRow>();
        var granted = new Queue<Grant>();
        // Before anything is leased, so that what cannot be had changes nothing.
        if (IsBaseWhole() && FindTarget(cancellationToken) is { } target && Wanted.Kind == CheckoutKind.Worktree && target.In(CheckoutKind.Worktree).Branch is { } branch)
            Base.MustHaveNoBranch(branch);
        if (StopProcesses)
            StopThoseLeft(cancellationToken);
        try
        {
            while (ready.Count < Wanted.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (granted.Count == 0)
                {
                    var rest = Wanted with { Count = Wanted.Count - ready.Count, Commit = _target?.Commit };
                    granted = new Queue<Grant>(_wait.For(rest, WaitTimeout, Caller, cancellationToken));
                    if (_wait.HasWaited)
                        _wholeAt = null;
                }

                if (TryPrepare(granted.Dequeue(), cancellationToken) is not { } row)
                    continue;
                ready.Add(row);
                Carried?.WriteTo(folder.Place(row));
            }

            return ready;
        }
        catch
        {
            // The one that failed has taken itself back.
            leases.UndoAll(granted.Concat(ready.Select(row => new Grant(row))));
            RemoveBranch();
            throw;
        }
    }

    // A clone has branches of its own, and begins one when it is cleaned or made. A worktree's are the base repository's.
    private void AddBranch(CheckoutRow row, Target target, CancellationToken cancellationToken)
    {
        if (row.Kind != CheckoutKind.Worktree || target.In(row.Kind) is not { Branch: { } branch, Commit: { } commit })
            return;
        Base.AddBranch(branch, commit, cancellationToken);
        _begun = target;
    }

    private void RemoveBranch()
    {
        if (_begun is { Branch: { } branch, Commit: { } commit })
            Base.TryRemoveBranch(branch, commit);
    }

    private void StopThoseLeft(CancellationToken cancellationToken)
    {
        var lives = new OwnerLives();
        foreach (var row in leases.Usable(Wanted).Where(row => row.State is CheckoutState.Locked or CheckoutState.Cleaning && (row.Lease is null || lives.WhyOver(row.Lease) is not null)))
        {
            if (CheckoutProcesses.Of(folder.Checkout(row.Name)) is [_, ..] running)
                Report(ReportKind.Notice, $"what runs in {row.Name} is ended: {CheckoutProcesses.Names(running)}");
            CheckoutProcesses.Stop(folder.Checkout(row.Name), cancellationToken);
        }
    }

    // From here on this process holds the checkout. It may still lose it: when its owner ends, the next acquire takes
    // it over. So every change asks for the lease, and folders are made under a lock.
    private CheckoutRow? TryPrepare(Grant grant, CancellationToken cancellationToken)
    {
        try
        {
            var row = grant.Checkout;
            if (grant.Replaced is { } replaced)
                Report(ReportKind.Notice, $"{row.Name} is taken over: {replaced.Owner?.ToString() ?? replaced.User} {grant.Why}");
            if (row.State == CheckoutState.Creating)
                return Create(grant, cancellationToken);
            var isRestored = RestoreBase(cancellationToken);
            var place = folder.Place(row);
            // What a job that was killed in another worktree has set there would be run here.
            if (place.IsWorktree)
                SharedConfig.PutBack(folder.Base(Repository.Base));
            var health = CheckoutHealth.Check(place);
            if (health.IsMissing)
                return MakeAnew(ref grant, cancellationToken);
            if (health.Damage is null && !CheckoutRecord.Exists(place.GitDirectory))
                new CheckoutRecord(Repository.Key, row.Url, Repository.Base).Write(place.GitDirectory);
            if ((health.Damage ?? (isRestored && !place.IsWorktree ? FindLoss(row, cancellationToken) : null)) is { } damage)
            {
                Warn($"{row.Name} {damage}; it is set aside as broken");
                leases.SetAside(row, damage);
                grant.Making?.Dispose();
                return null;
            }

            return Ready(ref grant, place, cancellationToken);
        }
        catch
        {
            leases.UndoAll([grant]);
            throw;
        }
    }

    // Where all is as it was when the checkout was cleaned, at what is wanted, nothing is done.
    private CheckoutRow? Ready(ref Grant grant, CheckoutPlace place, CancellationToken cancellationToken)
    {
        var row = grant.Checkout;
        var head = place.ReadHead();
        var target = FindTarget(cancellationToken);
        if (Clean == CleanMode.None && row.State == CheckoutState.Cleaning && Ref is { Name: null, NewBranch: null } && head is not null)
            return Take(ref grant, head);
        var url = Target.IsByName ? row.Url : Target.Url;
        var isWorked = row.State == CheckoutState.Cleaning || !CheckoutStamp.IsAsCleaned(row, place) || !IsAsRecorded(place);
        if (!isWorked && Clean != CleanMode.Full && row.Url == url && CheckoutStamp.IsAt(row, head, target, folder.Base(Repository.Base)))
            return row;

        var (id, leaseId) = (row.Id, row.Lease!.Id);
        if (row.State != CheckoutState.Cleaning)
        {
            grant = grant with { Making = LockToMake(row, cancellationToken) };
            row = database.Change(() => _checkouts.BeginCleaning(id, leaseId, isWorked)) ?? throw LostLease.Error(row);
            grant = grant with { Checkout = row };
        }

        if (row.Url != url)
        {
            database.Change(() => _checkouts.SetUrl(id, leaseId, url));
            row = row with { Url = url };
        }

        AddBranch(row, target, cancellationToken);
        var cleaning = new CheckoutCleaning(folder, database, leases, git, reports) { Limits = Settings.Rescue };
        var mode = Clean == CleanMode.None ? CleanMode.Default : Clean;
        var clean = cleaning.Clean(row, Repository, target, mode, isDiscarded: false, cancellationToken);
        // The next acquire makes anew what somebody has removed.
        if (clean is null)
            leases.Undo(grant);
        grant.Making!.Dispose();
        return clean;
    }

    // Somebody may have written into it by a path from elsewhere, which leaves no trace in .git. One without a record was
    // cleaned by an older gitproc, or the record could not be written: it is compared once.
    private bool IsAsRecorded(CheckoutPlace place) => TreeRecord.IsSo(folder.Record(place.Name), place.Path, Settings.VerifyFiles);

    private CheckoutRow Take(ref Grant grant, Head head)
    {
        var row = grant.Checkout;
        var taken = database.Change(() => _checkouts.EndCleaning(row.Id, row.Lease!.Id, head, generation: null, stamp: ""));
        grant.Making!.Dispose();
        return taken ?? throw LostLease.Error(row);
    }

    // Once for all checkouts of an acquire, and again when the wait for one was long.
    private Target FindTarget(CancellationToken cancellationToken)
    {
        if (_target is { } known && (Fetch == FetchPolicy.Never || DateTimeOffset.UtcNow - _foundAt < Settings.FetchMaxAge))
            return known;
        var began = DateTimeOffset.UtcNow;
        // What was fetched for the first look is not old.
        var policy = _target is null ? Fetch : FetchPolicy.WhenOld;
        _target = new FreshBase(folder, database, git, reports, Settings).Find(Repository, Target.Url, Target.Credential, Ref, policy, cancellationToken);
        _foundAt = began;
        return _target;
    }

    private FileLock LockToMake(CheckoutRow row, CancellationToken cancellationToken) =>
        FileLock.Acquire(folder.CheckoutLock(row.Name), $"makes {row.Name}", reports, cancellationToken);

    private CheckoutRow MakeAnew(ref Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Checkout;
        Warn($"the folder of {row.Name} is gone; it is made anew");
        grant = grant with { Making = grant.Making ?? LockToMake(row, cancellationToken), Checkout = row with { State = CheckoutState.Creating } };
        database.Change(() => _checkouts.BeginCreation(row.Id, row.Lease!.Id, Target.Url));
        return Create(grant, cancellationToken);
    }

    private CheckoutRow Create(Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Checkout;
        RestoreBase(cancellationToken);
        var target = FindTarget(cancellationToken);
        if (_checkouts.Find(row.Id)?.Lease?.Id != row.Lease!.Id)
            throw LostLease.Error(row);
        AddBranch(row, target, cancellationToken);
        var making = new CheckoutMaking(folder, database, leases, git, reports) { CheckoutWorkers = CheckoutWorkers };
        var made = making.Make(row with { Url = Target.Url }, Repository, target, cancellationToken);
        grant.Making!.Dispose();
        return made;
    }

    private bool RestoreBase(CancellationToken cancellationToken)
    {
        if (IsBaseWhole())
            return false;
        new BaseRepository(folder, database, git, reports, Settings.GitTimeout).Ensure(Repository with { Url = Target.Url }, Target.Credential, cancellationToken);
        return true;
    }

    // Whether it can be borrowed from. Somebody may have removed it since, when the wait for a checkout was long.
    private bool IsBaseWhole()
    {
        if (Environment.TickCount64 - _wholeAt < MaxTrustMilliseconds)
            return true;
        var isWhole = BaseHealth.FindDamage(folder.Base(Repository.Base)) is null;
        if (isWhole)
            _wholeAt = Environment.TickCount64;
        return isWhole;
    }

    // A base repository that was removed by hand comes back with a new clone, but not what upstream has dropped since.
    private string? FindLoss(CheckoutRow row, CancellationToken cancellationToken)
    {
        var tree = git.Run(
            new GitCall("rev-parse", "--quiet", "--verify", "--end-of-options", "HEAD^{tree}")
            {
                WorkingDirectory = folder.Checkout(row.Name),
                MayFail = true,
            },
            cancellationToken);
        return tree.ExitCode == 0 ? null : "is at a commit whose objects went with the base repository";
    }

    private void Warn(string text) => Report(ReportKind.Warning, text);

    private void Report(ReportKind kind, string text) => reports?.Report(new PoolReport(kind, text));
}
