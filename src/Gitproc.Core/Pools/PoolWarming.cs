using Gitproc.Checkouts;
using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>
/// Makes checkouts ready before somebody acquires them: free, clean and at the default branch. While one is made it is
/// leased to this process, so that one that was killed leaves nothing that is held. The lease says that nobody works in
/// it: an acquire that finds nothing else waits for it.
/// </summary>
/// <param name="reports">Told how far it is; null for nobody.</param>
internal sealed class PoolWarming(
    PoolFolder folder, PoolDatabase database, Lazy<Caller> caller, IProgress<PoolReport>? reports)
{
    private int _made;

    public required RepositoryTarget Repository { get; init; }

    public required PoolSettings Settings { get; init; }

    private FileSelection Files => FileSelection.Of([], hasPointers: !Settings.Lfs);

    /// <summary>The config of the caller.</summary>
    public required GitConfig Config { get; init; }

    /// <summary>True if the checkouts have the files of their submodules.</summary>
    public required bool Submodules { get; init; }

    /// <summary>The required kind; null for any.</summary>
    public required CheckoutKind? Kind { get; init; }

    /// <summary>The most checkouts of the repository; null for no limit.</summary>
    public required int? Limit { get; init; }

    /// <summary>True for spares, which nobody has asked for: what cannot be had is left away.</summary>
    public bool IsSpare { get; init; }

    /// <summary>Makes the missing ones, several at a time.</summary>
    public IReadOnlyList<CheckoutRow> Run(int count, CancellationToken cancellationToken)
    {
        var row = Repository.Row(database);
        var target = FindTarget(row, count, cancellationToken);
        if (!Settings.Spares.HasRoom(folder.Path))
            reports?.Report(new PoolReport(ReportKind.Warning, $"{DiskSpace()} is free, less than gitproc.minFreeSpace"));
        MakeMissing(row, target, count, cancellationToken);
        new BaseMaintenance(folder, Git(reports), reports).RunIfDue(row, isBrief: true, cancellationToken);
        return Ready(row, target);
    }

    /// <summary>
    /// Makes the missing ones as far as the limit, the disk and those who wait allow it. Does not ask the remote.
    /// </summary>
    /// <returns>How many were made ready.</returns>
    public int RunForSpares(int count, CancellationToken cancellationToken)
    {
        var row = Repository.Known!;
        var target = BaseRefs.Default(folder.Base(row.Base)) with { Files = Files };
        return MakeMissing(row, target, count, cancellationToken);
    }

    private int MakeMissing(RepositoryRow row, Target target, int count, CancellationToken cancellationToken)
    {
        var missing = count - Ready(row, target).Count;
        // Free checkouts that are behind the remote are brought up to date before new ones are made.
        var behind = database.Checkouts.OfRepository(row.Id)
            .Where(one => one.State == CheckoutState.Free && IsWanted(one) && !IsReady(one, row, target))
            .OrderByDescending(one => one.LastUsedAt);
        var steps = behind.Concat(Enumerable.Repeat<CheckoutRow?>(null, count)).Take(Math.Max(missing, 0)).ToList();
        var done = 0;
        using var step = steps.Count == 0 ? null : ProgressStep.Begin(reports, $"making checkouts of {row.Key} ready");
        SideBySide.Do(
            steps,
            reports,
            (one, relay, cancellation) =>
            {
                MakeOne(row, one, relay, cancellation);
                var now = Interlocked.Increment(ref done);
                var text = $"{now} of {steps.Count} checkouts of {row.Key} made";
                relay.Report(new PoolReport(ReportKind.Progress, text, now * 100 / steps.Count));
                return true;
            },
            cancellationToken);
        return _made;
    }

    private string DiskSpace()
    {
        var (free, size) = Volume.SpaceOf(folder.Path);
        return $"{PrintableSize.Of(free)} of {PrintableSize.Of(size)}";
    }

    private Target FindTarget(RepositoryRow row, int count, CancellationToken cancellationToken)
    {
        try
        {
            MustBeAllowed(row, count);
            return new FreshBase(folder, database, Git(reports), reports, Settings)
                .Default(row, Repository.Url, Repository.Credential, cancellationToken) with
            { Files = Files };
        }
        catch when (Repository.Known is null)
        {
            // The pool does not know a repository that could never be cloned.
            database.Change(() => database.Repositories.RemoveUnused(row.Id));
            throw;
        }
    }

    private void MustBeAllowed(RepositoryRow row, int count)
    {
        if (Limit is not { } most)
            return;
        var description = new CheckoutDescription(folder);
        var held = database.Checkouts.OfRepository(row.Id)
            .Count(one => one.Lease?.IsMakingReady != true && description.Of(one).Locked);
        if (count <= most - held)
            return;
        throw new GitprocException(
            ErrorReason.NoCheckoutAvailable,
            $"{count} checkouts of {row.Key} cannot be ready: at most {most} may be made, and {held} of them are held. "
                + $"To allow more: git config --global gitproc.maxCheckouts {count + held}",
            row.Key);
    }

    private GitRunner Git(IProgress<PoolReport>? told)
    {
        var healing = new BaseHealing(folder, told)
        {
            Url = Repository.Url,
            Credential = Repository.Credential,
            SilenceTimeout = Settings.GitTimeout,
        };
        return new(told, healing.TryHeal) { SilenceTimeout = Settings.GitTimeout };
    }

    private List<CheckoutRow> Ready(RepositoryRow row, Target target) =>
        database.Checkouts.OfRepository(row.Id).FindAll(one => IsReady(one, row, target));

    private bool IsWanted(CheckoutRow row) => Kind is null || row.Kind == Kind;

    // True if an acquire would give it to its caller as it is.
    private bool IsReady(CheckoutRow row, RepositoryRow repository, Target target)
    {
        if (row.State != CheckoutState.Free || !IsWanted(row))
            return false;
        var place = folder.Place(row);
        return CheckoutStamp.IsAt(row, place.ReadHead(), target, folder.Base(repository.Base))
            && CheckoutStamp.IsAsCleaned(row, place)
            && (Submodules
                ? SubmoduleStamp.IsWhole(row, folder.Record(row.Name))
                : !SubmoduleStamp.HasFilled(row));
    }

    // one: the free checkout to bring up to date; null to make another one.
    private void MakeOne(
        RepositoryRow repository, CheckoutRow? one, IProgress<PoolReport> relay, CancellationToken cancellationToken)
    {
        if (IsSpare && !Settings.Spares.HasRoom(folder.Path))
            return;
        // A connection is for one thread.
        using var own = PoolDatabase.Open(folder.Database, _ => { }, cancellationToken: cancellationToken);
        var lifecycle = new Lifecycle(folder, own, caller, Settings.HistoryLimits);
        var quiet = new WithoutProgress(relay);
        var terms = new LeaseTerms
        {
            Owner = LeaseOwner.OfProcess(Environment.ProcessId),
            Label = IsSpare ? "makes a spare ready" : "is made ready",
        };
        var acquisition = new Acquisition(folder, own, lifecycle, Git(quiet), quiet)
        {
            Target = Repository,
            Caller = caller,
            WaitTimeout = null,
            StopProcesses = false,
            CheckoutWorkers = Config.Get("checkout.workers"),
            Ref = WantedRef.Parse(null, null),
            Files = Files,
            Fetch = FetchPolicy.Never,
            Clean = CleanMode.Default,
            Settings = Settings,
            Submodules = Submodules
                ? new SubmoduleFilling(folder, own, quiet)
                {
                    Config = Config,
                    Settings = Settings,
                    Fetch = FetchPolicy.WhenOld,
                    CheckoutWorkers = Config.Get("checkout.workers"),
                }
                : null,
            IsForHolder = false,
            Wanted = new GrantRequest
            {
                Repository = repository,
                Url = Repository.Url,
                Limit = Limit,
                Wanted = one?.Id,
                LeavesFree = one is null,
                Kind = Kind,
                // The job that began this does not have the checkout.
                NewLease = () => terms.NewLease(defaultDuration: null) with { IsMakingReady = true, Job = null },
            },
        };
        try
        {
            var ready = acquisition.Run(cancellationToken)[0];
            // To bring a spare up to date is no use of it.
            lifecycle.GiveBack(
                ready, IsSpare ? "it is ready as a spare" : "it is ready", IsSpare ? one?.LastUsedAt : null);
            Interlocked.Increment(ref _made);
        }
        catch (GitprocException e)
            when (one is not null && e.Reason is ErrorReason.NoCheckoutAvailable or ErrorReason.CheckoutNotFound)
        {
            // Another process was faster, or it was found damaged. Make another one.
            MakeOne(repository, one: null, relay, cancellationToken);
        }
        catch (GitprocException e) when (IsSpare && e.Reason == ErrorReason.NoCheckoutAvailable)
        {
            // No more may be made, or somebody waits for one.
        }
    }

    // Several gits at once would each show their own progress.
    private sealed class WithoutProgress(IProgress<PoolReport> reports) : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Kind is not (ReportKind.Step or ReportKind.Progress or ReportKind.StepEnd))
                reports.Report(value);
        }
    }
}
