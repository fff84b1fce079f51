using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// One acquire: leases checkouts and prepares them, until as many as requested are ready. If one turns out not to be
/// usable, another one takes its place. If the acquire fails, all leases are given back.
/// </summary>
internal sealed class Acquisition(
    PoolFolder folder, PoolDatabase database, Lifecycle lifecycle, GitRunner git, IProgress<PoolReport>? reports)
{
    // Milliseconds. A base repository that was intact so recently is not checked again.
    private const long MaxTrustMilliseconds = 500;

    private readonly CheckoutTable _checkouts = new(database.Connection);
    private readonly Granting _granting = new(folder, database, lifecycle);

    /// <summary>The repository, as the caller named it.</summary>
    public required RepositoryTarget Target { get; init; }

    public required GrantRequest Wanted { get; init; }

    /// <summary>True to end processes that still run in checkouts whose lease is over.</summary>
    public required bool StopProcesses { get; init; }

    /// <summary>How long to wait if no checkout is available; null for not at all.</summary>
    public required TimeSpan? WaitTimeout { get; init; }

    /// <summary>The user or job that acquires, for others in the queue.</summary>
    public required Lazy<Caller> Caller { get; init; }

    /// <summary>The user's own <c>checkout.workers</c>; null if it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>What to check out.</summary>
    public required WantedRef Ref { get; init; }

    /// <summary>Which files of it.</summary>
    public required FileSelection Files { get; init; }

    /// <summary>When to ask the remote.</summary>
    public required FetchPolicy Fetch { get; init; }

    /// <summary>What to remove of the last holder's files.</summary>
    public required CleanMode Clean { get; init; }

    /// <summary>
    /// The config that checkouts get from the repository around the working directory; null if that is another
    /// repository.
    /// </summary>
    public CarriedConfig? Carried { get; init; }

    /// <summary>Why the caller puts into the checkouts what a stranger may have made; null if it does not.</summary>
    public string? WhyStranger { get; init; }

    /// <summary>What copies files of the user's into the checkouts; null to copy nothing.</summary>
    public FileCopying? Copying { get; init; }

    public required PoolSettings Settings { get; init; }

    /// <summary>Runs hooks in the background; null to run them before the end of the acquire.</summary>
    public BackgroundProgram? HookRunner { get; init; }

    /// <summary>What fills the submodules of the checkouts; null if they are to be empty.</summary>
    public SubmoduleFilling? Submodules { get; init; }

    /// <summary>What brings changes of a clone of the user's along; null for nothing.</summary>
    public WorkCarrying? Carrying { get; init; }

    /// <summary>False if the checkouts are only made ready, and nobody gets them yet.</summary>
    public bool IsForHolder { get; init; } = true;

    private long? _wholeAt;
    private Target? _target;
    private IReadOnlyList<KeyValuePair<string, string>>? _proposed;
    private DateTimeOffset _foundAt;
    private Target? _begun;

    private RepositoryRow Repository => Wanted.Repository;

    private BackgroundHooks Background => new(folder, database, reports);

    private BaseRefs Base => new(git, folder.Base(Repository.Base));

    public IReadOnlyList<CheckoutRow> Run(CancellationToken cancellationToken)
    {
        MustBeAbleToBeSparse();
        // Before anything is leased: a target that does not exist changes nothing.
        if (IsBaseWhole() && FindTarget(cancellationToken) is { } target && Wanted.Kind == CheckoutKind.Worktree
            && target.In(CheckoutKind.Worktree).Branch is { } branch)
        {
            Base.MustHaveNoBranch(branch);
        }

        if (StopProcesses)
            StopThoseLeft(cancellationToken);
        try
        {
            return GrantAll(cancellationToken);
        }
        catch
        {
            RemoveBranch();
            throw;
        }
    }

    // A worktree shares its config with others, and the config says what is sparse.
    private void MustBeAbleToBeSparse()
    {
        if (!Files.IsSparse
            || (Wanted.Kind ?? (Wanted.Wanted is { } id ? _checkouts.Find(id)?.Kind : null)) != CheckoutKind.Worktree)
            return;
        throw new GitprocException(
            ErrorReason.ConflictingOptions,
            "A checkout of kind Worktree cannot be sparse. Use another kind, or leave out the folders.");
    }

    // A checkout that turns out not to be usable is given back, and another one is leased instead.
    private IReadOnlyList<CheckoutRow> GrantAll(CancellationToken cancellationToken)
    {
        var (began, asked) = (Environment.TickCount64, DateTimeOffset.UtcNow);
        using var slots = !IsForHolder ? null : FleetSlots.Get(
            folder,
            database,
            new WantedSlots(Repository.Key, Wanted.Count, WaitTimeout, Settings.Fleet.WaitsIfAway, Caller),
            reports,
            cancellationToken);
        var wait = new Wait(folder, database, _granting, reports);
        using var grants = new GrantSet();
        if (slots?.HasWaited == true)
        {
            lifecycle.WaitsSince = asked;
            MistrustFacts();
        }

        var hooks = new List<CheckoutHooks>();
        for (var ready = 0; ready < Wanted.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ready == grants.Count)
            {
                var rest = Wanted with { Count = Wanted.Count - ready, Commit = _target?.Commit };
                if (slots is not null)
                    rest = rest with { NewLease = () => slots.GiveTo(Wanted.NewLease(), grants.Has) };
                // What is only made ready waits for nobody.
                if (IsForHolder)
                    wait.For(rest, grants, WaitLeft(), Caller, cancellationToken);
                else
                    _granting.Grant(rest, ticket: null, grants);
                if (wait.HasWaited)
                    MistrustFacts();
            }

            var grant = grants[ready];
            if (TryPrepare(grant, cancellationToken))
            {
                if (ready == 0)
                    TellOfMissingFolders(grant.Row);
                Carried?.WriteTo(folder.Place(grant.Row));
                var settings = SettingsFor(grant);
                // A variable may have no value for this number.
                _ = new CheckoutVariables(folder, settings.Hooks.Variables).OfUser(grant.Row);
                if (!grant.IsNew)
                    CopyFiles(grant, settings, cancellationToken);
                CarryWork(grant, cancellationToken);
                hooks.Add(new(folder, settings.Hooks, reports) { LeavesBackground = HookRunner is not null });
                if (IsForHolder)
                    hooks[ready].Acquired(grant.Row, Repository, grant.IsNew, cancellationToken);
                ready++;
            }
            else
            {
                grants.Drop(ready, one => one == grant);
            }
        }

        var kept = grants.Keep();
        for (var i = 0; HookRunner is not null && i < kept.Count; i++)
        {
            foreach (var hook in hooks[i].InBackground(kept[i], grants[i].IsNew))
                Background.Start(HookRunner, hook, kept[i], $"{Caller.Value}", Settings.Hooks.Timeout);
        }

        return kept;

        TimeSpan? WaitLeft() => WaitTimeout is { } longest && longest != Timeout.InfiniteTimeSpan
            ? TimeSpan.FromMilliseconds(Math.Max(0, longest.TotalMilliseconds - (Environment.TickCount64 - began)))
            : WaitTimeout;
    }

    // What was expected may have moved during a wait, and be known from another caller's fetch.
    private void MistrustFacts()
    {
        _wholeAt = null;
        if (Ref.Expected is not null)
            _foundAt = default;
    }

    private void TellOfMissingFolders(CheckoutRow row)
    {
        foreach (var one in Files.Folders.Where(one => !Directory.Exists(Path.Combine(folder.Checkout(row.Name), one))))
            Warn($"{one} is no folder of the commit that is checked out");
    }

    // What was brought is in a row that waits for cleaning, if it is given back.
    private void CarryWork(Grant grant, CancellationToken cancellationToken)
    {
        if (Carrying is null)
            return;
        var alone = Lock(grant, cancellationToken);
        MustBeOurs(grant.Row);
        Carrying.Run(alone, grant.Row, Repository, TakeBackLater, cancellationToken);
        // For hooks. Of a held checkout, lists read it from the files.
        if (folder.Place(grant.Row).ReadHead() is { } head)
            grant.Row = grant.Row with { Branch = head.Branch, Commit = head.Commit };
        grant.Unlock();

        void TakeBackLater()
        {
            var before = grant.TakeBack;
            grant.TakeBack = () =>
            {
                before?.Invoke();
                var held = Lock(grant, CancellationToken.None);
                if (lifecycle.BeginCleaning(held, grant.Row, isWorked: true, grant.Row.Url) is { } row)
                    grant.Row = row;
            };
        }
    }

    // With what the repository proposes, if the user has approved it. Its hooks run only in what somebody who may push
    // has made.
    private PoolSettings SettingsFor(Grant grant)
    {
        if (_proposed is null)
            return Settings;
        // What is carried may be a pull request that the user has checked out.
        var withHooks = Carrying is null && WhyStrange(grant) is null;
        new RepositorySetup(folder, Repository).Mark(grant.Row, withHooks);
        return Settings.With(_proposed, Repository.Key, withHooks);
    }

    // What may be a stranger's in the checkout; null if nothing is.
    private string? WhyStrange(Grant grant) =>
        WhyStranger is not null ? WhyStranger
        : grant.IsAsLeft ? "the last holder may have left the files of a stranger"
        : Ref.IsOwn || Base.IsBranchOrTag(Ref.Name) ? null
        : $"{Ref.Name} is neither a branch nor a tag of the remote";

    // Under the lock: if the owner ends meanwhile, nobody may clean the checkout before the last file is there.
    private void CopyFiles(Grant grant, PoolSettings settings, CancellationToken cancellationToken)
    {
        if (!HasFiles(settings, cancellationToken))
            return;
        var alone = Lock(grant, cancellationToken);
        MustBeOurs(grant.Row);
        CopyFiles(grant, alone, cancellationToken);
        grant.Unlock();
    }

    private void CopyFiles(Grant grant, CheckoutLock alone, CancellationToken cancellationToken)
    {
        grant.TakeBack = () => TakeBackFiles(grant);
        Copying!.Run(alone, grant.Row, Repository, WhyStrange(grant), cancellationToken);
    }

    private bool HasFiles(PoolSettings settings, CancellationToken cancellationToken) => Copying?.HasPatterns(
        Repository, settings.Copy.PatternsOf(Repository.Key), cancellationToken) == true;

    private void TakeBackFiles(Grant grant)
    {
        grant.Lock(() =>
            CheckoutLock.Acquire(
                folder, grant.Row.Name, $"cleans {grant.Row.Name}", reports, CancellationToken.None));
        if (IsOurs(grant.Row))
        {
            using var root = RawFolder.Open(folder.Checkout(grant.Row.Name));
            CopiedFiles.Remove(folder.Record(grant.Row.Name), root, () => []);
        }
    }

    private void MustBeOurs(CheckoutRow row)
    {
        if (!IsOurs(row))
            throw LostLease.Error(row);
    }

    private bool IsOurs(CheckoutRow row) => _checkouts.Find(row.Id)?.Lease?.Id == row.Lease!.Id;

    // A clone starts a branch of its own when it is cleaned or made. Worktrees share the branches of the base
    // repository.
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
        foreach (var row in _granting
                .Usable(Wanted)
                .Where(row => row.State == CheckoutState.Creating
                    ? !LockedFile.IsLocked(folder.CheckoutLock(row.Name))
                    : row.State is CheckoutState.Locked or CheckoutState.Cleaning
                        && (row.Lease is null || lives.WhyOver(row.Lease) is not null)))
        {
            if (ForeignProcesses.In(folder, row.Name) is [_, ..] running)
                Report(
                    ReportKind.Notice,
                    $"ending the processes that still run in {row.Name}: {CheckoutProcesses.Names(running)}");
            CheckoutProcesses.Stop(folder.Checkout(row.Name), cancellationToken);
        }
    }

    // From here on this process holds the checkout, but can still lose it: when its owner ends, the next acquire takes
    // it over. So every change requires the lease, and folders are made under a lock. Returns false if the checkout is
    // not usable.
    private bool TryPrepare(Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Row;
        if (grant.Replaced is { } replaced)
            Report(ReportKind.Notice, $"{row.Name} is taken over: {LeaseBook.Who(replaced)} {grant.Why}");
        if (row.State == CheckoutState.Creating)
        {
            Create(grant, cancellationToken);
            return true;
        }

        if (row.State == CheckoutState.Cleaning)
            Background.End(row, cancellationToken);

        var isRestored = RestoreBase(cancellationToken);
        var place = folder.Place(row);
        // A killed job in another worktree may have set config and hooks here, which git would run.
        if (place.IsWorktree)
            SharedConfig.PutBack(folder.Base(Repository.Base));
        var health = CheckoutHealth.Check(place);
        if (health.IsMissing)
        {
            MakeAnew(grant, cancellationToken);
            return true;
        }

        if (health.Damage is null && !CheckoutRecord.Exists(place.GitDirectory))
            new CheckoutRecord(Repository.Key, row.Url, Repository.Base) { IsStandalone = place.IsStandalone }
                .Write(place.GitDirectory);
        if ((health.Damage ?? (isRestored && !place.IsWorktree ? FindLoss(row, cancellationToken) : null)) is { } damage
        )
        {
            Warn($"{row.Name} {damage}; it is set aside as broken");
            lifecycle.SetAside(Lock(grant, cancellationToken), row, damage);
            return false;
        }

        return TryClean(grant, place, cancellationToken);
    }

    // If the checkout is unchanged since it was cleaned, and is at the target already, there is nothing to do.
    private bool TryClean(Grant grant, CheckoutPlace place, CancellationToken cancellationToken)
    {
        var row = grant.Row;
        var head = place.ReadHead();
        var target = FindTarget(cancellationToken);
        if (Clean == CleanMode.None && row.State == CheckoutState.Cleaning
            && Ref is { Name: null, NewBranch: null, Expected: null } && head is not null)
        {
            grant.IsAsLeft = true;
            SetReady(
                grant, lifecycle.EndCleaning(Lock(grant, cancellationToken), row, head, generation: null, stamp: ""));
            return true;
        }

        var url = Target.IsByName ? row.Url : Target.Url;
        var isWorked =
            row.State == CheckoutState.Cleaning || !CheckoutStamp.IsAsCleaned(row, place) || !IsAsRecorded(place);
        if (!isWorked
            && HasSubmodulesAsWanted(row, place)
            && Clean != CleanMode.Full
            && row.Url == url
            && CheckoutStamp.IsAt(row, head, target, folder.Base(Repository.Base)))
        {
            return true;
        }

        var alone = Lock(grant, cancellationToken);
        if (row.State != CheckoutState.Cleaning || row.Url != url)
            grant.Row = row = lifecycle.BeginCleaning(alone, row, isWorked, url) ?? throw LostLease.Error(row);
        AddBranch(row, target, cancellationToken);
        var cleaning = new CheckoutCleaning(folder, database, lifecycle, git, reports)
        {
            Settings = Settings,
            KeepsSubmodules = Submodules is not null && row.Files.HasPointers == Files.HasPointers,
            FillSubmodules = FillSubmodules(row with { Url = url }, cancellationToken),
        };
        var mode = Clean == CleanMode.None ? CleanMode.Default : Clean;
        // Null if it was set aside or removed. The next acquire creates a removed folder again.
        if (cleaning.Clean(alone, row, Repository, target, mode, isDiscarded: false, cancellationToken) is not { } clean
        )
            return false;
        SetReady(grant, clean);
        return true;
    }

    private Action<CheckoutPlace, Target>? FillSubmodules(CheckoutRow row, CancellationToken cancellationToken) =>
        Submodules is null
            ? null
            : (place, target) =>
                Submodules.Fill(place, Repository, row.Url, Target.Credential, target, cancellationToken);

    // Without a wish for submodules this reads no file.
    private bool HasSubmodulesAsWanted(CheckoutRow row, CheckoutPlace place) => Submodules is null
        ? !SubmoduleStamp.HasFilled(row)
        : SubmoduleStamp.IsWhole(row, folder.Record(row.Name))
            && SubmoduleList.IsSo(folder.Record(row.Name), place, Settings.VerifyFiles);

    private static void SetReady(Grant grant, CheckoutRow? row)
    {
        grant.Row = row ?? throw LostLease.Error(grant.Row);
        grant.Unlock();
    }

    // Writes through a path from elsewhere leave no trace in .git. A checkout without a record was cleaned by an older
    // gitproc, or the record could not be written; its files are compared once.
    private bool IsAsRecorded(CheckoutPlace place) =>
        TreeRecord.IsSo(folder.Record(place.Name), place.Path, Settings.VerifyFiles)
        && (!place.IsStandalone || ObjectCopies.AreSo(folder.Record(place.Name), place.Objects, Settings.VerifyFiles));

    // Once for all checkouts of an acquire, and again after a long wait.
    private Target FindTarget(CancellationToken cancellationToken)
    {
        if (_target is { } known
            && (Fetch == FetchPolicy.Never || DateTimeOffset.UtcNow - _foundAt < Settings.FetchMaxAge))
            return known;
        var began = DateTimeOffset.UtcNow;
        // A fetch for the first look stays valid for a while.
        var policy = _target is null ? Fetch : FetchPolicy.WhenOld;
        _target = new FreshBase(folder, database, git, reports, Settings)
            .Find(Repository, Target.Url, Target.Credential, Ref, policy, cancellationToken) with
        { Files = Files };
        _proposed = new RepositorySetup(folder, Repository).Find(reports);
        _foundAt = began;
        return _target;
    }

    private CheckoutLock Lock(Grant grant, CancellationToken cancellationToken) => grant.Lock(() =>
        CheckoutLock.Acquire(folder, grant.Row.Name, $"is preparing {grant.Row.Name}", reports, cancellationToken));

    private void MakeAnew(Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Row;
        Warn($"the folder of {row.Name} is gone; creating it again");
        var alone = Lock(grant, cancellationToken);
        grant.Row = lifecycle.BeginCreation(alone, row, Target.Url) ?? throw LostLease.Error(row);
        Create(grant, cancellationToken);
    }

    private void Create(Grant grant, CancellationToken cancellationToken)
    {
        var row = grant.Row;
        RestoreBase(cancellationToken);
        var target = FindTarget(cancellationToken);
        MustBeOurs(row);
        AddBranch(row, target, cancellationToken);
        var settings = SettingsFor(grant);
        var making = new CheckoutMaking(folder, lifecycle, git, reports)
        {
            CheckoutWorkers = CheckoutWorkers,
            CopiesOnWrite = Settings.CopiesOnWrite,
            Hooks = settings.Hooks,
            LeavesHooks = HookRunner is not null,
            FillSubmodules = FillSubmodules(row with { Url = Target.Url }, cancellationToken),
            BeforeHooks = HasFiles(settings, cancellationToken)
                ? alone => CopyFiles(grant, alone, cancellationToken)
                : null,
        };
        var alone = Lock(grant, cancellationToken);
        grant.IsNew = true;
        SetReady(grant, making.Make(alone, row with { Url = Target.Url }, Repository, target, cancellationToken));
    }

    private bool RestoreBase(CancellationToken cancellationToken)
    {
        if (IsBaseWhole())
            return false;
        new BaseRepository(folder, database, git, reports, Settings.GitTimeout)
            .Ensure(Repository with { Url = Target.Url }, Target.Credential, cancellationToken);
        return true;
    }

    // True if checkouts can borrow from it. It may have been removed during a long wait.
    private bool IsBaseWhole()
    {
        if (Environment.TickCount64 - _wholeAt < MaxTrustMilliseconds)
            return true;
        var isWhole = BaseHealth.FindDamage(folder.Base(Repository.Base)) is null;
        if (isWhole)
            _wholeAt = Environment.TickCount64;
        return isWhole;
    }

    // If a base repository was removed, a new clone brings it back, except for commits that upstream has dropped since.
    private string? FindLoss(CheckoutRow row, CancellationToken cancellationToken)
    {
        var tree = git.Run(
            new GitCall("rev-parse", "--quiet", "--verify", "--end-of-options", "HEAD^{tree}")
            {
                WorkingDirectory = folder.Checkout(row.Name),
                MayFail = true,
            },
            cancellationToken);
        return tree.ExitCode == 0 ? null : "is at a commit whose objects were lost with the base repository";
    }

    private void Warn(string text) => Report(ReportKind.Warning, text);

    private void Report(ReportKind kind, string text) => reports?.Report(new PoolReport(kind, text));
}
