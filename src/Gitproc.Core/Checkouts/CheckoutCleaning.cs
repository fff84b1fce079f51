using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Cleans checkouts, brings them to a target, and records the result.</summary>
/// <param name="reports">Receives what is rescued and set aside; null to report nothing.</param>
internal sealed class CheckoutCleaning(
    PoolFolder folder, PoolDatabase database, Lifecycle lifecycle, GitRunner git, IProgress<PoolReport>? reports)
{
    public required PoolSettings Settings { get; init; }

    private RescueLimits Limits => Settings.Rescue;

    /// <summary>False to empty the submodules that the pool has filled.</summary>
    public bool KeepsSubmodules { get; init; } = true;

    /// <summary>What takes the commits of submodules that jobs filled; null to take none.</summary>
    public SubmoduleAdoption? Adoption { get; init; }

    /// <summary>Called for the clean checkout, to fill its submodules; null to leave them as they are.</summary>
    public Action<CheckoutPlace, Target>? FillSubmodules { get; init; }

    /// <summary>Cleans a checkout.</summary>
    /// <returns>
    /// The checkout: Free, or Locked if it has a lease. Null if it was set aside, or if its folder was removed
    /// meanwhile; then the lease stays as it was.
    /// </returns>
    public CheckoutRow? Clean(
        CheckoutLock alone,
        CheckoutRow row,
        RepositoryRow repository,
        Target target,
        CleanMode mode,
        bool isDiscarded,
        CancellationToken cancellationToken)
    {
        var basePath = folder.Base(repository.Base);
        var place = folder.Place(row);
        target = target.In(row.Kind);
        // Read this before the refs: a later change of the refs then updates the checkout next time.
        var generation = TemplateRepository.Generation(basePath);
        new BackgroundHooks(folder, database, reports).End(row, cancellationToken);
        using var step = ProgressStep.Begin(reports, $"cleaning {row.Name}");
        AcquireLeftovers.Remove(folder, alone, row);
        if (!place.IsWorktree)
            PushedRefs.Keep(basePath, place.GitDirectory);
        try
        {
            new CheckoutRecycling(folder, git, reports)
            {
                Adopt = Adoption is null
                    ? null
                    : (around, url, one, list) => Adoption.TryTake(around, url, one, list, cancellationToken),
            }.Run(
                new RecyclingRequest
                {
                    Place = place,
                    Base = basePath,
                    Template = TemplateRepository.Of(basePath),
                    Key = repository.Key,
                    Url = row.Url,
                    Target = target,
                    LastLease = row.LastLease,
                    Record = folder.Record(row.Name),
                    ReleasedAt = row.LastUsedAt ?? row.CreatedAt,
                    Clean = mode,
                    KeepsSubmodules = KeepsSubmodules,
                    CarriesHooksPath = Settings.CarriedConfig.Contains(HookSettings.HooksPath),
                    Discard = isDiscarded || Limits.When == RescueWhen.Never,
                    IsRescued = row.IsRescued,
                    Rescues = new RescueStore(folder),
                    MaxRescueSize = Limits.MaxSize,
                    KeepsUndone = Limits.KeepsUndone,
                    Rescued = rescue => Note(alone, row, rescue),
                },
                cancellationToken);
        }
        catch (GitprocException e)
            when (e.Reason is ErrorReason.GitFailed or ErrorReason.CannotClean or ErrorReason.LeftoversTooLarge
                && !IsRemoved(place))
        {
            lifecycle.SetAside(alone, row, $"could not be cleaned: {e.Message}");
            Warn($"{row.Name} could not be cleaned and is set aside: {e.Message}", e.Hint);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or GitprocException { Reason: ErrorReason.GitFailed or ErrorReason.CannotClean } && IsRemoved(place))
        {
            return null;
        }

        FillSubmodules?.Invoke(place, target);
        var head = new Head(target.Branch, target.Commit);
        var stamp = CheckoutStamp.Of(place) + SubmoduleStamp.Of(folder.Record(row.Name)) + target.Files.StampEnd;
        var clean = lifecycle.EndCleaning(alone, row, head, generation, stamp);
        return clean is null && row.Lease is not null ? throw LostLease.Error(row) : clean;
    }

    // The git directory of a worktree survives when its folder is removed.
    private static bool IsRemoved(CheckoutPlace place) =>
        !Directory.Exists(place.Path) || !Directory.Exists(place.GitDirectory);

    private void Note(CheckoutLock alone, CheckoutRow row, Rescue rescue)
    {
        lifecycle.NoteRescue(alone, row, rescue);
        var store = new RescueStore(folder);
        var id = new RescueIds(store.Ids()).Shorten(rescue.Id);
        Warn($"work that was left in {row.Name} is rescued", new("; to get it back: ", "rescue restore", id));
        if (Limits.MaxTotalSize is { } most && store.TrimTo(most) is [_, ..] removed)
        {
            var ids = string.Join(", ", removed.Select(old => old.Id));
            Warn($"rescues took more than gitproc.rescueMaxTotalSize, so the oldest are removed: {ids}");
        }
    }

    private void Warn(string text, Hint? hint = null) =>
        reports?.Report(new PoolReport(ReportKind.Warning, text) { Hint = hint });
}

/// <summary>
/// Cleans checkouts without a holder, so that the next acquire finds them ready: at the default branch as of the last
/// fetch.
/// </summary>
/// <param name="reports">Receives what is rescued and set aside; null to report nothing.</param>
internal sealed class ReleasedCleaning(
    PoolFolder folder,
    PoolDatabase database,
    Lifecycle lifecycle,
    GitRunner git,
    IProgress<PoolReport>? reports,
    GitConfig config,
    PoolSettings settings)
{
    private readonly CheckoutTable _checkouts = new(database.Connection);

    /// <summary>Cleans a checkout, unless it is held, another process cleans it, or processes run in it.</summary>
    /// <param name="mode">What to remove; null for the setting.</param>
    public CheckoutRow Try(CheckoutRow row, CleanMode? mode, bool isDiscarded, CancellationToken cancellationToken)
    {
        using var alone = CheckoutLock.TryAcquire(folder, row.Name);
        var now = _checkouts.Find(row.Id);
        return alone is null || now is not { State: CheckoutState.Cleaning, Lease: null }
            || ForeignProcesses.In(folder, row.Name) is not []
            ? now ?? row
            : Clean(alone, now, mode ?? settings.Clean, isDiscarded, cancellationToken);
    }

    /// <summary>Cleans a checkout if possible. Otherwise nothing changes.</summary>
    public CheckoutRow Clean(
        CheckoutLock alone, CheckoutRow row, CleanMode mode, bool isDiscarded, CancellationToken cancellationToken)
    {
        var repository = database.Repositories.Of(row);
        var basePath = folder.Base(repository.Base);
        if (row.State != CheckoutState.Cleaning || mode == CleanMode.None || BaseHealth.FindDamage(basePath) is not null
            || CheckoutHealth.Check(folder.Place(row)) is { IsMissing: true } or { Damage: not null })
        {
            return row;
        }

        var cleaning = new CheckoutCleaning(folder, database, lifecycle, git, reports)
        {
            Settings = settings,
            Adoption = new SubmoduleAdoption(folder, database, git) { Config = config, Settings = settings },
        };
        var target = BaseRefs.Default(basePath) with { Files = row.Files };
        return cleaning.Clean(alone, row, repository, target, mode, isDiscarded, cancellationToken)
            ?? _checkouts.Find(row.Id)
            ?? row;
    }
}
