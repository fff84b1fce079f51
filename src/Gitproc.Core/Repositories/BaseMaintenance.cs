using System.Globalization;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// Keeps base repositories fast: puts loose objects into packs, and many packs into few. It drops no object, even if
/// nothing in the base repository refers to it, because a checkout may borrow it.
/// </summary>
/// <remarks>
/// Only those tasks of git are used whose manual promises that (git-maintenance(1), loose-objects;
/// git-multi-pack-index(1), expire and repack). gc and repack -d drop objects that nothing leads to, so they refuse to
/// run here (extensions.preciousObjects).
/// </remarks>
/// <param name="reports">Told when it fails; null for nobody.</param>
internal sealed class BaseMaintenance(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    // git-config(1), gc.auto and gc.autoPackLimit: it counts one of the 256 folders of loose objects too.
    private const int MaxLooseInOne = (6700 + 255) / 256;
    private const int MaxPacks = 50;

    // Packs are combined up to this size in bytes, or all but the largest.
    private const long MinBatchSize = 64 << 20;

    private static readonly TimeSpan MaxLockAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxWriteAge = TimeSpan.FromDays(1);

    /// <summary>True if a base repository needs it. Starts no process.</summary>
    public static bool IsDue(string path) =>
        Files(Path.Combine(path, "objects", "17"), "*").Count() > MaxLooseInOne || Packs(path).Count() > MaxPacks;

    /// <summary>Packs it, unless that is not due or another process does it.</summary>
    public bool RunIfDue(RepositoryRow repository, bool isBrief, CancellationToken cancellationToken)
    {
        var path = folder.Base(repository.Base);
        if (BaseHealth.FindDamage(path) is not null || !IsDue(path))
            return false;
        using var alone = FileLock.TryAcquire(folder.MaintenanceLock(repository.Id));
        if (alone is null)
            return false;
        using var step = ProgressStep.Begin(reports, $"packing {repository.Key}");
        try
        {
            RemoveLeft(path);
            PackLoose(path, cancellationToken);
            if (!isBrief && Packs(path).Count() > MaxPacks)
                JoinPacks(path, cancellationToken);
            return true;
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            reports?.Report(
                new PoolReport(ReportKind.Warning, $"the base repository {path} could not be packed: {e.Message}"));
            return false;
        }
    }

    private void PackLoose(string path, CancellationToken cancellationToken)
    {
        Run(path, cancellationToken, "maintenance", "run", "--quiet", "--task=loose-objects", "--task=commit-graph");
        // Removes those that are in a pack by now.
        Run(path, cancellationToken, "prune-packed", "--quiet");
    }

    // In git's own order: a pack whose objects all are in a newer one is deleted the next time only, when no process
    // reads it any more.
    private void JoinPacks(string path, CancellationToken cancellationToken)
    {
        Run(path, cancellationToken, "multi-pack-index", "write", "--no-progress");
        Run(path, cancellationToken, "multi-pack-index", "expire", "--no-progress");
        var sizes = Packs(path).Select(pack => new FileInfo(pack).Length).ToList();
        var batch = Math.Max(MinBatchSize, sizes.Sum() - sizes.Max() + 1);
        Run(
            path,
            cancellationToken,
            "multi-pack-index",
            "repack",
            "--no-progress",
            string.Create(CultureInfo.InvariantCulture, $"--batch-size={batch}"));
    }

    // The lock of a git that was killed. One that runs has made its lock a short time ago.
    private static void RemoveLeft(string path)
    {
        foreach (var name in (ReadOnlySpan<string>)
                ["maintenance.lock", "pack/multi-pack-index.lock", "info/commit-graphs/commit-graph-chain.lock"])
            RemoveOld(Path.Combine(path, "objects", name), MaxLockAge);
        foreach (var file in Files(Path.Combine(path, "objects", "pack"), "tmp_*"))
            RemoveOld(file, MaxWriteAge);
    }

    private static void RemoveOld(string file, TimeSpan longest)
    {
        if (new FileInfo(file) is { Exists: true } info && DateTime.UtcNow - info.LastWriteTimeUtc > longest)
            info.Delete();
    }

    private static IEnumerable<string> Packs(string path) => Files(Path.Combine(path, "objects", "pack"), "*.pack");

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern) : [];

    private void Run(string path, CancellationToken cancellationToken, params string[] arguments)
    {
        var call = BaseCall.Of(path, arguments);
        // The user's config may disable it.
        git.Run(
            call with
            {
                Subject = path,
                SilenceTimeout = MaxLockAge,
                Config = [.. call.Config, ("core.multiPackIndex", "true"), ("core.commitGraph", "true")],
            },
            cancellationToken);
    }
}
