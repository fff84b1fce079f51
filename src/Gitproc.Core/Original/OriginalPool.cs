using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Original;

/// <summary>
/// Takes over a pool of the original gitproc, which has the same folder and the same name of the database. Each of its
/// checkouts becomes a checkout of the pool that is still to be cleaned, so recycling rescues the work in it. A
/// checkout that is locked stays locked.
/// </summary>
/// <remarks>
/// <para>
/// The steps are: 1. Refuse if a process that locked a checkout still runs, or if any process runs in a checkout. 2.
/// Copy the database. 3. Make a repository of its own of each worktree: see <see cref="WorktreeConversion"/>. Older
/// versions of the original made clones, which need no conversion. 4. Write the lease and then the record into the
/// <c>.git</c> of each checkout. 5. In one transaction, add all checkouts that have a record to the database, and drop
/// the original's table.
/// </para>
/// <para>
/// The table goes last, because it marks a pool that is still to be taken over. A crash at any step before leaves it,
/// and the next command that opens the pool does all steps again. It skips checkouts that have a record, and keeps the
/// first copy of the database. A checkout that cannot be converted is left as it is and named in the report; it does
/// not keep the others from being taken over.
/// </para>
/// </remarks>
internal sealed class OriginalPool(PoolFolder folder, GitRunner git, Func<AddressRules> rules)
{
    // The original reads the clock only after its process has started, so the time of a lock may be this much later.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private readonly List<string> _left = [];
    private OriginalDatabase? _database;

    /// <summary>
    /// Steps 1 to 4: if the database is the original's, writes a record into each checkout. The database itself is not
    /// changed. The caller makes sure that no other process has the pool open. An interrupted takeover can be run
    /// again.
    /// </summary>
    public void TakeOver(PoolDatabase database)
    {
        var original = new OriginalDatabase(database.Connection, folder.Database);
        if (!original.Exists)
            return;
        var rows = original.Read().ToDictionary(row => row.Checkout, StringComparer.Ordinal);
        foreach (var row in rows.Values)
            MustBeLeft(row);
        try
        {
            original.KeepCopy();
            var addresses = rules();
            foreach (var shared in SharedRepository.All(folder))
                TakeOver(shared, rows, addresses);
            foreach (var row in rows.Values)
                TakeOverClone(row, addresses);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitprocException(
                ErrorReason.PoolNotUsable,
                $"The pool {folder.Path} of the original gitproc cannot be taken over: {e.Message} Checkouts that are already converted are kept. Try again.",
                folder.Path,
                e);
        }

        _database = original;
    }

    /// <summary>Step 5: drops the original's table, in the transaction of the caller that fills the database.</summary>
    /// <param name="done">A line for each checkout that was added to the database.</param>
    /// <returns>A warning for the user; null if the pool was not a pool of the original.</returns>
    public string? Finish(IEnumerable<string> done)
    {
        if (_database is null)
            return null;
        _database.Drop();
        return $"this pool was made by the original gitproc, and is taken over. A copy of its database is kept as {_database.Copy}. "
            + $"Work in its checkouts is rescued when they are cleaned; see {OnlineDocuments.Folder}migration.md\n  {string.Join("\n  ", _left.Concat(done))}".TrimEnd();
    }

    private void MustBeLeft(OriginalRow row)
    {
        if (row is { IsLocked: true, ProcessId: { } id }
            && ProcessTable.Find(id) is { } holder
            && !IsLater(id, row.LockedAt))
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"{row.Checkout} is locked in the original gitproc by process {id} ({PrintableText.Of(holder.Name)}), which still runs. The pool is taken over when the process has ended. Until then, set GITPROC_POOL to use another pool.",
                row.Checkout);
        }

        if (Path.Exists(folder.Checkout(row.Checkout))
            && CheckoutProcesses.Of(folder.Checkout(row.Checkout)) is { Count: > 0 } running)
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"This pool was made by the original gitproc, and these processes run in {row.Checkout}: {CheckoutProcesses.Names(running)}. The pool is taken over when they have ended. Until then, set GITPROC_POOL to use another pool.",
                row.Checkout);
        }
    }

    // True if the process started after the lock was taken: the process that locked has ended, and its id is used
    // again.
    private static bool IsLater(int id, DateTimeOffset? lockedAt)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return lockedAt is { } time && process.StartTime.ToUniversalTime() > time.UtcDateTime + ClockTolerance;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // The process has ended meanwhile.
            return true;
        }
    }

    private void TakeOver(SharedRepository shared, Dictionary<string, OriginalRow> rows, AddressRules addresses)
    {
        foreach (
            var name in shared.Worktrees.Keys.Where(name =>
                !CheckoutRecord.Exists(Path.Combine(folder.Checkout(name), ".git"))))
        {
            var row = rows.GetValueOrDefault(name);
            Attempt(
                name,
                () =>
                    new WorktreeConversion(folder, git).Run(
                        shared, name, Describe(shared.Path, row, addresses), LeaseOf(row)));
        }
    }

    // Older versions of the original made clones instead of worktrees.
    private void TakeOverClone(OriginalRow row, AddressRules addresses)
    {
        var gitDirectory = Path.Combine(folder.Checkout(row.Checkout), ".git");
        if (CheckoutName.Read(row.Checkout) is null
            || !Paths.IsFolder(gitDirectory)
            || CheckoutRecord.Exists(gitDirectory))
            return;
        Attempt(row.Checkout, () =>
        {
            var record = Describe(gitDirectory, row, addresses);
            if (LeaseOf(row) is { } lease)
                LeaseFile.Write(gitDirectory, lease, replaced: null);
            record.Write(gitDirectory);
        });
    }

    private void Attempt(string name, Action step)
    {
        try
        {
            step();
        }
        catch (GitprocException e)
        {
            _left.Add($"{name} is left as it is: {e.Message}");
        }
    }

    // The config has the URL that git made absolute. If the config is damaged, only the address that the user typed is
    // left.
    private CheckoutRecord Describe(string gitDirectory, OriginalRow? row, AddressRules addresses)
    {
        var origin = git.Run(
                new GitCall("config", "--file", Path.Combine(gitDirectory, "config"), "--get", "remote.origin.url")
                {
                    WorkingDirectory = folder.Path,
                    MayFail = true,
                },
                CancellationToken.None)
            .Output.TrimEnd('\n');
        var address = RepositoryAddress.Parse(origin.Length > 0 ? origin : row?.Repository ?? "", addresses);
        return new CheckoutRecord(address.Key, address.Url, BaseFolder.Of(address.Key));
    }

    private static Lease? LeaseOf(OriginalRow? row)
    {
        if (row is not { IsLocked: true })
            return null;
        var lease = new LeaseTerms { Owner = null, Label = "locked by the original gitproc" }.NewLease(
            defaultDuration: null);
        return lease with { AcquiredAt = row.LockedAt ?? lease.AcquiredAt };
    }
}
