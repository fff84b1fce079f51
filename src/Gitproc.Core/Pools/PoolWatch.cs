using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>Looks at a pool again and again. Reads only; not thread-safe.</summary>
public sealed class PoolWatch : IDisposable
{
    private readonly Session _session;
    private readonly string? _repository;
    private readonly string _workingDirectory;
    private readonly CancellationToken _cancellationToken;
    private PoolDatabase? _database;
    private long _version;

    internal PoolWatch(
        Session session, string? repository, string workingDirectory, CancellationToken cancellationToken)
    {
        (_session, _repository, _workingDirectory) = (session, repository, workingDirectory);
        _cancellationToken = cancellationToken;
    }

    /// <summary>
    /// True if something was written since the last <see cref="Read"/>. Takes microseconds. Nobody writes that an owner
    /// has ended, or that a lease has expired.
    /// </summary>
    public bool HasChanged
    {
        get
        {
            try
            {
                return _database is not null && _database.DataVersion != _version;
            }
            catch (SqliteException)
            {
                // The next read reports what is wrong.
                return true;
            }
        }
    }

    /// <summary>Reads the pool as it is now.</summary>
    /// <returns>The pool; without a checkout when there is none.</returns>
    /// <exception cref="GitprocException">The database cannot be used, or the repository is not known.</exception>
    public PoolSnapshot Read()
    {
        // Opened anew each time: the file may be another one, after a loss.
        Dispose();
        if (File.Exists(_session.Folder.Database))
            _database = _session.With(_ => Open(), _cancellationToken);
        _version = _database?.DataVersion ?? 0;
        return _session.Exists
            ? _session.With(Look, _cancellationToken)
            : new PoolSnapshot(_session.Folder.Path, [], []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _database?.Dispose();
        _database = null;
    }

    private PoolDatabase Open() =>
        PoolDatabase.Open(_session.Folder.Database, _ => { }, cancellationToken: _cancellationToken);

    private PoolSnapshot Look(PoolDatabase database)
    {
        var folder = _session.Folder;
        // A list does not read whose work may still be in a checkout.
        var rows = _session.Rows(_repository, _workingDirectory, database, _cancellationToken).ConvertAll(row =>
            row is { State: CheckoutState.Cleaning, Lease: null } ? database.Checkouts.Find(row.Id) ?? row : row);
        var repositories = database.Repositories.All().ToDictionary(row => row.Id);
        long? only = _repository is null
            ? null
            : _session.FindRepository(_repository, _workingDirectory, database, _cancellationToken)?.Id ?? -1;
        var (description, activity) = (new CheckoutDescription(folder), new CheckoutActivity(folder));
        var waiters = new WaiterTable(database.Connection).All().Where(row =>
            (only is null || row.RepositoryId == only) && LockedFile.IsLocked(folder.Ticket(row.Ticket)));
        return new PoolSnapshot(folder.Path, [.. rows.Select(Entry)], [.. waiters.Select(Waiter)]);

        PoolEntry Entry(CheckoutRow row) =>
            activity.Of(row, folder.Base(repositories[row.RepositoryId].Base), description.Of(row));

        PoolWaiter Waiter(SeenWaiterRow row) => new(
            repositories[row.RepositoryId].Key,
            row.CheckoutId is { } id ? CheckoutName.Of(id) : null,
            row.Who,
            row.Since);
    }
}

/// <summary>A pool at one moment. Immutable.</summary>
/// <param name="Path">The pool's folder.</param>
/// <param name="Entries">The checkouts, by number.</param>
/// <param name="Waiters">The processes that wait for one, in the order of the queue.</param>
public sealed record PoolSnapshot(string Path, IReadOnlyList<PoolEntry> Entries, IReadOnlyList<PoolWaiter> Waiters);

/// <summary>A checkout, and what goes on with it.</summary>
/// <param name="Checkout">The checkout.</param>
/// <param name="Doing">
/// What its holder says it is for, or what is done to it, in a few words; empty if nothing.
/// </param>
/// <param name="Since">The time since when somebody has it, or nobody uses it; UTC.</param>
public sealed record PoolEntry(Checkout Checkout, string Doing, DateTimeOffset Since)
{
    /// <summary>Says what goes on with a checkout of another machine, of which only a copy is known.</summary>
    /// <param name="copy">The copy.</param>
    /// <returns>The entry.</returns>
    public static PoolEntry FromCopy(Checkout copy) =>
        new(copy, CheckoutActivity.Join(copy.Reason, copy.Label, copy.Job?.ToString()), SinceWhen(copy));

    internal static DateTimeOffset SinceWhen(Checkout checkout) =>
        (checkout.LeaseId is null ? checkout.LastUsedAt : checkout.AcquiredAt) ?? checkout.CreatedAt;
}

/// <summary>A process that waits for a checkout.</summary>
/// <param name="Repository">The key of the repository.</param>
/// <param name="Checkout">The only checkout that will do; null for any of the repository.</param>
/// <param name="Who">The user and process that wait.</param>
/// <param name="Since">The time when it began to wait, UTC.</param>
public sealed record PoolWaiter(string Repository, string? Checkout, string Who, DateTimeOffset Since);

/// <summary>Says what goes on with a checkout, as far as that is seen from outside.</summary>
internal sealed class CheckoutActivity(PoolFolder folder)
{
    public PoolEntry Of(CheckoutRow row, string baseFolder, Checkout checkout) =>
        new(checkout, Doing(row, baseFolder, checkout), PoolEntry.SinceWhen(checkout));

    public static string Join(params IEnumerable<string?> parts) =>
        string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));

    private string Doing(CheckoutRow row, string baseFolder, Checkout checkout) => checkout.State switch
    {
        CheckoutState.Creating => Join(Making(row.Name, baseFolder), Purpose(row.Lease)),
        CheckoutState.Cleaning => Join(Cleaning(row), Purpose(row.Lease)),
        CheckoutState.Broken => checkout.Reason ?? "",
        CheckoutState.Unknown => "the owner is unknown",
        CheckoutState.Free when row.Lease is not null => "was left behind",
        _ => Purpose(row.Lease),
    };

    private string Making(string name, string baseFolder)
    {
        if (!Directory.Exists(baseFolder))
            return "is made: the repository is cloned";
        return Directory.Exists(folder.Temporary) && Directory.EnumerateDirectories(folder.Temporary, name + ".*").Any()
            ? "is made: its files are written"
            : "is made";
    }

    // Only the lock tells whether somebody cleans it now, and whoever tries the lock is in the way for a moment.
    private static string Cleaning(CheckoutRow row) => row switch
    {
        { Lease: not null } => "is cleaned",
        { LastLease: { Owner: { } owner } } => $"is to be cleaned of the work of {owner.Process.Id} {owner.Name}",
        { LastLease: { } last } => $"is to be cleaned of the work of {last.User}",
        _ => "is to be cleaned",
    };

    private static string Purpose(Lease? lease) => Join(lease?.Label, lease?.Job?.ToString());
}
