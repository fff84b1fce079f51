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
/// Takes over a pool of the original gitproc, which is in the same folder and has a database of the same name. Each checkout becomes
/// one of ours that is yet to be cleaned, so that the work in it is rescued as always; those that are locked stay held.
/// </summary>
internal sealed class OriginalPool(PoolFolder folder, GitRunner git, Func<AddressRules> rules)
{
    // The original reads the clock after its process started.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private readonly List<string> _left = [];
    private OriginalDatabase? _database;

    /// <summary>
    /// Makes the checkouts such that they say what they are, where the database is the original's; the database itself is not
    /// changed. Nobody else opens the pool at the time. It can be ended at any moment and done again.
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
            throw new GitprocException(ErrorReason.PoolNotUsable, $"The pool {folder.Path} of the original gitproc cannot be taken over: {e.Message} What is done stays; try again.", folder.Path, e);
        }

        _database = original;
    }

    /// <summary>Ends the takeover: the original's table goes, in the transaction in which ours are made.</summary>
    /// <returns>What the user is told; null where the pool was none of the original.</returns>
    public string? Finish(IEnumerable<string> done)
    {
        if (_database is null)
            return null;
        _database.Drop();
        return $"this pool was made by the original gitproc, and is taken over. Its database is kept as {_database.Copy}. "
            + $"What is in its checkouts is rescued when they are cleaned; see {OnlineDocuments.Folder}migration.md\n  {string.Join("\n  ", _left.Concat(done))}".TrimEnd();
    }

    private void MustBeLeft(OriginalRow row)
    {
        if (row is { IsLocked: true, ProcessId: { } id } && ProcessTable.Find(id) is { } holder && !IsLater(id, row.LockedAt))
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"{row.Checkout} is locked in the original gitproc by process {id} ({PrintableText.Of(holder.Name)}), which runs. When it has ended, the pool is taken over; until then use another one with GITPROC_POOL.",
                row.Checkout);
        }

        if (Path.Exists(folder.Checkout(row.Checkout)) && CheckoutProcesses.Of(folder.Checkout(row.Checkout)) is { Count: > 0 } running)
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"This pool was made by the original gitproc, and these run in {row.Checkout}: {CheckoutProcesses.Names(running)}. When they have ended, the pool is taken over; until then use another one with GITPROC_POOL.",
                row.Checkout);
        }
    }

    // The id is another process's by now.
    private static bool IsLater(int id, DateTimeOffset? lockedAt)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return lockedAt is { } time && process.StartTime.ToUniversalTime() > time.UtcDateTime + ClockTolerance;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended meanwhile.
            return true;
        }
    }

    private void TakeOver(SharedRepository shared, Dictionary<string, OriginalRow> rows, AddressRules addresses)
    {
        foreach (var name in shared.Worktrees.Keys.Where(name => !CheckoutRecord.Exists(Path.Combine(folder.Checkout(name), ".git"))))
        {
            var row = rows.GetValueOrDefault(name);
            Attempt(name, () => new WorktreeConversion(folder, git).Run(shared, name, Describe(shared.Path, row, addresses), LeaseOf(row)));
        }
    }

    // Before it used worktrees, the original made clones.
    private void TakeOverClone(OriginalRow row, AddressRules addresses)
    {
        var gitDirectory = Path.Combine(folder.Checkout(row.Checkout), ".git");
        if (CheckoutName.Read(row.Checkout) is null || !Paths.IsFolder(gitDirectory) || CheckoutRecord.Exists(gitDirectory))
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

    // What git made of what was typed is absolute; what was typed is all there is where a config is damaged.
    private CheckoutRecord Describe(string gitDirectory, OriginalRow? row, AddressRules addresses)
    {
        var origin = git.Run(
            new GitCall("config", "--file", Path.Combine(gitDirectory, "config"), "--get", "remote.origin.url") { WorkingDirectory = folder.Path, MayFail = true },
            CancellationToken.None).Output.TrimEnd('\n');
        var address = RepositoryAddress.Parse(origin.Length > 0 ? origin : row?.Repository ?? "", addresses);
        return new CheckoutRecord(address.Key, address.Url, BaseFolder.Of(address.Key));
    }

    private static Lease? LeaseOf(OriginalRow? row)
    {
        if (row is not { IsLocked: true })
            return null;
        var lease = new LeaseTerms { Owner = null, Label = "locked by the original gitproc" }.NewLease(defaultDuration: null);
        return lease with { AcquiredAt = row.LockedAt ?? lease.AcquiredAt };
    }
}
