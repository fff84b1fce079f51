using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gitproc.Registry;

/// <summary>
/// An open <c>gitproc.db</c>, the only truth about leases. Every change is one <c>BEGIN IMMEDIATE</c> transaction and
/// no git runs inside one. Not thread-safe; any number of processes may have the file open.
/// </summary>
internal sealed class PoolDatabase : IDisposable
{
    // How long a transaction waits for another process's. Transactions take a millisecond or less.
    private const int BusyTimeoutMilliseconds = 60_000;

    // Some twenty commits.
    private const long LongestLog = 256 * 1024;

    private readonly SqliteConnection _connection;
    private readonly string _log;

    static PoolDatabase() => Batteries_V2.Init();

    private PoolDatabase(SqliteConnection connection, string file)
    {
        _connection = connection;
        _log = file + "-wal";
    }

    /// <summary>The connection, for the tables of this folder.</summary>
    public SqliteConnection Connection => _connection;

    /// <summary>Opens the database, making or migrating it when that is due.</summary>
    /// <param name="file">Its path; the folder exists.</param>
    /// <returns>The open database.</returns>
    /// <exception cref="GitprocException">The file is newer than this program, or no database.</exception>
    public static PoolDatabase Open(string file)
    {
        try
        {
            var database = Connect(file);
            try
            {
                database.Prepare(file);
                return database;
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (SqliteException e)
        {
            throw new GitprocException(
                ErrorReason.DatabaseNotUsable, $"The pool's database {file} cannot be used: {e.Message}", file, e);
        }
    }

    /// <summary>Runs a change.</summary>
    /// <typeparam name="T">What the change answers.</typeparam>
    /// <param name="change">The change; it is undone when it throws.</param>
    /// <returns>What the change answered.</returns>
    public T Change<T>(Func<T> change)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        var result = change();
        transaction.Commit();
        return result;
    }

    /// <summary>Runs a change that answers nothing.</summary>
    /// <param name="change">The change; it is undone when it throws.</param>
    public void Change(Action change)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        change();
        transaction.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each first connection reads the log whole, and only emptying it makes it short again. Where another process
        // is at work, that one will come to it.
        if (new FileInfo(_log) is { Exists: true, Length: > LongestLog })
        {
            _ = raw.sqlite3_busy_timeout(_connection.Handle, 0);
            _ = raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        }

        _connection.Dispose();
    }

    private static PoolDatabase Connect(string file)
    {
        // Pooled connections would keep the file open, and on Windows the folder in place, until the process ends.
        var options = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false };
        var connection = new SqliteConnection(options.ToString());
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMilliseconds);
            // The last connection that closes would copy the log into the file and wait for the disk, at the end of
            // nearly every command. It is copied when it has grown a little, see Dispose.
            _ = raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            // In WAL mode the file stays whole without a wait for the disk at each commit (sqlite.org/wal.html). A
            // power cut may take the last leases back; it has ended their owners too.
            connection.Execute("PRAGMA synchronous = NORMAL");
            return new PoolDatabase(connection, file);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Prepare(string file)
    {
        var version = Schema.VersionOf(_connection);
        if (version == Schema.Version)
            return;
        if (version > Schema.Version)
        {
            throw new GitprocException(
                ErrorReason.DatabaseNotUsable,
                $"The pool's database {file} was written by a newer gitproc (schema {version}, this one knows {Schema.Version}). "
                + "Update gitproc, or use another pool folder (GITPROC_POOL).",
                file);
        }

        // Changing to WAL does not wait for other processes as transactions do, so one does it at a time.
        using var alone = FileLock.Acquire(file + ".lock", onWait: null, CancellationToken.None);
        if (Schema.VersionOf(_connection) == 0)
            _connection.Execute("PRAGMA journal_mode = WAL");
        Schema.Migrate(_connection);
    }
}
