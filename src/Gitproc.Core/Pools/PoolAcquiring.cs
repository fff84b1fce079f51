using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>Acquires checkouts, and prepares them before somebody does. Thread-safe.</summary>
/// <remarks>
/// An acquire reads the config of the caller's working directory, and from it the settings and the repository that is
/// meant. A repository that is new to the pool gets its row before it is cloned: all who want it then wait for one
/// clone. <see cref="Acquisition"/> does the rest: it fetches if that is due, grants leases, and recycles or makes the
/// checkouts until all that are wanted are ready. Whatever ends it before, a crash too, the leases are over and the
/// next acquire goes on with the checkouts.
/// </remarks>
public sealed class PoolAcquiring
{
    private readonly Session _session;

    internal PoolAcquiring(Session session) => _session = session;

    /// <summary>Acquires checkouts: free ones of the repository, the last used first, else new ones.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the operation and what git does for it; the pool is left as it was.</param>
    /// <returns>The checkouts, locked; as many as are wanted.</returns>
    /// <exception cref="GitprocException">They cannot be acquired; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<Checkout> Acquire(AcquireRequest request, CancellationToken cancellationToken = default)
    {
        if (request.MaxCheckouts < 1 || request.MaxLocked < 1 || request.Count < 1)
            throw new GitprocException(ErrorReason.InvalidSetting, "A number of checkouts must be 1 or more.");
        var pull = PullRequest.Read(request.Repository, request.PullRequest);
        if (request.FindConflict(pull is not null) is { } conflict)
            throw new GitprocException(ErrorReason.ConflictingOptions, conflict, request.Name);
        if (request.Repository is { } text && string.IsNullOrWhiteSpace(text))
        {
            throw new GitprocException(
                ErrorReason.InvalidAddress,
                "The repository is empty. Give a URL, a path, or a name the pool knows.",
                text);
        }

        var began = DateTimeOffset.UtcNow;
        LeaseExpiry.Check(request.Terms.ExpiresAfter);
        var wanted = WantedRef.Parse(request.Ref, request.NewBranch).Expecting(request.Expect);
        cancellationToken.ThrowIfCancellationRequested();
        return _session.With(
            database => Acquire(request, wanted, pull, began, database, cancellationToken), cancellationToken);
    }

    /// <summary>Prepares checkouts, so that enough are free, clean and at the default branch.</summary>
    /// <param name="request">How many, of which repository.</param>
    /// <param name="cancellationToken">
    /// Ends the operation and what git does for it; checkouts that are made stay.
    /// </param>
    /// <returns>All that are ready.</returns>
    /// <exception cref="GitprocException">
    /// So many may not be made, or one could not be; the reason says why.
    /// </exception>
    public IReadOnlyList<Checkout> Warm(WarmRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Count < 1)
            throw new GitprocException(ErrorReason.InvalidSetting, "A number of checkouts must be 1 or more.");
        cancellationToken.ThrowIfCancellationRequested();
        return _session.With(Warm, cancellationToken);

        List<Checkout> Warm(PoolDatabase database)
        {
            var config = _session.ReadConfig(request.WorkingDirectory, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            var repository = new RepositoryResolver(database.Repositories, config, settings)
                .Resolve(request.Repository, request.WorkingDirectory);
            var warming = new PoolWarming(_session.Folder, database, _session.Caller, _session.Reports)
            {
                Repository = repository,
                Settings = settings,
                Config = config,
                Submodules = request.Submodules ?? settings.Submodules,
                Kind = request.Kind ?? settings.Kind,
                Limit = settings.MaxCheckouts,
            };
            return _session.DescribeAll(warming.Run(request.Count, cancellationToken));
        }
    }

    /// <summary>Makes of a request one that means the same on another machine.</summary>
    /// <exception cref="GitprocException">It means something that only this machine has.</exception>
    public RemoteAcquire ForOtherMachine(AcquireRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Carry)
        {
            throw new GitprocException(
                ErrorReason.ConflictingOptions,
                "The changes of your clone cannot be brought to another machine. Push them, and name the branch.");
        }

        return _session.With(Translate, cancellationToken);

        RemoteAcquire Translate(PoolDatabase database)
        {
            var config = _session.ReadConfig(request.WorkingDirectory, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            var pull = PullRequest.Read(request.Repository, request.PullRequest);
            var resolver = new RepositoryResolver(database.Repositories, config, settings);
            var target = Resolve(request, pull?.Page, resolver);
            var commit = pull is null && target.Known is { } row && Directory.Exists(_session.Folder.Base(row.Base))
                ? new BaseRefs(_session.Git, _session.Folder.Base(row.Base))
                    .Find(request.Ref, cancellationToken)?.Commit
                : null;
            // The page of a pull request says which repository is meant. A password in the address is for the other
            // machine too. It comes there by ssh alone.
            var address = pull?.Page is not null ? request.Repository
                : target.Credential is null ? target.Url
                : request.Repository ?? RepositoryResolver.DefaultRemote(config)!.Value.Value;
            return new RemoteAcquire(request with { Repository = address }, target.Key, commit, settings.Remote.Ssh);
        }
    }

    /// <summary>Makes spares in the process that an acquire has started for it.</summary>
    /// <returns>False if another process is at work.</returns>
    internal bool MakeSpares(
        long repositoryId, CheckoutKind? kind, bool submodules, int? limit, CancellationToken cancellationToken)
    {
        return _session.With(Make, cancellationToken);

        bool Make(PoolDatabase database)
        {
            // The user's config. The repository that the acquire was called from has no say.
            var config = _session.ReadConfig(_session.Folder.Path, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            if (database.Repositories.All().Find(one => one.Id == repositoryId) is not { } row)
                return true;
            var wish = new SpareWish(row, kind, submodules, limit);
            return new SpareKeeping(_session.Folder, database, settings, wish).Keep(
                () => MakeSpares(wish, database, config, settings, cancellationToken), cancellationToken);
        }
    }

    /// <summary>
    /// Makes the spares that are missing of the repositories that are in use, in this process. Those of a repository
    /// that fails are tried again after the time that <see cref="SpareKeeping"/> waits.
    /// </summary>
    internal void KeepSpares(CancellationToken cancellationToken)
    {
        if (_session.Exists)
            _session.With(Keep, cancellationToken);

        bool Keep(PoolDatabase database)
        {
            var config = _session.ReadConfig(_session.Folder.Path, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            foreach (var (row, _) in settings.Spares.AreWanted ? FetchingAhead.Used(database) : [])
            {
                var wish = new SpareWish(row, settings.Kind, settings.Submodules, settings.MaxCheckouts);
                try
                {
                    new SpareKeeping(_session.Folder, database, settings, wish).KeepIfDue(
                        () => MakeSpares(wish, database, config, settings, cancellationToken), cancellationToken);
                }
                catch (GitprocException e)
                {
                    _session.Warn($"spares of {row.Key} cannot be made: {e.Message}");
                }
            }

            return true;
        }
    }

    /// <summary>The keys of the repositories that are to be fetched before somebody needs it.</summary>
    internal IReadOnlyList<string> DueFetches(CancellationToken cancellationToken) => _session.Exists
        ? _session.With(database => Ahead(database, cancellationToken).Due(), cancellationToken)
        : [];

    /// <summary>Fetches a repository that is due.</summary>
    /// <returns>Why the fetch failed; null if it did not.</returns>
    internal string? FetchAhead(string key, CancellationToken cancellationToken) => _session.With(
        database => Ahead(database, cancellationToken).Fetch(key, cancellationToken), cancellationToken);

    private FetchingAhead Ahead(PoolDatabase database, CancellationToken cancellationToken) =>
        new(_session.Folder, database, _session.Git, _session.Settings(database, cancellationToken));

    private int MakeSpares(
        SpareWish wish,
        PoolDatabase database,
        GitConfig config,
        PoolSettings settings,
        CancellationToken cancellationToken) =>
        new PoolWarming(_session.Folder, database, _session.Caller, _session.Reports)
        {
            Repository = new RepositoryTarget(
                wish.Repository.Key, wish.Repository.Url, Credential: null, wish.Repository, IsByName: true),
            Settings = settings,
            Config = config,
            Submodules = wish.Submodules,
            Kind = wish.Kind,
            Limit = wish.Limit,
            IsSpare = true,
        }.RunForSpares(settings.Spares.Of(wish.Repository.Key), cancellationToken);

    private List<Checkout> Acquire(
        AcquireRequest request,
        WantedRef wanted,
        PullRequest? pull,
        DateTimeOffset began,
        PoolDatabase database,
        CancellationToken cancellationToken)
    {
        var (folder, reports) = (_session.Folder, _session.Reports);
        var config = _session.ReadConfig(request.WorkingDirectory, database, cancellationToken);
        var settings = PoolSettings.Read(config);
        if (request.NoHooks)
            settings = settings with { Hooks = settings.Hooks with { AreOn = false } };
        var resolver = new RepositoryResolver(database.Repositories, config, settings);
        var target = Resolve(request, pull?.Page, resolver);
        var mayCreate = settings.AutoCreate && !request.NoCreate;
        if (target.Known is null && !mayCreate)
        {
            throw new GitprocException(
                ErrorReason.NoCheckoutAvailable,
                $"The pool has no checkout of {target.Key}, and none may be made.",
                target.Key);
        }

        // Of a known repository, without a change. Another one gets its row when all is checked.
        var granted = target.Known is null ? null : Granted();
        var held = granted is null ? null : new Resumption(folder, database).Find(granted);
        if (request.Resume && held is not null)
            return [new CheckoutDescription(folder) { IsResumed = true }.Of(held)];

        var files = FileSelection.Of(request.SparseFolders, hasPointers: !(request.Lfs ?? settings.Lfs));
        var namesCaller = NamesCaller(request, config)
            && (pull?.Page is null || resolver.KeyOfCaller() == target.Key);
        var origin = request.Copy == false ? null : CopyOrigin.Find(
            config,
            settings.Copy,
            target.Key,
            namesCaller || resolver.KeyOfCaller() == target.Key,
            folder.Path);
        if (origin is null && request.Copy == true)
        {
            Notice(
                $"nothing is copied: {request.WorkingDirectory} is in no clone of {target.Key}, and no gitproc.copyFrom "
                    + "names one");
        }

        var carried = namesCaller && config.Local.Count > 0 ? new CarriedConfig(config, settings) : null;
        var healing = new BaseHealing(folder, reports)
        {
            Url = target.Url,
            Credential = target.Credential,
            SilenceTimeout = settings.GitTimeout,
        };
        var git = new GitRunner(reports, healing.TryHeal) { SilenceTimeout = settings.GitTimeout };
        var clean = request.Clean ?? settings.Clean;
        var carrying = !request.Carry ? null : new WorkCarrying(folder, git, reports)
        {
            Source = new CarrySource(
                git,
                CopyOrigin.OfCaller(config, namesCaller || resolver.KeyOfCaller() == target.Key, folder.Path)
                    ?? throw NothingToCarry(request, target)),
            IsAtHead = request.Ref is null && pull is null,
            NewBranch = request.NewBranch,
        };
        var fetch = request.Fetch;
        if (carrying?.Look(cancellationToken) is { } list && carrying.IsAtHead)
        {
            // The base repository may not be made yet, or be gone.
            var isKnown = target.Known is { } row && Directory.Exists(folder.Base(row.Base))
                && new BaseRefs(git, folder.Base(row.Base)).Has(list.Head, cancellationToken);
            // The carrying begins the branch.
            wanted = new WantedRef(isKnown ? list.Head : null, NewBranch: null) { IsOwn = true };
            // Perhaps it was pushed a moment ago.
            if (!isKnown && fetch == FetchPolicy.WhenOld)
                fetch = FetchPolicy.Always;
        }

        if (pull is not null)
        {
            wanted = new PullRequestLookup(folder, git, reports)
            {
                Target = target,
                Fetch = request.Fetch,
                SilenceTimeout = settings.GitTimeout,
            }.Find(pull, wanted, cancellationToken);
        }

        var lifecycle = _session.Lifecycle(database, settings, began);
        var acquisition = new Acquisition(folder, database, lifecycle, git, reports)
        {
            Target = target,
            Caller = _session.Caller,
            WaitTimeout = request.Wait,
            StopProcesses = request.StopProcesses,
            HookRunner = _session.Background,
            CheckoutWorkers = config.Get("checkout.workers"),
            Ref = wanted,
            Files = files,
            Fetch = fetch,
            // Changes of two people do not mix.
            Clean = request.Carry && clean == CleanMode.None ? CleanMode.Default : clean,
            Carrying = carrying,
            WhyStranger = request.IsForRescue ? "the rescue may have the commit of a stranger" : null,
            Carried = carried,
            Copying = origin is null ? null : new FileCopying(folder, git, reports)
            {
                Source = origin,
                IsAsked = request.Copy == true,
            },
            Settings = settings,
            Submodules = request.Submodules ?? settings.Submodules
                ? new SubmoduleFilling(folder, database, reports)
                {
                    Config = config,
                    Settings = settings,
                    Fetch = request.Fetch,
                    CheckoutWorkers = config.Get("checkout.workers"),
                }
                : null,
            Wanted = granted ?? Granted(),
        };
        var acquired = acquisition.Run(cancellationToken);
        Tell(acquisition, acquired, held, config);
        // Spares have had the hooks of a new checkout, which this caller does not want to run.
        if (_session.Background is { } background && !request.NoHooks)
        {
            var wish = new SpareWish(
                acquisition.Wanted.Repository,
                acquisition.Wanted.Kind,
                acquisition.Submodules is not null,
                acquisition.Wanted.Limit);
            new SpareKeeping(folder, database, settings, wish).StartIfDue(background);
        }

        return _session.DescribeAll(acquired);

        GrantRequest Granted() => new()
        {
            Url = target.Url,
            Limit = mayCreate ? request.MaxCheckouts ?? settings.MaxCheckouts : 0,
            MaxLocked = request.MaxLocked ?? settings.MaxLocked,
            Count = request.Count,
            // The setting decides the kind of new checkouts. A name decides which checkout it is.
            Kind = request.Kind ?? (request.Name is null ? settings.Kind ?? KindOf(request) : null),
            Wanted = request.Name is { } name
                ? new CheckoutLookup(folder).Find(name, request.WorkingDirectory)
                : null,
            NewLease = () => request.Terms.NewLease(settings.LeaseDuration),
            Repository = target.Row(database),
        };
    }

    private void Tell(
        Acquisition acquisition,
        IReadOnlyList<CheckoutRow> acquired,
        CheckoutRow? held,
        GitConfig config)
    {
        if (held is not null)
        {
            Notice(
                $"you hold {held.Name} under the label '{held.Lease!.Label}' too",
                new("; to get that one again: ", Command: null) { Options = [new("Resume")] });
        }

        // Once for each state of the config.
        if (config.IsNew && config.Local.FirstOrDefault(entry => IsOfUserOnly(entry.Key)).Key is { } ignored)
        {
            Notice(
                $"{ignored} in the config of {config.TopLevel} does not count, because a repository may be a stranger's. "
                    + "To set it for yourself: git config --global");
        }

        if (acquisition.Ref is { Head: { } head, NewBranch: null } && acquired[0].Kind == CheckoutKind.Worktree)
        {
            Notice(
                $"{acquired[0].Name} is a worktree, and shares its branches. To push to {head}: {head.PushCommand}");
        }

        if (config.IsNew && acquisition.Carried?.Missing(acquired[0].Kind) is { } missing)
            Notice(missing);
    }

    private void Notice(string text, Hint? hint = null) =>
        _session.Reports?.Report(new PoolReport(ReportKind.Notice, text) { Hint = hint });

    private static CheckoutKind? KindOf(AcquireRequest request) =>
        request.SparseFolders.Count > 0 ? CheckoutKind.Clone : null;

    private static bool IsOfUserOnly(string key) =>
        HookSettings.IsHook(key) || CopySettings.IsSetting(key) || SpareSettings.IsSetting(key)
        || FleetSettings.IsSetting(key) || key == FleetSettings.AddressKey;

    private static GitprocException NothingToCarry(AcquireRequest request, RepositoryTarget target) => new(
        ErrorReason.CannotCarry,
        $"Nothing can be brought along: {request.WorkingDirectory} is in no clone of {target.Key} of yours. Checkouts of "
            + "the pool do not count.",
        request.WorkingDirectory);

    // The page of a pull request names a repository too.
    private static RepositoryTarget Resolve(
        AcquireRequest request, PullRequestPage? page, RepositoryResolver resolver)
    {
        if (page is null)
            return resolver.Resolve(request.Repository, request.WorkingDirectory);
        var target = resolver.Resolve(page, request.WorkingDirectory);
        if (request.PullRequest is null || request.Repository is null)
            return target;
        var named = resolver.Resolve(request.Repository, request.WorkingDirectory);
        return named.Key == target.Key
            ? named
            : throw new GitprocException(
                ErrorReason.ConflictingOptions,
                $"The pull request is one of {target.Key}, and not of {named.Key}.",
                target.Key);
    }

    // To name the folder of the repository is the same as to name none.
    private static bool NamesCaller(AcquireRequest request, GitConfig config) =>
        config.TopLevel is { } top
        && (request.Repository is not { } named
            || Paths.AreSame(Paths.Real(Path.GetFullPath(named, request.WorkingDirectory)), Paths.Real(top)));
}

/// <summary>An acquire on another machine.</summary>
/// <param name="Request">What that machine is asked for.</param>
/// <param name="Key">The key of the repository.</param>
/// <param name="Commit">The commit to check out, as far as this machine knows; null if it does not.</param>
/// <param name="Ssh">The program that connects, and its first arguments.</param>
public sealed record RemoteAcquire(AcquireRequest Request, string Key, string? Commit, IReadOnlyList<string> Ssh);

/// <summary>Which checkouts to prepare.</summary>
public sealed record WarmRequest
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows; null for the <c>origin</c> of the repository that
    /// <see cref="WorkingDirectory"/> is in.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>How many checkouts are to be free, clean and at the default branch; 1 or more.</summary>
    public required int Count { get; init; }

    /// <summary>The required kind. If null, the setting applies, or any kind counts and clones are made.</summary>
    public CheckoutKind? Kind { get; init; }

    /// <summary>
    /// True to fill the submodules of the checkouts, false to have them empty; null for the setting.
    /// </summary>
    public bool? Submodules { get; init; }
}
