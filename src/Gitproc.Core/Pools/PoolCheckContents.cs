using System.Diagnostics;
using Gitproc.Checkouts;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>
/// The part of <see cref="PoolCheck"/> that looks into a pool whose database can be read. It finds what
/// <see cref="PoolRepair"/> and <see cref="BaseHealing"/> would put right, as far as that can be seen quickly.
/// </summary>
internal sealed class PoolCheckContents(PoolFolder folder, PoolDatabase database, Findings findings)
{
    // Whoever works in tmp may be about to lock its name.
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(1);

    public void Run(CancellationToken cancellationToken)
    {
        if (!PoolMove.IsInPlace(folder) && database.Checkouts.All().Count > 0)
            findings.Notice("Pool", "It was moved or copied here. The next command follows it.");
        findings.Try("Base repositories", () => CheckBases(cancellationToken));
        findings.Try("Checkouts", () => CheckCheckouts(cancellationToken));
        findings.Try("Locks", CheckLocks);
        findings.Try("Background", CheckLogs);
    }

    private void CheckBases(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var (healthy, unknown) = (0, 0);
        foreach (var repository in database.Repositories.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = folder.Base(repository.Base);
            // A repository whose clone failed has neither.
            if (!Directory.Exists(path) && database.Checkouts.OfRepository(repository.Id).Count == 0)
                continue;
            if (watch.Elapsed > PoolCheck.MaxTime)
                unknown++;
            else if (IsHealthy(repository, path))
                healthy++;
        }

        if (unknown > 0)
        {
            findings.Notice(
                "Base repositories",
                $"{unknown} were not looked at, because that would take too long.",
                new Hint(" To look at all of them: ", "repair"));
        }

        if (healthy > 0)
            findings.Ok("Base repositories", $"{healthy} healthy");
    }

    private bool IsHealthy(RepositoryRow repository, string path)
    {
        var subject = $"Base repository {repository.Key}";
        var isHealthy = true;
        findings.Try(subject, () =>
        {
            isHealthy = false;
            if (BaseHealth.FindDamage(path, mayRestore: false) is { } damage)
            {
                findings.Problem(subject, $"It {damage}.", new Hint(" To heal it: ", "repair"));
                return;
            }

            if (BaseDamage.FindQuickly(path) is { IsNone: false } found)
            {
                findings.Problem(
                    subject, $"It is damaged: {found.Describe()} cannot be read.", new Hint(" To heal it: ", "repair"));
                return;
            }

            if (LeftFiles.FindOld(path) is { Count: > 0 } left)
            {
                findings.Problem(
                    subject,
                    $"A stopped git left {Some(left.ConvertAll(file => Paths.Relative(path, file)))}.",
                    new Hint(" To remove that: ", "repair"));
                return;
            }

            isHealthy = true;
        });
        return isHealthy;
    }

    private void CheckCheckouts(CancellationToken cancellationToken)
    {
        var rows = database.Checkouts.All();
        var description = new CheckoutDescription(folder);
        var states = rows.GroupBy(row => description.Of(row).State).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}")
            .ToList();
        findings.Ok("Checkouts", rows.Count == 0 ? "none" : $"{rows.Count}: {string.Join(", ", states)}");
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Try($"Checkout {row.Name}", () => CheckCheckout(row));
        }

        var known = rows.Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in folder.CheckoutFolders())
        {
            if (CheckoutName.Read(name) is not null && !known.Contains(name))
            {
                findings.Notice(
                    $"Checkout {name}", "It is not on the list.", new Hint(" To put it there: ", "repair"));
            }
        }
    }

    private void CheckCheckout(CheckoutRow row)
    {
        var subject = $"Checkout {row.Name}";
        var recreate = new Hint(" To recreate it: ", "reset", row.Name);
        switch (row.State)
        {
            case CheckoutState.Broken:
                findings.Problem(subject, $"It is set aside: it {(row.Reason ?? "is broken").TrimEnd('.')}.", recreate);
                return;
            case CheckoutState.Unknown:
                findings.Problem(
                    subject,
                    "It does not say who holds it. If nobody uses it, release it:",
                    new Hint(" ", "release", row.Name) { Options = [new("Force")] });
                return;
            case CheckoutState.Creating:
                if (!LockedFile.IsLocked(folder.CheckoutLock(row.Name)))
                    findings.Notice(subject, "It was not finished. The next acquire creates it again.");
                return;
        }

        var health = CheckoutHealth.Check(folder.Place(row));
        if (health.IsMissing)
        {
            findings.Problem(
                subject,
                "Its folder is gone.",
                row.Lease is null
                    ? new Hint(" To take it off the list: ", "repair")
                    : new Hint(" To end its lease: ", "release", row.Name) { Options = [new("Force")] });
        }
        else if (health.Damage is { } damage)
        {
            findings.Problem(subject, $"It {damage.TrimEnd('.')}.", recreate);
        }
        else if (row is { State: CheckoutState.Cleaning, Lease: null }
            && !LockedFile.IsLocked(folder.CheckoutLock(row.Name)))
        {
            findings.Notice(
                subject,
                "It was released, and is not clean yet. The next acquire that needs it cleans it.",
                PoolCheck.Repair);
        }
    }

    private void CheckLocks()
    {
        string[] locks =
        [
            .. Directory.EnumerateFiles(Path.Combine(folder.Path, "locks"), "*.lock"), folder.Database + ".writer",
        ];
        var stopped = FileLock.FindStopped(locks.Where(File.Exists));
        foreach (var path in stopped)
        {
            findings.Problem(
                "Locks",
                FileLock.Stopped($"{FileLock.HolderOf(path)} is stopped, and has {Path.GetFileName(path)} locked", path)
                    .Message);
        }

        var oldest = DateTime.UtcNow - MinAge;
        var left = Directory.EnumerateDirectories(folder.Temporary)
            .Where(path => Directory.GetLastWriteTimeUtc(path) < oldest
                && !LockedFile.IsLocked(folder.CheckoutLock(Path.GetFileName(path).Split('.')[0])))
            .Select(path => Path.GetFileName(path)!)
            .ToList();
        if (left.Count > 0)
        {
            findings.Notice(
                "Locks", $"A stopped process left {Some(left)} in tmp.", new Hint(" To remove that: ", "repair"));
        }

        if (stopped.Count == 0 && left.Count == 0)
            findings.Ok("Locks", "none is left behind");
    }

    private void CheckLogs()
    {
        foreach (var (path, why) in BackgroundLog.Left(folder))
            findings.Notice("Background", $"What ran in the background failed: {why.TrimEnd('.')}. Its log is {path}");
    }

    private static string Some(List<string> names) =>
        string.Join(", ", names.Take(3)) + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
}
