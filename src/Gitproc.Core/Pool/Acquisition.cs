using Gitproc.Checkouts;
using Gitproc.Git;
using Gitproc.Leases;
using Gitproc.Leases.Waiting;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc;

/// <summary>One acquire: leases checkouts until as many as are wanted can be handed out.</summary>
internal sealed class Acquisition(
    PoolFolder folder, PoolDatabase database, LeaseBook leases, GitRunner git, IProgress<PoolReport>? reports)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly Wait _wait = new(folder, database, leases, reports);

    /// <summary>How the caller named the repository.</summary>
    public required RepositoryTarget Target { get; init; }

    /// <summary>What is wanted.</summary>
    public required GrantRequest Wanted { get; init; }

    /// <summary>Whether processes that still run in a checkout whose lease is over are ended.</summary>
    public required bool StopProcesses { get; init; }

    /// <summary>How long to wait when it is not to be had; null for not at all.</summary>
    public required TimeSpan? LongestWait { get; init; }

    /// <summary>On whose behalf, for others who look at the queue.</summary>
    public required Lazy<Caller> Caller { get; init; }

    /// <summary>The user's own <c>checkout.workers</c>; null when it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    private RepositoryRow Repository => Wanted.Repository;

    /// <summary>Does it.</summary>
    /// <param name="cancellationToken">Ends it and takes back what it began.</param>
    /// <returns>The checkouts, locked.</returns>
    public IReadOnlyList<CheckoutRow> Run(CancellationToken cancellationToken)
    {
        var ready = new List<CheckoutRow>();
        var granted = new Queue<Grant>();
        if (StopProcesses)
            StopThoseLeft(cancellationToken);
        try
        {
            while (ready.Count < Wanted.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (granted.Count == 0)
                {
                    var rest = Wanted with { Count = Wanted.Count - ready.Count };
                    granted = new Queue<Grant>(_wait.For(rest, LongestWait, Caller, cancellationToken));
                }

                if (TryPrepare(granted.Dequeue(), cancellationToken) is { } row)
                    ready.Add(row);
            }

            return ready;
        }
        catch
        {
            // The one that failed has taken itself back.
            foreach (var grant in granted.Concat(ready.Select(row => new Grant(row))))
                leases.Undo(grant);
            throw;
        }
    }

    private void StopThoseLeft(CancellationToken cancellationToken)
    {
        var lives = new OwnerLives();
        foreach (var row in leases.Usable(Wanted).Where(row => row.State == CheckoutState.Locked && lives.WhyOver(row.Lease!) is not null))
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
            if (grant.Making is not null)
                return Create(grant, cancellationToken);
            var isRestored = RestoreBase(cancellationToken);
            var health = CheckoutHealth.Check(folder.Checkout(row.Name), folder.Base(Repository.Base));
            if (health.IsMissing)
                return MakeAnew(ref grant, cancellationToken);
            if (health.Damage is null && !CheckoutRecord.Exists(folder.Checkout(row.Name)))
                new CheckoutRecord(Repository.Key, row.Url, Repository.Base).Write(folder.Checkout(row.Name));
            if ((health.Damage ?? (isRestored ? FindLoss(row, cancellationToken) : null) ?? SetOrigin(ref row, cancellationToken)) is not { } damage)
                return row;
            Warn($"{row.Name} {damage}; it is set aside as broken");
            database.Change(() =>
            {
                _checkouts.SetAside(row.Id, row.Lease!.Id, damage);
                leases.Note(EventKind.Broken, row, row.Lease.Id, damage);
            });
            return null;
        }
        catch
        {
            leases.Undo(grant);
            throw;
        }
    }

    private CheckoutRow MakeAnew(ref Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Checkout;
        Warn($"the folder of {row.Name} is gone; it is made anew");
        var making = FileLock.Acquire(
            folder.CheckoutLock(row.Name),
            () => Report(ReportKind.Waiting, $"waiting for another process that makes {row.Name}"),
            cancellationToken);
        grant = grant with { Making = making };
        database.Change(() => _checkouts.BeginCreation(row.Id, row.Lease!.Id, Target.Url));
        return Create(grant, cancellationToken);
    }

    private CheckoutRow Create(Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Checkout;
        var leaseId = row.Lease!.Id;
        var basePath = EnsureBase(cancellationToken);
        if (_checkouts.Find(row.Id)?.Lease?.Id != leaseId)
            throw Lost(row);
        var head = new CheckoutCreation(folder, git, reports).Create(row, Repository, basePath, Target.Url, CheckoutWorkers, cancellationToken);
        var made = database.Change(() =>
        {
            if (_checkouts.EndCreation(row.Id, leaseId, head) is not { } locked)
                return null;
            leases.Note(EventKind.Created, locked, leaseId, why: null);
            return locked;
        });
        grant.Making!.Dispose();
        return made ?? throw Lost(row);
    }

    private bool RestoreBase(CancellationToken cancellationToken)
    {
        if (BaseHealth.FindDamage(folder.Base(Repository.Base)) is null)
            return false;
        EnsureBase(cancellationToken);
        return true;
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

    // The same repository can be reached in more than one way; a push goes the way this caller has access.
    private string? SetOrigin(ref CheckoutRow row, CancellationToken cancellationToken)
    {
        if (Target.IsByName || row.Url == Target.Url)
            return null;
        var (id, leaseId) = (row.Id, row.Lease!.Id);
        var set = git.Run(
            new GitCall("remote", "set-url", "--end-of-options", "origin", Target.Url)
            {
                WorkingDirectory = folder.Checkout(row.Name),
                MayFail = true,
            },
            cancellationToken);
        if (set.ExitCode != 0)
            return $"has an origin that cannot be set: {set.Error}";
        database.Change(() => _checkouts.SetUrl(id, leaseId, Target.Url));
        row = row with { Url = Target.Url };
        return null;
    }

    private string EnsureBase(CancellationToken cancellationToken) =>
        new BaseRepository(folder, git, reports).Ensure(Repository with { Url = Target.Url }, Target.Credential, cancellationToken);

    private void Warn(string text) => Report(ReportKind.Warning, text);

    private void Report(ReportKind kind, string text) => reports?.Report(new PoolReport(kind, text));

    private static GitprocException Lost(CheckoutRow row) => new(
        ErrorReason.OwnerNotRunning, $"{row.Name} was given to another one while it was made: {row.Lease!.Holder()}.", row.Name);
}
