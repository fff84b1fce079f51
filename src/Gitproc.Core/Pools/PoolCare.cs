using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Repairs the pool, packs its repositories, and removes what nobody uses. Thread-safe.</summary>
/// <remarks>
/// A repair first makes the database and the folders agree, because all that follows goes by the rows. Then paths that
/// a move has made wrong are put right, so that git finds objects again. Then come rescues of older versions, checkouts
/// that wait for their cleaning, damage in the base repositories, and last their packing, which takes longest and which
/// nothing waits for. Each step is complete in itself, so a repair that stops halfway can be run again.
/// </remarks>
public sealed class PoolCare
{
    private readonly Session _session;
    private readonly PoolRescues _rescues;

    internal PoolCare(Session session, PoolRescues rescues) => (_session, _rescues) = (session, rescues);

    /// <summary>
    /// Makes the database and the folders agree: ends leases that are over, removes rows without a folder and what
    /// stopped processes left, and adds rows for checkouts that have none. What is in use stays as it is.
    /// </summary>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>What was done, a sentence each.</returns>
    /// <exception cref="GitprocException">The pool cannot be used.</exception>
    public IReadOnlyList<string> Repair(CancellationToken cancellationToken = default)
    {
        return Directory.Exists(_session.Folder.Path) ? _session.With(Repair, cancellationToken) : [];

        List<string> Repair(PoolDatabase database)
        {
            var folder = _session.Folder;
            var done = new PoolRepair(folder, database, _session.Lifecycle(database)).All(cancellationToken).ToList();
            if (new PoolMove(folder, database).Repair() is var lost and > 0)
            {
                done.Add(
                    $"{lost} of the pool's repositories did not find the base repositories in {folder.Path}, "
                        + "and do again.");
            }

            done.AddRange(_rescues.MoveOld(database, cancellationToken));
            done.AddRange(CleanWaiting(database, cancellationToken).Select(row => $"{row.Name} is cleaned, and free."));
            done.AddRange(Examine(database, cancellationToken));
            done.AddRange(
                Maintain(database, cancellationToken).Select(key => $"The base repository of {key} is packed."));
            return done;
        }
    }

    /// <summary>
    /// Cleans the checkouts that wait for it, because processes ran in them, or because whoever was to clean them was
    /// killed.
    /// </summary>
    /// <param name="cancellationToken">Ends the cleaning, which the next acquire goes on with.</param>
    /// <returns>The checkouts that are free now.</returns>
    /// <exception cref="GitprocException">The pool cannot be used.</exception>
    public IReadOnlyList<Checkout> CleanWaiting(CancellationToken cancellationToken = default) => _session.Exists
        ? _session.With(
            database => _session.DescribeAll(CleanWaiting(database, cancellationToken)), cancellationToken)
        : [];

    /// <summary>
    /// Finds what nobody has used for long: free checkouts, rescues that are older than they are kept, and repositories
    /// without any other checkout. Then those free checkouts that must go so that all take no more than a size, the
    /// longest unused first; a warning says if that is not enough. Reads only.
    /// </summary>
    /// <param name="request">What counts as unused, and how much may stay.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>What may go, in the order in which it may.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<PrunedItem> FindUnused(PruneRequest request, CancellationToken cancellationToken = default)
    {
        if (request.KeepFree < 0)
            throw new GitprocException(ErrorReason.InvalidSetting, "A number of checkouts to keep must be 0 or more.");
        if (request.MaxSize < 0)
            throw new GitprocException(ErrorReason.InvalidSetting, "A size must be 0 or more.");
        if (request.UnusedFor < TimeSpan.Zero || request.UnusedFor > Duration.Max)
        {
            throw new GitprocException(
                ErrorReason.InvalidDuration,
                $"'{request.UnusedFor}' cannot be the time for which nobody used something: it must be 0 s or longer, "
                    + $"and at most {Duration.Max.TotalDays:0} days.",
                $"{request.UnusedFor}");
        }

        return _session.Exists ? _session.With(Find, cancellationToken) : [];

        IReadOnlyList<PrunedItem> Find(PoolDatabase database)
        {
            var known = request.Repository is { } text
                ? _session.FindRepository(text, request.WorkingDirectory, database, cancellationToken)
                : null;
            var repositories = known is not null ? [known]
                : request.Repository is null ? database.Repositories.All()
                : [];
            return Pruning(database, cancellationToken).Find(repositories, request, cancellationToken);
        }
    }

    /// <summary>
    /// Removes something that nobody uses, unless somebody has meanwhile. Work in it is rescued first.
    /// </summary>
    /// <param name="item">One of those that <see cref="FindUnused"/> has found.</param>
    /// <param name="cancellationToken">Ends the operation before the thing is gone.</param>
    /// <returns>True if it is removed.</returns>
    /// <exception cref="GitprocException">It cannot be removed; the reason says why.</exception>
    public bool Prune(PrunedItem item, CancellationToken cancellationToken = default) => _session.With(
        database => Pruning(database, cancellationToken).Remove(item, cancellationToken), cancellationToken);

    /// <summary>Packs the base repositories that need it. They lose nothing.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The keys of the repositories.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<string> Maintain(CancellationToken cancellationToken = default) =>
        _session.Exists ? _session.With(database => Maintain(database, cancellationToken), cancellationToken) : [];

    /// <summary>
    /// Lists the repositories that the pool knows, with the size of each, which is read from disk. Reads only.
    /// </summary>
    /// <param name="isWanted">Called with each key; null for all.</param>
    /// <param name="cancellationToken">Ends the operation between two repositories.</param>
    /// <returns>The repositories, by key.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<RepositoryInfo> ListRepositories(
        Func<string, bool>? isWanted = null, CancellationToken cancellationToken = default)
    {
        return _session.Exists ? _session.With(Read, cancellationToken) : [];

        List<RepositoryInfo> Read(PoolDatabase database)
        {
            var description = new CheckoutDescription(_session.Folder);
            var found = new List<RepositoryInfo>();
            foreach (var row in database.Repositories.All().Where(row => isWanted?.Invoke(row.Key) ?? true))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var described = database.Checkouts.OfRepository(row.Id).ConvertAll(description.Of);
                found.Add(Describe(row, database.Repositories.Fetched(row.Id), described));
            }

            return found;
        }
    }

    private List<CheckoutRow> CleanWaiting(PoolDatabase database, CancellationToken cancellationToken)
    {
        var waiting = database.Checkouts.All().FindAll(row => row is { State: CheckoutState.Cleaning, Lease: null });
        if (waiting.Count == 0)
            return [];
        var cleaning = _session.Cleaning(database, cancellationToken);
        return waiting
            .ConvertAll(row => cleaning.Try(row, mode: null, isDiscarded: false, cancellationToken))
            .FindAll(row => row.State == CheckoutState.Free);
    }

    private RepositoryInfo Describe(RepositoryRow row, FetchTimes fetched, List<Checkout> checkouts)
    {
        var path = _session.Folder.Base(row.Base);
        var isThere = Directory.Exists(path);
        return new RepositoryInfo
        {
            Key = row.Key,
            Url = row.Url,
            Path = path,
            Size = isThere ? FolderSize.Of(path) : null,
            FetchedAt = fetched.FetchedAt,
            FetchError = fetched.Error,
            DefaultBranch = isThere ? BaseRefs.Default(path).Branch : null,
            Checkouts = checkouts.Count,
            Free = checkouts.Count(checkout => checkout.State == CheckoutState.Free),
            Locked = checkouts.Count(checkout => checkout.Locked),
        };
    }

    /// <summary>Reads what is counted and measured. Reads only.</summary>
    /// <param name="after">The number of the last event that was read; null to read from now on.</param>
    /// <param name="again">The numbers of the events that were still open.</param>
    /// <returns>These events, the fetches of each repository, and the number of the last event.</returns>
    internal (IReadOnlyList<TimedEvent> Events, IReadOnlyList<FetchFigures> Fetches, long Last) ReadFigures(
        long? after, IEnumerable<long> again, CancellationToken cancellationToken)
    {
        return _session.Exists ? _session.With(Read, cancellationToken) : ([], [], after ?? 0);

        (IReadOnlyList<TimedEvent>, IReadOnlyList<FetchFigures>, long) Read(PoolDatabase database)
        {
            var events = new EventTable(database.Connection);
            var newest = events.Range()?.Newest ?? 0;
            var found = events.Timed(after ?? newest, again);
            var last = found is [.., var youngest] && youngest.Id > newest ? youngest.Id : newest;
            return (found, database.Repositories.Fetches(), last);
        }
    }

    private List<string> Examine(PoolDatabase database, CancellationToken cancellationToken)
    {
        var folder = _session.Folder;
        var settings = _session.Settings(database, cancellationToken);
        var healing = new BaseHealing(folder, _session.Reports) { SilenceTimeout = settings.GitTimeout };
        var done = new List<string>();
        foreach (var repository in database.Repositories.All())
        {
            var heads = database.Checkouts.OfRepository(repository.Id)
                .Select(row => (Row: row, folder.Place(row).ReadHead()?.Commit))
                .Where(head => head.Commit is not null)
                .ToList();
            var clones = heads
                .Where(head => head.Row.Kind != CheckoutKind.Worktree)
                .Select(head => (head.Row.Name, head.Commit!));
            done.AddRange(healing.Examine(repository, [.. clones], cancellationToken));
            var commits = heads.Select(head => head.Commit!).ToHashSet(StringComparer.Ordinal);
            var forgotten = new BaseRefs(_session.Git, folder.Base(repository.Base))
                .ForgetFetched(settings.Rescue.MaxAge, commits, cancellationToken);
            if (forgotten > 0)
            {
                done.Add(
                    $"{forgotten} refs of {repository.Key} that nobody has asked for "
                        + $"in {settings.Rescue.MaxAge.TotalDays:0} days are removed.");
            }
        }

        return done;
    }

    private List<string> Maintain(PoolDatabase database, CancellationToken cancellationToken)
    {
        var maintenance = new BaseMaintenance(_session.Folder, _session.Git, _session.Reports);
        return
        [
            .. database.Repositories.All()
                .Where(repository => maintenance.RunIfDue(repository, isBrief: false, cancellationToken))
                .Select(repository => repository.Key),
        ];
    }

    private PoolPruning Pruning(PoolDatabase database, CancellationToken cancellationToken)
    {
        var settings = _session.Settings(database, cancellationToken);
        var removal = _session.Removal(database, settings);
        return new(_session.Folder, database, removal, _session.Git, settings, _session.Reports);
    }
}

/// <summary>What counts as unused.</summary>
public sealed record PruneRequest
{
    /// <summary>The time for which nobody has used it.</summary>
    public TimeSpan UnusedFor { get; init; } = TimeSpan.FromDays(14);

    /// <summary>
    /// How many free checkouts of each repository stay in any case: the most recently used; 0 or more.
    /// </summary>
    public int KeepFree { get; init; }

    /// <summary>How many bytes on disk the checkouts may take, the held ones included; null for no limit.</summary>
    public long? MaxSize { get; init; }

    /// <summary>
    /// Only what is of this repository: a URL, a local path, or a name that the pool knows; null for all.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }
}
