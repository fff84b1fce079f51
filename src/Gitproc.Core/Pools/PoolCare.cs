using Gitproc.Checkouts;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

// The care of a pool: what is done to it besides acquiring and releasing.
public sealed partial class Pool
{
    /// <summary>Sees to it that checkouts are free, clean and at the default branch, making what is missing.</summary>
    /// <param name="request">How many, of which repository.</param>
    /// <param name="cancellationToken">Ends the operation and what git does for it; checkouts that are made stay.</param>
    /// <returns>All that are ready.</returns>
    /// <exception cref="GitprocException">So many may not be made, or one could not be; the reason says why.</exception>
    public IReadOnlyList<Checkout> Warm(WarmRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Count < 1)
            throw new GitprocException(ErrorReason.InvalidSetting, "A number of checkouts must be 1 or more.");
        cancellationToken.ThrowIfCancellationRequested();
        return With(Warm, cancellationToken);

        List<Checkout> Warm(PoolDatabase database)
        {
            var config = ReadConfig(request.WorkingDirectory, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            var warming = new PoolWarming(_folder, database, _caller, reports)
            {
                Repository = new RepositoryResolver(new RepositoryTable(database.Connection), config, settings).Resolve(request.Repository, request.WorkingDirectory),
                Settings = settings,
                Kind = request.Kind ?? settings.Kind,
                CheckoutWorkers = config.Get("checkout.workers"),
            };
            return DescribeAll(warming.Run(request.Count, cancellationToken));
        }
    }

    /// <summary>Makes a checkout as new, at the remote's default branch. Work that is not on the remote is rescued first.</summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="cancellationToken">Ends the operation; the next acquire goes on with the cleaning.</param>
    /// <returns>The checkout: still the caller's own, or free.</returns>
    /// <exception cref="GitprocException">It cannot be reset; the reason says why.</exception>
    public Checkout Reset(ResetRequest request, CancellationToken cancellationToken = default)
    {
        var id = new CheckoutLookup(_folder).Find(request.Checkout, request.WorkingDirectory);
        MustExist(request.Checkout);
        return With(Reset, cancellationToken);

        Checkout Reset(PoolDatabase database)
        {
            var config = ReadConfig(Path, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            var leases = new LeaseBook(_folder, database, _caller, settings.HistoryLimits);
            var reset = new CheckoutReset(_folder, database, leases, Recovery(database, leases, settings), _git, reports)
            {
                Settings = settings,
                CheckoutWorkers = config.Get("checkout.workers"),
            };
            return Describe(reset.Reset(id, request, cancellationToken));
        }
    }

    /// <summary>Removes a checkout: work that is not on the remote is rescued first.</summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="cancellationToken">Ends the operation before the checkout is gone.</param>
    /// <returns>The checkout as it was.</returns>
    /// <exception cref="GitprocException">It cannot be removed; the reason says why.</exception>
    public Checkout Remove(RemoveRequest request, CancellationToken cancellationToken = default)
    {
        var id = new CheckoutLookup(_folder).Find(request.Checkout, request.WorkingDirectory);
        MustExist(request.Checkout);
        MustStandElsewhere(id, request.WorkingDirectory);
        return With(database =>
        {
            var was = new CheckoutTable(database.Connection).Find(id) is { } row ? Describe(row) : null;
            Removal(database, cancellationToken).Remove(id, request, "it was asked for", cancellationToken);
            return was!;
        }, cancellationToken);
    }

    /// <summary>Finds what nobody has used for long: free checkouts, and repositories of which no other checkout is there. Reads only.</summary>
    /// <param name="request">What counts as unused.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>What may go, in the order in which it may.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<PrunedItem> FindUnused(PruneRequest request, CancellationToken cancellationToken = default)
    {
        if (request.KeepFree < 0)
            throw new GitprocException(ErrorReason.InvalidSetting, "A number of checkouts to keep must be 0 or more.");
        if (request.UnusedFor < TimeSpan.Zero || request.UnusedFor > Duration.Max)
        {
            throw new GitprocException(
                ErrorReason.InvalidDuration,
                $"'{request.UnusedFor}' is no time for which something was not used: it must be 0 s or longer, and no longer than {Duration.Max.TotalDays:0} days.",
                $"{request.UnusedFor}");
        }

        return Exists ? With(Find, cancellationToken) : [];

        IReadOnlyList<PrunedItem> Find(PoolDatabase database)
        {
            var repositories = request.Repository is not { } text ? new RepositoryTable(database.Connection).All()
                : FindRepository(text, request.WorkingDirectory, database, cancellationToken) is { } known ? [known] : [];
            return Pruning(database, cancellationToken).Find(repositories, request.UnusedFor, request.KeepFree, cancellationToken);
        }
    }

    /// <summary>Removes something that nobody has used for long, unless somebody has meanwhile. Work in it is rescued first.</summary>
    /// <param name="item">What <see cref="FindUnused"/> has found.</param>
    /// <param name="cancellationToken">Ends the operation before the thing is gone.</param>
    /// <returns>Whether it is removed.</returns>
    /// <exception cref="GitprocException">It cannot be removed; the reason says why.</exception>
    public bool Prune(PrunedItem item, CancellationToken cancellationToken = default) =>
        With(database => Pruning(database, cancellationToken).Remove(item, cancellationToken), cancellationToken);

    /// <summary>Packs the base repositories that need it. Nothing in them is lost by that.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The keys of the repositories.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<string> Maintain(CancellationToken cancellationToken = default) =>
        Exists ? With(database => Maintain(database, cancellationToken), cancellationToken) : [];

    /// <summary>The repositories that the pool knows, with the size of each, which is read from disk. Reads only.</summary>
    /// <param name="isWanted">Asked of each key; null for all.</param>
    /// <param name="cancellationToken">Ends the operation between two repositories.</param>
    /// <returns>The repositories, by key.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<RepositoryInfo> DescribeRepositories(Func<string, bool>? isWanted = null, CancellationToken cancellationToken = default)
    {
        return Exists ? With(Read, cancellationToken) : [];

        List<RepositoryInfo> Read(PoolDatabase database)
        {
            var description = new RepositoryDescription(_folder, database);
            return
            [
                .. new RepositoryTable(database.Connection).All().Where(row => isWanted?.Invoke(row.Key) ?? true).Select(row =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    return description.Of(row);
                }),
            ];
        }
    }

    /// <summary>Lists the checkouts with what is so in their work trees: git runs in each, several at a time.</summary>
    /// <param name="repository">Only those of this repository, given as for <see cref="Acquire(AcquireRequest, CancellationToken)"/>; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by number.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Checkout> ListWithStatus(string? repository, string workingDirectory, CancellationToken cancellationToken = default)
    {
        return Exists ? With(Read, cancellationToken) : [];

        IReadOnlyList<Checkout> Read(PoolDatabase database)
        {
            var rows = Rows(repository, workingDirectory, database, cancellationToken);
            var bases = new RepositoryTable(database.Connection).All().ToDictionary(row => row.Id, row => _folder.Base(row.Base));
            var statuses = SideBySide.Do(
                rows,
                reports,
                (row, relay, cancellation) => row.State is CheckoutState.Creating or CheckoutState.Broken
                    ? null
                    : new WorkStatusReader(_folder, new GitRunner(relay) { SilenceTimeout = _git.SilenceTimeout }).TryRead(_folder.Place(row), bases[row.RepositoryId], cancellation),
                cancellationToken);
            var description = new CheckoutDescription(_folder);
            return [.. rows.Zip(statuses, description.Of)];
        }
    }

    private List<string> Examine(PoolDatabase database, CancellationToken cancellationToken)
    {
        var settings = Settings(database, cancellationToken);
        var healing = new BaseHealing(_folder, reports) { SilenceTimeout = settings.GitTimeout };
        var checkouts = new CheckoutTable(database.Connection);
        var done = new List<string>();
        foreach (var repository in new RepositoryTable(database.Connection).All())
        {
            var heads = checkouts.OfRepository(repository.Id).Select(row => (Row: row, _folder.Place(row).ReadHead()?.Commit)).Where(head => head.Commit is not null).ToList();
            done.AddRange(healing.Examine(repository, [.. heads.Where(head => head.Row.Kind == CheckoutKind.Clone).Select(head => (head.Row.Name, head.Commit!))], cancellationToken));
            var forgotten = new BaseRefs(_git, _folder.Base(repository.Base)).ForgetFetched(settings.Rescue.MaxAge, heads.Select(head => head.Commit!).ToHashSet(StringComparer.Ordinal), cancellationToken);
            if (forgotten > 0)
                done.Add($"{forgotten} refs of {repository.Key} that nobody has asked for in {settings.Rescue.MaxAge.TotalDays:0} days are removed.");
        }

        return done;
    }

    private List<string> Maintain(PoolDatabase database, CancellationToken cancellationToken)
    {
        var maintenance = new BaseMaintenance(_folder, _git, reports);
        return
        [
            .. new RepositoryTable(database.Connection).All()
                .Where(repository => maintenance.RunIfDue(repository, isBrief: false, cancellationToken))
                .Select(repository => repository.Key),
        ];
    }

    private PoolPruning Pruning(PoolDatabase database, CancellationToken cancellationToken) =>
        new(_folder, database, Removal(database, cancellationToken), _git, Settings(database, cancellationToken).Rescue);

    private CheckoutRemoval Removal(PoolDatabase database, CancellationToken cancellationToken)
    {
        var settings = Settings(database, cancellationToken);
        var leases = new LeaseBook(_folder, database, _caller, settings.HistoryLimits);
        return new(_folder, database, leases, Recovery(database, leases, settings), reports);
    }

    private CheckoutRecovery Recovery(PoolDatabase database, LeaseBook leases, PoolSettings settings) => new(
        _folder, database, leases, new CheckoutCleaning(_folder, database, leases, _git, reports) { Limits = settings.Rescue });

    // A shell whose folder is gone is of no use, and Windows keeps the folder.
    private void MustStandElsewhere(long id, string directory)
    {
        var name = CheckoutName.Of(id);
        if (Paths.IsIn(Paths.Real(directory), _folder.Checkout(name)))
            throw new GitprocException(ErrorReason.InUse, $"You stand in {name}. Go elsewhere, and remove it from there.", name);
    }
}
