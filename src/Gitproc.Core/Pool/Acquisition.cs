using Gitproc.Checkouts;
using Gitproc.Git;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc;

/// <summary>One acquire: leases checkouts until one of them can be handed out.</summary>
internal sealed class Acquisition(PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly LeaseBook _leases = new(folder, database);

    /// <summary>The repository.</summary>
    public required RepositoryRow Repository { get; init; }

    /// <summary>How the caller named it.</summary>
    public required RepositoryTarget Target { get; init; }

    /// <summary>Who will own the lease.</summary>
    public required LeaseOwner Owner { get; init; }

    /// <summary>The most checkouts the repository may have; 0 for no more than there are, null for no limit.</summary>
    public required int? Limit { get; init; }

    /// <summary>The user's own <c>checkout.workers</c>; null when it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>Does it.</summary>
    /// <param name="cancellationToken">Ends it and takes back what it began.</param>
    /// <returns>The checkout, locked.</returns>
    public CheckoutRow Run(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (row, abandoned) = _leases.Grant(Repository, Lease.New(Owner), Target.Url, Limit);
            if (abandoned is not null)
                Report(ReportKind.Notice, $"{row.Name} is taken over: {abandoned.Owner}, who held it, is gone");
            if (TryPrepare(row, cancellationToken) is { } ready)
                return ready;
        }
    }

    // From here on this process holds the checkout. It may still lose it: when its owner ends, the next acquire takes
    // it over. So every change asks for the lease, and folders are made under a lock.
    private CheckoutRow? TryPrepare(CheckoutRow row, CancellationToken cancellationToken)
    {
        if (row.State == CheckoutState.Creating)
            return Create(row, cancellationToken);
        try
        {
            var health = CheckoutHealth.Check(folder.Checkout(row.Name), folder.Base(Repository.Base));
            if (health.IsMissing)
            {
                Warn($"the folder of {row.Name} is gone; it is made anew");
                database.Change(() => _checkouts.BeginCreation(row.Id, row.Lease!.Id, Target.Url));
                return Create(row, cancellationToken);
            }

            if ((health.Damage ?? RestoreBase(row, cancellationToken)) is { } damage)
            {
                Warn($"{row.Name} {damage}; it is set aside as broken");
                database.Change(() => _checkouts.SetAside(row.Id, row.Lease!.Id, damage));
                return null;
            }

            return SetOrigin(row, cancellationToken);
        }
        catch
        {
            database.Change(() => _checkouts.Release(row.Id, row.Lease!.Id, new Head(row.Branch, row.Commit)));
            throw;
        }
    }

    private CheckoutRow Create(CheckoutRow row, CancellationToken cancellationToken)
    {
        var leaseId = row.Lease!.Id;
        try
        {
            var basePath = EnsureBase(cancellationToken);
            using var alone = FileLock.Acquire(
                folder.CheckoutLock(row.Name),
                () => Report(ReportKind.Waiting, $"waiting for another process that makes {row.Name}"),
                cancellationToken);
            if (_checkouts.Find(row.Id)?.Lease?.Id != leaseId)
                throw Lost(row);
            var head = new CheckoutCreation(folder, git, reports)
                .Create(row.Name, basePath, Target.Url, CheckoutWorkers, cancellationToken);
            if (database.Change(() => _checkouts.EndCreation(row.Id, leaseId, head)) is { } made)
                return made;
            FolderRemoval.TryRemove(folder.Checkout(row.Name));
            throw Lost(row);
        }
        catch
        {
            database.Change(() => _checkouts.Remove(row.Id, leaseId));
            throw;
        }
    }

    // A base repository that was removed by hand comes back with a new clone, but not what upstream has dropped since.
    private string? RestoreBase(CheckoutRow row, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder.Base(Repository.Base)))
            return null;
        Warn($"the base repository of {Repository.Key} is gone; it is made anew");
        EnsureBase(cancellationToken);
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
    private CheckoutRow SetOrigin(CheckoutRow row, CancellationToken cancellationToken)
    {
        if (Target.IsByName || row.Url == Target.Url)
            return row;
        git.Run(
            new GitCall("remote", "set-url", "--end-of-options", "origin", Target.Url)
            {
                WorkingDirectory = folder.Checkout(row.Name),
                Subject = row.Name,
            },
            cancellationToken);
        database.Change(() => _checkouts.SetUrl(row.Id, row.Lease!.Id, Target.Url));
        return row with { Url = Target.Url };
    }

    private string EnsureBase(CancellationToken cancellationToken) =>
        new BaseRepository(folder, git, reports).Ensure(Repository with { Url = Target.Url }, Target.Credential, cancellationToken);

    private void Warn(string text) => Report(ReportKind.Warning, text);

    private void Report(ReportKind kind, string text) => reports?.Report(new PoolReport(kind, text));

    private static GitprocException Lost(CheckoutRow row) => new(
        ErrorReason.OwnerNotRunning, $"{row.Lease!.Owner} has ended, and {row.Name} was given to another one meanwhile.", row.Name);
}
