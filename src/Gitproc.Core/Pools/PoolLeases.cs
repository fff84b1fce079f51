using Gitproc.Checkouts;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Releases checkouts, changes and ends leases, and tells what happened. Thread-safe.</summary>
/// <remarks>
/// A release ends the lease in one transaction, and cleans afterwards. From that transaction on the checkout waits for
/// its cleaning, and whoever acquires it next finishes what a crash, Ctrl+C or a process that still runs in it leaves
/// undone. The lock of the checkout is taken before the lease ends, so that nobody else begins to clean it in between.
/// </remarks>
public sealed class PoolLeases
{
    private readonly Session _session;

    internal PoolLeases(Session session) => _session = session;

    /// <summary>
    /// Releases a checkout and cleans it: work that is not on the remote is rescued first. If processes still run in
    /// it, a warning names them, and the next acquire cleans it when they are gone.
    /// </summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="cancellationToken">
    /// Ends the wait for processes that are ended, and the checkout is not released then; or the cleaning, which the
    /// next acquire goes on with.
    /// </param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">It cannot be released; the reason says why.</exception>
    public Checkout Release(ReleaseRequest request, CancellationToken cancellationToken = default)
    {
        var began = DateTimeOffset.UtcNow;
        var id = _session.FindCheckout(request.Checkout, request.WorkingDirectory);
        // Looking at all processes takes as long as opening the database and reading the settings.
        var path = _session.Folder.Checkout(CheckoutName.Of(id));
        var looking = request.StopProcesses || request.ChecksOnly
            ? null
            : Task.Run(() => CheckoutProcesses.Of(path), CancellationToken.None);
        var released = _session.With(
            database => _session.Describe(Release(id, request, began, looking, database, cancellationToken)),
            cancellationToken);
        // If it does not start, the next acquire cleans the checkout.
        if (request is { CleanLater: true, ChecksOnly: false })
        {
            var words = PoolBackground.ToClean(released.Name, request.Clean, request.Discard);
            _session.Background?.Start(_session.Folder.Path, words);
        }

        return released;
    }

    /// <summary>Changes the lease of a checkout.</summary>
    /// <param name="request">Which, and how.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">It cannot be changed; the reason says why.</exception>
    public Checkout Renew(RenewRequest request)
    {
        LeaseExpiry.Check(request.ExpiresAfter);
        var id = _session.FindCheckout(request.Checkout, request.WorkingDirectory);
        // An empty label takes the label away.
        var label = request.Label is null or "" ? null : SecretText.Hide(request.Label);
        return _session.With(database =>
        {
            var leases = _session.Leases(database);
            return _session.Describe(
                request.ChecksOnly
                    ? leases.Renewable(id, request.LeaseId, request.Force)
                    : leases.Renew(id, request.LeaseId, request.Force, Change));
        });

        Lease Change(Lease lease) => lease with
        {
            ExpiresAt = request.ExpiresAfter is { } after ? DateTimeOffset.UtcNow + after : lease.ExpiresAt,
            IsStrict = request.IsStrict ?? lease.IsStrict,
            Label = request.Label is null ? lease.Label : label,
            Owner = request.Hold ? null : request.Owner ?? lease.Owner,
        };
    }

    /// <summary>
    /// Ends the leases that are over, because they expired or their owners are gone, and cleans the checkouts.
    /// </summary>
    /// <param name="cancellationToken">Ends the cleaning, which the next acquire goes on with.</param>
    /// <returns>The checkouts that are free now.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<Checkout> Reap(CancellationToken cancellationToken = default)
    {
        return _session.Exists ? _session.With(Take, cancellationToken) : [];

        List<Checkout> Take(PoolDatabase database)
        {
            var reaped = _session.Leases(database).Reap(new OwnerLives());
            var cleaning = _session.Cleaning(database, cancellationToken);
            return _session.DescribeAll(
                reaped.ConvertAll(row => cleaning.Try(row, mode: null, isDiscarded: false, cancellationToken)));
        }
    }

    /// <summary>
    /// Ends the lease of one checkout if it is over, because it expired or its owner is gone, and cleans the checkout.
    /// </summary>
    /// <param name="checkout">A name, or a path in it.</param>
    /// <param name="leaseId">The lease that must be on it; null for any.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="checksOnly">True to change nothing, and only to throw if the lease would not end.</param>
    /// <param name="cancellationToken">Ends the cleaning, which the next acquire goes on with.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">
    /// It has no lease, its lease is in force, or processes run in it; the reason says which.
    /// </exception>
    public Checkout Reap(
        string checkout,
        string? leaseId,
        string workingDirectory,
        bool checksOnly = false,
        CancellationToken cancellationToken = default)
    {
        var id = _session.FindCheckout(checkout, workingDirectory);
        return _session.With(Take, cancellationToken);

        Checkout Take(PoolDatabase database)
        {
            var reaped = _session.Leases(database).Reap(id, leaseId, new OwnerLives(), checksOnly);
            if (checksOnly)
                return _session.Describe(reaped);
            var cleaning = _session.Cleaning(database, cancellationToken);
            return _session.Describe(cleaning.Try(reaped, mode: null, isDiscarded: false, cancellationToken));
        }
    }

    /// <summary>Lists what has happened to checkouts and leases. Reads only.</summary>
    /// <param name="request">Which events.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The events, the newest first.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<HistoryEvent> ListHistory(
        HistoryRequest request, CancellationToken cancellationToken = default)
    {
        long? id = request.Checkout is null
            ? null
            : new CheckoutLookup(_session.Folder).Find(request.Checkout, request.WorkingDirectory);
        return _session.Exists ? _session.With(Read, cancellationToken) : [];

        List<HistoryEvent> Read(PoolDatabase database)
        {
            var known = request.Repository is { } text
                ? _session.FindRepository(text, request.WorkingDirectory, database, cancellationToken)
                : null;
            if (request.Repository is not null && known is null)
                return [];
            return new EventTable(database.Connection)
                .Newest(id, known?.Id, request.Since, request.First)
                .ConvertAll(WithState);
        }

        HistoryEvent WithState(HistoryEvent one) =>
            one.Kind == EventKind.HookStarted && HookTicket.IsRunning(_session.Folder, one.Checkout, one.Id)
                ? one with { Why = $"it still runs: {one.Why}" }
                : one;
    }

    private CheckoutRow Release(
        long id,
        ReleaseRequest request,
        DateTimeOffset began,
        Task<IReadOnlyList<ProcessEntry>>? looking,
        PoolDatabase database,
        CancellationToken cancellationToken)
    {
        var config = _session.ReadConfig(_session.Folder.Path, database, cancellationToken);
        var settings = PoolSettings.Read(config);
        var lifecycle = _session.Lifecycle(database, settings, began);
        var leases = new LeaseBook(_session.Folder, database, lifecycle);
        // A lease that another process has now is a notice below, not an error.
        var held = leases.Releasable(id, request.LeaseId, request.Force || request.OwnerProcessId is not null);
        if (request.OwnerProcessId is { } owner && held.Lease is { } lease && lease.Owner?.IsProcess(owner) != true)
        {
            var now = lease.Owner is null
                ? "it is held until it is released or expires"
                : $"it belongs to {lease.Owner} now";
            _session.Reports?.Report(new PoolReport(ReportKind.Notice, $"{held.Name} stays locked, as {now}"));
            return held;
        }

        if (request.ChecksOnly)
            return held;
        var path = _session.Folder.Checkout(held.Name);
        var hasEnded = new BackgroundHooks(_session.Folder, database, _session.Reports).End(held, cancellationToken);
        var setup = new RepositorySetup(_session.Folder, database.Repositories.Of(held)).For(held, settings);
        var hasHook = new CheckoutHooks(_session.Folder, setup.Hooks, _session.Reports)
            .Leaving(HookMoment.Release, held, cancellationToken);
        var running = looking is null ? CheckoutProcesses.Stop(path, cancellationToken)
            : hasHook || hasEnded ? CheckoutProcesses.Of(path)
            : looking.GetAwaiter().GetResult();
        // Another gitproc, a prompt or an indexer that only looks into it has a file of it open for a moment, which is
        // long on a busy machine.
        for (var pause = 20; running.Count > 0 && pause <= 320; pause *= 2)
        {
            Thread.Sleep(pause);
            running = CheckoutProcesses.Of(path);
        }

        if (running.Count > 0 && held.State != CheckoutState.Creating)
        {
            _session.Warn(
                $"{held.Name} is released, but these still run in it, and it is not cleaned until they are gone: "
                    + CheckoutProcesses.Names(running));
        }

        // Before its lease ends, so that nobody else begins to clean it.
        using var alone = held.State == CheckoutState.Creating
            ? null
            : CheckoutLock.TryAcquirePatiently(_session.Folder, held.Name, cancellationToken);
        var released = leases.End(id, request.LeaseId, request.Force);
        if (alone is null || running.Count > 0 || request.CleanLater)
            return released;
        var (folder, git, reports) = (_session.Folder, _session.Git, _session.Reports);
        return new ReleasedCleaning(folder, database, lifecycle, git, reports, config, settings)
            .Clean(alone, released, request.Clean ?? settings.Clean, request.Discard, cancellationToken);
    }
}

/// <summary>Which checkout to release, and how.</summary>
public sealed record ReleaseRequest : CheckoutRequest
{
    /// <summary>
    /// The process that must still own the lease; null for any owner. If the lease was given to somebody else since, or
    /// has no owner, it stays, and a notice says so.
    /// </summary>
    public int? OwnerProcessId { get; init; }

    /// <summary>Which files the cleaning removes; null for the setting.</summary>
    public CleanMode? Clean { get; init; }

    /// <summary>True to throw away work that is not on the remote, and not to rescue it.</summary>
    public bool Discard { get; init; }

    /// <summary>True to leave the cleaning to a process of its own, or to the next acquire.</summary>
    public bool CleanLater { get; init; }
}

/// <summary>How to change a lease. What is null stays as it is.</summary>
public sealed record RenewRequest
{
    /// <summary>
    /// A name, or a path in a checkout; null for the checkout that <see cref="WorkingDirectory"/> is in.
    /// </summary>
    public string? Checkout { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The only lease to change; a later one on the same checkout stays. Null for any.</summary>
    public string? LeaseId { get; init; }

    /// <summary>True to change a lease that another live process tree holds.</summary>
    public bool Force { get; init; }

    /// <summary>The time from now until it expires.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>True if it ends when it expires even if its owner lives.</summary>
    public bool? IsStrict { get; init; }

    /// <summary>What it is for; empty for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>The process with which it ends.</summary>
    public LeaseOwner? Owner { get; init; }

    /// <summary>True to take its owner away: it ends with no process any more.</summary>
    public bool Hold { get; init; }

    /// <summary>True to change nothing, and only to throw if the operation would be refused.</summary>
    public bool ChecksOnly { get; init; }
}

/// <summary>Which events to list.</summary>
public sealed record HistoryRequest
{
    /// <summary>The name of a checkout, or a path in one; null for all.</summary>
    public string? Checkout { get; init; }

    /// <summary>A URL, a local path, or a name that the pool knows; null for all.</summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The time of the oldest event; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The most events to list, the newest of all.</summary>
    public int First { get; init; } = 100;
}
