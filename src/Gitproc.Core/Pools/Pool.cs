using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Original;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>
/// A pool of checkouts: what both front ends call. Every operation runs on the calling thread and opens the database
/// for itself, so one pool may be used from many threads at once.
/// </summary>
/// <param name="path">The pool's folder; null for <c>GITPROC_POOL</c>, else <c>~/.gitproc_pool</c>.</param>
/// <param name="reports">Told what goes on, on the thread that called the operation; null for nobody.</param>
/// <param name="caller">Finds on whose behalf the pool is used, when that is first asked for; null for this process.</param>
public sealed partial class Pool(string? path = null, IProgress<PoolReport>? reports = null, Func<Caller>? caller = null)
{
    private readonly PoolFolder _folder = FolderAt(path);
    private readonly GitRunner _git = new(reports, new BaseHealing(FolderAt(path), reports).TryHeal);
    private readonly Lazy<Caller> _caller = new(caller ?? Caller.Self);

    /// <summary>The absolute path of the pool's folder.</summary>
    public string Path => _folder.Path;

    /// <summary>Acquires checkouts: free ones of the repository, the one used last first, else new ones.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the operation and what git does for it; the pool is left as it was.</param>
    /// <returns>The checkouts, locked; as many as are wanted.</returns>
    /// <exception cref="GitprocException">They cannot be acquired; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<Checkout> Acquire(AcquireRequest request, CancellationToken cancellationToken = default)
    {
        if (request.MaxCheckouts < 1 || request.Count < 1)
            throw new GitprocException(ErrorReason.InvalidSetting, "A number of checkouts must be 1 or more.");
        if (request is { Name: not null, Count: > 1 })
            throw new GitprocException(ErrorReason.ConflictingOptions, "There is one checkout of a name.", request.Name);
        if (request.Repository is { } text && string.IsNullOrWhiteSpace(text))
            throw new GitprocException(ErrorReason.InvalidAddress, "The repository is empty. Give a URL, a path, or a name the pool knows.", text);
        LeaseExpiry.Check(request.Terms.ExpiresAfter);
        var wanted = WantedRef.Parse(request.Ref, request.NewBranch);
        cancellationToken.ThrowIfCancellationRequested();
        return With(database => Acquire(request, wanted, database, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Releases a checkout and cleans it: work that is not on the remote is rescued first. Where processes still run in it,
    /// they are told of, and the next acquire cleans it when they are gone.
    /// </summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="cancellationToken">Ends the wait for processes that are ended, and the checkout is not released then; or the cleaning, which the next acquire goes on with.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">It cannot be released; the reason says why.</exception>
    public Checkout Release(ReleaseRequest request, CancellationToken cancellationToken = default)
    {
        var id = new CheckoutLookup(_folder).Find(request.Checkout, request.WorkingDirectory);
        MustExist(request.Checkout);
        // Looking at all processes takes as long as opening the database and reading the settings.
        var path = _folder.Checkout(CheckoutName.Of(id));
        var looking = request.StopProcesses ? null : Task.Run(() => CheckoutProcesses.Of(path), CancellationToken.None);
        return With(database => Describe(Release(id, request, looking, database, cancellationToken)), cancellationToken);
    }

    /// <summary>Cleans a checkout that was released and not cleaned. Where it is in use or clean, nothing is done.</summary>
    /// <param name="checkout">Its name.</param>
    /// <param name="mode">What is taken away; null for the setting.</param>
    /// <param name="discard">Whether work that is not on the remote is thrown away and not rescued.</param>
    /// <param name="cancellationToken">Ends it, and the next acquire goes on with it.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">There is no such checkout, or the database cannot be used.</exception>
    public Checkout Clean(string checkout, CleanMode? mode = null, bool discard = false, CancellationToken cancellationToken = default)
    {
        MustExist(checkout);
        var id = new CheckoutLookup(_folder).Find(checkout, Path);
        return With(database => new CheckoutTable(database.Connection).Find(id) is { } row
            ? Describe(Cleaning(database, cancellationToken).Try(row, mode, discard, cancellationToken))
            : throw new GitprocException(ErrorReason.CheckoutNotFound, $"The pool has no {checkout}.", checkout) { Hint = Hint.See("list") }, cancellationToken);
    }

    /// <summary>Changes the lease of a checkout.</summary>
    /// <param name="request">Which, and how.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">It cannot be changed; the reason says why.</exception>
    public Checkout Renew(RenewRequest request)
    {
        LeaseExpiry.Check(request.ExpiresAfter);
        var id = new CheckoutLookup(_folder).Find(request.Checkout, request.WorkingDirectory);
        MustExist(request.Checkout);
        return With(database => Describe(Leases(database).Renew(id, request.LeaseId, request.Force, Change)));

        Lease Change(Lease lease) => lease with
        {
            ExpiresAt = request.ExpiresAfter is { } after ? DateTimeOffset.UtcNow + after : lease.ExpiresAt,
            IsStrict = request.IsStrict ?? lease.IsStrict,
            Label = request.Label is null ? lease.Label : request.Label.Length == 0 ? null : SecretText.Hide(request.Label),
            Owner = request.Hold ? null : request.Owner ?? lease.Owner,
        };
    }

    /// <summary>Takes off the leases that are over, of owners that are gone and those that have expired, and cleans the checkouts.</summary>
    /// <param name="cancellationToken">Ends the cleaning, which the next acquire goes on with.</param>
    /// <returns>The checkouts that are free now.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<Checkout> Reap(CancellationToken cancellationToken = default)
    {
        return Exists ? With(Take, cancellationToken) : [];

        List<Checkout> Take(PoolDatabase database)
        {
            var reaped = Leases(database).Reap(new OwnerLives());
            var cleaning = Cleaning(database, cancellationToken);
            return DescribeAll(reaped.ConvertAll(row => cleaning.Try(row, mode: null, isDiscarded: false, cancellationToken)));
        }
    }

    /// <summary>
    /// Makes the database and the folders agree: takes off what is over, what has no folder and what stopped processes
    /// left, and puts on the list what is not on it. What is in use stays as it is.
    /// </summary>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>What was done, a sentence each.</returns>
    /// <exception cref="GitprocException">The pool cannot be used.</exception>
    public IReadOnlyList<string> Repair(CancellationToken cancellationToken = default)
    {
        return !Directory.Exists(Path) ? [] : With(Repair, cancellationToken);

        List<string> Repair(PoolDatabase database)
        {
            var done = new PoolRepair(_folder, database, Leases(database)).All(cancellationToken).ToList();
            if (new PoolMove(_folder, database).Repair() is var lost and > 0)
                done.Add($"{lost} of the pool's repositories did not find the base repositories in {Path}, and do again.");
            done.AddRange(new PoolRescues(_folder, database, _git).MoveOld(cancellationToken));
            foreach (var row in new CheckoutTable(database.Connection).All().Where(row => row is { State: CheckoutState.Cleaning, Lease: null }))
            {
                if (Cleaning(database, cancellationToken).Try(row, mode: null, isDiscarded: false, cancellationToken).State == CheckoutState.Free)
                    done.Add($"{row.Name} is cleaned, and free.");
            }

            done.AddRange(Examine(database, cancellationToken));
            done.AddRange(Maintain(database, cancellationToken).Select(key => $"The base repository of {key} is packed."));
            return done;
        }
    }

    /// <summary>Lists the checkouts. Reads only.</summary>
    /// <param name="repository">Only those of this repository, given as for <see cref="Acquire(AcquireRequest, CancellationToken)"/>; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by number.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Checkout> List(string? repository, string workingDirectory, CancellationToken cancellationToken = default) =>
        Exists ? With(database => DescribeAll(Rows(repository, workingDirectory, database, cancellationToken)), cancellationToken) : [];

    /// <summary>The keys of the repositories that the pool knows. Reads only.</summary>
    /// <returns>The keys, sorted.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<string> ListRepositories() => Exists
        ? With(database => new RepositoryTable(database.Connection).All().ConvertAll(row => row.Key))
        : [];

    /// <summary>What has happened to checkouts and leases. Reads only.</summary>
    /// <param name="request">Which events.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The events, the newest first.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<HistoryEvent> History(HistoryRequest request, CancellationToken cancellationToken = default)
    {
        long? id = request.Checkout is null ? null : new CheckoutLookup(_folder).Find(request.Checkout, request.WorkingDirectory);
        return Exists ? With(Read, cancellationToken) : [];

        List<HistoryEvent> Read(PoolDatabase database)
        {
            long? repositoryId = null;
            if (request.Repository is { } text)
            {
                if (FindRepository(text, request.WorkingDirectory, database, cancellationToken) is not { } known)
                    return [];
                repositoryId = known.Id;
            }

            return new EventTable(database.Connection).Newest(id, repositoryId, request.Since, request.First);
        }
    }

    /// <summary>Lists the work that was rescued: from checkouts of the pool, and from light-weight checkouts of the repository around the working directory.</summary>
    /// <param name="repository">Only of this repository of the pool, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="isUndone">Whether those of commits that jobs had undone themselves are wanted instead.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The rescues, the newest first.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Rescue> ListRescues(string? repository, string workingDirectory, bool isUndone = false, CancellationToken cancellationToken = default)
    {
        var ofPool = Exists ? With(Read, cancellationToken) : [];
        ofPool.RemoveAll(rescue => rescue.IsUndone != isUndone);
        return repository is null && !isUndone && LinkRescues(workingDirectory) is { } around ? [.. around.List(cancellationToken).Reverse(), .. ofPool] : ofPool;

        List<Rescue> Read(PoolDatabase database)
        {
            var known = repository is null ? null : FindRepository(repository, workingDirectory, database, cancellationToken);
            return repository is not null && known is null ? [] : new PoolRescues(_folder, database, _git).List(known, cancellationToken);
        }
    }

    /// <summary>Acquires a checkout and puts rescued work into it, as it was. The rescue stays.</summary>
    /// <param name="rescue">The rescue's id.</param>
    /// <param name="request">How to acquire; the repository is that of the rescue.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkout, locked.</returns>
    /// <exception cref="GitprocException">There is no such rescue, or no checkout to be had.</exception>
    public Checkout RestoreRescue(string rescue, AcquireRequest request, CancellationToken cancellationToken = default)
    {
        if (LinkRescues(request.WorkingDirectory)?.Find(rescue, cancellationToken) is not null)
            throw new GitprocException(ErrorReason.RescueNotFound, $"{rescue} is what was left in a light-weight checkout.", rescue) { Hint = new(" To get it back: ", "link restore", rescue) };
        if (!Exists)
            throw new GitprocException(ErrorReason.RescueNotFound, $"There is no pool at {Path}.", rescue);
        var repository = With(database => new PoolRescues(_folder, database, _git).Find(rescue, cancellationToken).Repository, cancellationToken);
        var checkout = Acquire(request with { Repository = repository.Key, Count = 1 }, cancellationToken)[0];
        try
        {
            return With(database =>
            {
                var row = new CheckoutTable(database.Connection).Find(new CheckoutLookup(_folder).Find(checkout.Name, request.WorkingDirectory))!;
                new PoolRescues(_folder, database, _git).Restore(rescue, repository, row, cancellationToken);
                return Describe(row);
            }, cancellationToken);
        }
        catch
        {
            Release(new ReleaseRequest { Checkout = checkout.Name, LeaseId = checkout.LeaseId, WorkingDirectory = request.WorkingDirectory, Discard = true }, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Throws rescued work away.</summary>
    /// <param name="rescue">The rescue's id.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>What it was.</returns>
    /// <exception cref="GitprocException">There is no such rescue.</exception>
    public Rescue RemoveRescue(string rescue, string workingDirectory, CancellationToken cancellationToken = default)
    {
        if (LinkRescues(workingDirectory) is { } around && around.Find(rescue, cancellationToken) is { } found)
        {
            around.Remove(rescue, cancellationToken);
            return found;
        }

        return Exists
            ? With(database => new PoolRescues(_folder, database, _git).Remove(rescue, cancellationToken), cancellationToken)
            : throw new GitprocException(ErrorReason.RescueNotFound, $"There is no pool at {Path}.", rescue);
    }

    private static PoolFolder FolderAt(string? path) => new(Paths.Real(System.IO.Path.GetFullPath(path ?? PoolFolder.Default)));

    private List<Checkout> Acquire(AcquireRequest request, WantedRef wanted, PoolDatabase database, CancellationToken cancellationToken)
    {
        var config = ReadConfig(request.WorkingDirectory, database, cancellationToken);
        var settings = PoolSettings.Read(config);
        var repositories = new RepositoryTable(database.Connection);
        var target = new RepositoryResolver(repositories, config, settings).Resolve(request.Repository, request.WorkingDirectory);
        var mayCreate = settings.AutoCreate && !request.NoCreate;
        var repository = target.Known ?? (mayCreate
            ? database.Change(() => repositories.Add(target.Key, target.Url, BaseFolder.Of(target.Key)))
            : throw new GitprocException(
                ErrorReason.NoCheckoutAvailable, $"The pool has no checkout of {target.Key}, and none may be made.", target.Key));

        // Whoever names the folder of the repository means it as much as one who names none.
        var isOfCaller = config is { TopLevel: { } top, Local.Count: > 0 }
            && (request.Repository is null || Paths.AreSame(Paths.Real(System.IO.Path.GetFullPath(request.Repository, request.WorkingDirectory)), Paths.Real(top)));
        var carried = isOfCaller ? new CarriedConfig(config, settings) : null;
        var leases = new LeaseBook(_folder, database, _caller, settings.HistoryLimits);
        var healing = new BaseHealing(_folder, reports) { Url = target.Url, Credential = target.Credential, SilenceTimeout = settings.GitTimeout };
        var acquisition = new Acquisition(_folder, database, leases, new GitRunner(reports, healing.TryHeal) { SilenceTimeout = settings.GitTimeout }, reports)
        {
            Target = target,
            Caller = _caller,
            WaitTimeout = request.Wait,
            StopProcesses = request.StopProcesses,
            CheckoutWorkers = config.Get("checkout.workers"),
            Ref = wanted,
            Fetch = request.Fetch,
            Clean = request.Clean ?? settings.Clean,
            Carried = carried,
            Settings = settings,
            Wanted = new GrantRequest
            {
                Repository = repository,
                Url = target.Url,
                Limit = mayCreate ? request.MaxCheckouts ?? settings.MaxCheckouts : 0,
                Count = request.Count,
                // The setting says of what kind new ones are to be, and a name that it is this one.
                Kind = request.Kind ?? (request.Name is null ? settings.Kind : null),
                Wanted = request.Name is null ? null : new CheckoutLookup(_folder).Find(request.Name, request.WorkingDirectory),
                NewLease = () => request.Terms.NewLease(settings.LeaseDuration),
            },
        };
        var acquired = acquisition.Run(cancellationToken);
        // Once for each state of the config.
        if (config.IsNew && carried?.Missing(acquired[0].Kind) is { } missing)
            reports?.Report(new PoolReport(ReportKind.Notice, missing));
        return DescribeAll(acquired);
    }

    private List<CheckoutRow> Rows(string? repository, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        var checkouts = new CheckoutTable(database.Connection);
        if (repository is null)
            return checkouts.All();
        var known = FindRepository(repository, workingDirectory, database, cancellationToken);
        return known is null ? [] : checkouts.OfRepository(known.Id);
    }

    private CheckoutRow Release(
        long id, ReleaseRequest request, Task<IReadOnlyList<ProcessEntry>>? looking, PoolDatabase database, CancellationToken cancellationToken)
    {
        var settings = Settings(database, cancellationToken);
        var leases = new LeaseBook(_folder, database, _caller, settings.HistoryLimits);
        // A lease that another process has now is told of below, and no error.
        var held = leases.Releasable(id, request.LeaseId, request.Force || request.OwnerProcessId is not null);
        if (request.OwnerProcessId is { } owner && held.Lease is { } lease && lease.Owner?.IsProcess(owner) != true)
        {
            var now = lease.Owner is null ? "it is held until it is released or expires" : $"it belongs to {lease.Owner} now";
            reports?.Report(new PoolReport(ReportKind.Notice, $"{held.Name} stays locked, as {now}"));
            return held;
        }

        var running = looking is null ? CheckoutProcesses.Stop(_folder.Checkout(held.Name), cancellationToken) : looking.GetAwaiter().GetResult();
        // Another gitproc, a prompt or an indexer that only looks into it has a file of it open for a moment, which is long on a busy machine.
        for (var pause = 20; running.Count > 0 && pause <= 320; pause *= 2)
        {
            Thread.Sleep(pause);
            running = CheckoutProcesses.Of(_folder.Checkout(held.Name));
        }

        if (running.Count > 0)
            Warn($"{held.Name} is released, but these still run in it, and it is not cleaned until they are gone: {CheckoutProcesses.Names(running)}");
        // Before its lease ends, so that nobody else begins to clean it.
        using var cleaning = held.State == CheckoutState.Creating ? null : FileLock.TryAcquirePatiently(_folder.CheckoutLock(held.Name), cancellationToken);
        var released = leases.End(id, request.LeaseId, request.Force);
        var mode = request.Clean ?? settings.Clean;
        return cleaning is null || running.Count > 0 || request.CleanLater
            ? released
            : new ReleasedCleaning(_folder, database, leases, _git, reports, settings).Clean(released, mode, request.Discard, cancellationToken);
    }

    // A key is one also when the repository of that path is gone.
    private RepositoryRow? FindRepository(string text, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken) =>
        new RepositoryTable(database.Connection).Find(text) ?? Resolve(text, workingDirectory, database, cancellationToken).Known;

    private RepositoryTarget Resolve(string text, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        var config = ReadConfig(workingDirectory, database, cancellationToken);
        return new RepositoryResolver(new RepositoryTable(database.Connection), config, PoolSettings.Read(config)).Resolve(text, workingDirectory);
    }

    private ReleasedCleaning Cleaning(PoolDatabase database, CancellationToken cancellationToken) =>
        new(_folder, database, Leases(database), _git, reports, Settings(database, cancellationToken));

    // What a job that stands in its checkout has set there is not obeyed when the checkout is cleaned.
    private PoolSettings Settings(PoolDatabase database, CancellationToken cancellationToken) => PoolSettings.Read(ReadConfig(Path, database, cancellationToken));

    private GitConfig ReadConfig(string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        var config = new CallerConfig(new GitConfigReader(_git), database).Read(workingDirectory, cancellationToken);
        _git.SilenceTimeout = PoolSettings.ReadGitTimeout(config);
        return config;
    }

    // The history's limits are the user's, and are known where config is read.
    private LeaseBook Leases(PoolDatabase database) => new(_folder, database, _caller, limits: null);

    private bool Exists => File.Exists(_folder.Database) || File.Exists(Path) || (Directory.Exists(Path) && Directory.EnumerateDirectories(Path, "checkout-*").Any());

    private void MustExist(string? checkout)
    {
        if (!Exists)
            throw new GitprocException(ErrorReason.CheckoutNotFound, $"There is no pool at {Path}.", checkout);
    }

    private T With<T>(Func<PoolDatabase, T> operation, CancellationToken cancellationToken = default)
    {
        if (File.Exists(Path))
            throw new GitprocException(ErrorReason.PoolNotUsable, $"{Path} is a file, and a pool is a folder.", Path);
        _folder.MustBeSafe(IsTrusted);
        _folder.Create();
        try
        {
            try
            {
                using var database = Open(cancellationToken);
                if (!PoolMove.IsInPlace(_folder) && new PoolMove(_folder, database).Follow() is { } moved)
                    Warn(moved);
                return operation(database);
            }
            catch (SqliteException e) when (PoolDatabase.IsDamage(e))
            {
                if (PoolDatabase.SetAside(_folder.Database) is { } aside)
                    Warn($"the pool's database is damaged ({e.Message}) and set aside as {aside}");
                using var database = Open(cancellationToken);
                return operation(database);
            }
        }
        catch (SqliteException e)
        {
            throw PoolDatabase.NotUsable(_folder.Database, e);
        }
    }

    // git-config(1), safe.directory: what a repository itself says does not count.
    private bool IsTrusted(string path) => _git
        .Run(new GitCall("config", "--get-all", "safe.directory") { WorkingDirectory = System.IO.Path.GetPathRoot(path)!, MayFail = true }, CancellationToken.None)
        .Output.Split('\n').Any(line => line.Trim() is "*" || line.Trim() == path);

    private PoolDatabase Open(CancellationToken cancellationToken)
    {
        var original = new OriginalPool(_folder, _git, ReadRules);
        return PoolDatabase.Open(_folder.Database, Fill, original.TakeOver, cancellationToken);

        void Fill(PoolDatabase database)
        {
            var done = new PoolRepair(_folder, database, Leases(database)).Adopt();
            if (original.Finish(done) is { } takenOver)
                Warn(takenOver);
            else if (done.Count > 0)
                Warn($"the pool's database was gone, and is made anew from what the checkouts say:\n  {string.Join("\n  ", done)}");
        }
    }

    // Without a database, which keeps what git answered.
    private AddressRules ReadRules()
    {
        var (config, _) = new GitConfigReader(_git).Read(Path, CancellationToken.None);
        return AddressRules.Of(config, PoolSettings.Read(config), Path);
    }

    private void Warn(string text) => reports?.Report(new PoolReport(ReportKind.Warning, text));

    private Checkout Describe(CheckoutRow row) => new CheckoutDescription(_folder).Of(row);

    private List<Checkout> DescribeAll(IReadOnlyList<CheckoutRow> rows)
    {
        var description = new CheckoutDescription(_folder);
        return [.. rows.Select(description.Of)];
    }
}
