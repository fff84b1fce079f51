using System.Globalization;
using Gitproc.Files;
using Gitproc.Reports;

namespace Gitproc.Registry;

/// <summary>Where things are in a pool.</summary>
/// <param name="Path">The pool's folder, absolute.</param>
internal sealed record PoolFolder(string Path)
{
    public string Database => System.IO.Path.Combine(Path, "gitproc.db");

    /// <summary>The folder of the default pool.</summary>
    /// <exception cref="GitprocException">
    /// The home is not an absolute path: the pool would be another one in every folder.
    /// </exception>
    public static string Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable("GITPROC_POOL") is { Length: > 0 } named)
                return named;
            var home = Paths.Home;
            return System.IO.Path.IsPathFullyQualified(home)
                ? System.IO.Path.Combine(home, ".gitproc_pool")
                : throw new GitprocException(
                    ErrorReason.PoolNotUsable,
                    $"Your home folder '{home}' is not an absolute path. Set HOME, or name the pool's folder with GITPROC_POOL.",
                    home);
        }
    }

    /// <summary>The folder for what is not finished.</summary>
    public string Temporary => System.IO.Path.Combine(Path, "tmp");

    /// <summary>The folder of the repositories of rescued work.</summary>
    public string Rescues => System.IO.Path.Combine(Path, "rescues");

    /// <summary>The folder of the files that waiting processes keep locked.</summary>
    public string Queue => System.IO.Path.Combine(Path, "queue");

    /// <summary>Where the agent of the pool listens.</summary>
    public string AgentSocket => System.IO.Path.Combine(Path, "agent.sock");

    public string Checkout(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// The names of the folders that are called like checkouts, on the list or not; none if there is no pool.
    /// </summary>
    public IEnumerable<string> CheckoutFolders() => Directory.Exists(Path)
        ? Directory.EnumerateDirectories(Path, "checkout-*").Select(path => System.IO.Path.GetFileName(path))
        : [];

    public CheckoutPlace Place(CheckoutRow row) => row.SharedBase is { } shared
        ? CheckoutPlace.FromWorktree(row.Name, Checkout(row.Name), Base(shared))
        : CheckoutPlace.FromClone(row.Name, Checkout(row.Name), row.Kind);

    public string Base(string relative) => Below("base", relative);

    /// <summary>The seed of a repository, from which new checkouts are made.</summary>
    /// <param name="relative">The name of its base repository.</param>
    /// <returns>The absolute path of a folder.</returns>
    public string Seed(string relative) => Below("seeds", relative);

    /// <summary>
    /// A new folder for something unfinished, on the pool's own file system, so that it can be renamed into place.
    /// What stopped processes left under the same name is removed as far as it can be: a git whose gitproc was killed
    /// may still write there.
    /// </summary>
    /// <param name="locked">The name whose lock the caller has. Without it, a repair removes the folder.</param>
    /// <param name="part">What it is for, if the caller needs more than one at a time; null for the first.</param>
    /// <returns>Its absolute path; nothing is there.</returns>
    public string Unfinished(string locked, string? part = null)
    {
        RemoveUnfinished(locked, part);
        return System.IO.Path.Combine(Temporary, $"{UnfinishedName(locked, part)}{Guid.NewGuid():N}");
    }

    /// <summary>Removes what stopped processes left, as far as it can be.</summary>
    /// <param name="locked">The name whose lock the caller has.</param>
    /// <param name="part">What it was for.</param>
    public void RemoveUnfinished(string locked, string? part)
    {
        var name = UnfinishedName(locked, part);
        foreach (var left in Directory.EnumerateDirectories(Temporary, name + "*"))
        {
            // Other parts have one dot more.
            if (!System.IO.Path.GetFileName(left)[name.Length..].Contains('.', StringComparison.Ordinal))
                FolderRemoval.TryRemove(left);
        }
    }

    public string BaseLock(long repositoryId) => System.IO.Path.Combine(Path, "locks", $"base-{repositoryId}.lock");

    /// <summary>The lock under which a base repository is fetched.</summary>
    /// <returns>The absolute path of its lock file.</returns>
    public string FetchLock(long repositoryId) => System.IO.Path.Combine(Path, "locks", $"fetch-{repositoryId}.lock");

    /// <summary>The lock under which a base repository is packed.</summary>
    /// <returns>The absolute path of its lock file.</returns>
    public string MaintenanceLock(long repositoryId) =>
        System.IO.Path.Combine(Path, "locks", $"pack-{repositoryId}.lock");

    /// <summary>The lock of the process that makes spares.</summary>
    /// <param name="kind">The kind of them; empty for any.</param>
    /// <returns>The absolute path of its lock file.</returns>
    public string SpareLock(long repositoryId, string kind) =>
        System.IO.Path.Combine(Path, "locks", $"spares-{repositoryId}{(kind.Length == 0 ? "" : $"-{kind}")}.lock");

    /// <summary>The lock of the agent that speaks for the machine.</summary>
    public string AgentLock => System.IO.Path.Combine(Path, "locks", "agent.lock");

    /// <summary>The lock under which the folder of a checkout is made or cleaned.</summary>
    /// <returns>The absolute path of its lock file.</returns>
    public string CheckoutLock(string name) => System.IO.Path.Combine(Path, "locks", name + ".lock");

    /// <summary>The folder of the records of clean checkouts.</summary>
    public string Records => System.IO.Path.Combine(Path, "records");

    /// <summary>What the user has approved of what repositories propose.</summary>
    public string Trusted => System.IO.Path.Combine(Path, "trusted");

    /// <summary>The lock under which <see cref="Trusted"/> is changed.</summary>
    public string TrustedLock => System.IO.Path.Combine(Path, "locks", "trusted.lock");

    /// <summary>The lease in which proposed hooks may run in a checkout.</summary>
    /// <returns>The absolute path of a file.</returns>
    public string SetupMark(string name) => Record(name) + ".setup";

    /// <summary>The file with the record of a clean checkout.</summary>
    /// <returns>The absolute path of a folder.</returns>
    public string Record(string name) => System.IO.Path.Combine(Records, name);

    /// <summary>The folder of logs of what runs in the background.</summary>
    public string Logs => System.IO.Path.Combine(Path, "logs");

    /// <summary>The folder of the files that those who run hooks in the background keep locked.</summary>
    public string RunningHooks => System.IO.Path.Combine(Logs, "running");

    /// <summary>The folder of the logs of processes that have failed.</summary>
    public string FailedLogs => System.IO.Path.Combine(Logs, "failed");

    /// <summary>What a hook in the background has printed.</summary>
    /// <param name="start">The event of its start.</param>
    /// <returns>The absolute path of a file.</returns>
    public string Log(long start) =>
        System.IO.Path.Combine(Logs, string.Create(CultureInfo.InvariantCulture, $"{start}.log"));

    /// <summary>The file that one who waits keeps locked.</summary>
    /// <returns>Its absolute path.</returns>
    public string Ticket(string name) => System.IO.Path.Combine(Queue, name);

    /// <summary>Makes the folders for what runs in the background, private to the user.</summary>
    public void CreateLogs()
    {
        CreatePrivate(Logs);
        CreatePrivate(RunningHooks);
        CreatePrivate(FailedLogs);
    }

    /// <summary>Makes the folders that every pool has, private to the user.</summary>
    public void Create()
    {
        try
        {
            CreatePrivate(Path);
            CreatePrivate(Temporary);
            CreatePrivate(System.IO.Path.Combine(Path, "locks"));
            CreatePrivate(Queue);
            CreatePrivate(Rescues);
            CreatePrivate(Records);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitprocException(
                ErrorReason.PoolNotUsable,
                $"The pool folder {Path} cannot be made: {e.Message} Name another one, here or with GITPROC_POOL.",
                Path,
                e);
        }
    }

    /// <summary>
    /// Refuses a folder where others may have put what the user would run: hooks, config, programs to build.
    /// </summary>
    public void MustBeSafe(Func<string, bool> isTrusted)
    {
        if (FindDanger(isTrusted) is var (text, command))
            throw new GitprocException(ErrorReason.PoolNotUsable, text + command, Path);
    }

    /// <summary>Finds out why <see cref="MustBeSafe"/> refuses the folder.</summary>
    /// <returns>What is wrong, and the command that changes it; null if the folder is safe.</returns>
    public (string Text, string Command)? FindDanger(Func<string, bool> isTrusted)
    {
        if (!Directory.Exists(Path))
            return null;
        if (WritersRemoval() is { } command)
            return ($"Anybody may write to the pool folder {Path}. Take that away: ", command);
        return FolderOwner.IsUsers(Path) || isTrusted(Path)
            ? null
            : (
                $"The pool folder {Path} belongs to another user. Name another one, here or with GITPROC_POOL, or, "
                    + "if you trust it: ",
                $"git config --global --add safe.directory '{Path}'");
    }

    // The command that keeps others from writing to the folder; null if they may not.
    private string? WritersRemoval()
    {
        if (OperatingSystem.IsWindows())
            return WindowsAccess.MayAnybodyWrite(Path) ? WindowsAccess.MakePrivate(Path) : null;

        return (File.GetUnixFileMode(Path) & UnixFileMode.OtherWrite) != 0 ? $"chmod o-w '{Path}'" : null;
    }

    private static string UnfinishedName(string locked, string? part) =>
        part is null ? $"{locked}." : $"{locked}.{part}.";

    private string Below(string folder, string relative) =>
        System.IO.Path.Combine(Path, folder, relative.Replace('/', System.IO.Path.DirectorySeparatorChar));

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            WindowsAccess.CreatePrivate(folder);
        else
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
