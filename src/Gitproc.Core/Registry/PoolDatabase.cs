using Gitproc.Files;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gitproc.Registry;

/// <summary>
/// An open <c>gitproc.db</c>, the only truth about leases. Every change is one <c>BEGIN IMMEDIATE</c> transaction and
/// no git runs inside one. Not thread-safe; any number of processes may have the file open.
/// </summary>
/// <remarks>
/// Whoever changes something locks the file <c>gitproc.db.writer</c> first. Processes that want SQLite's own lock poll
/// for it, and many of them starve the one that has it. For this lock they sleep in the kernel, which wakes one at a
/// time and unlocks for those that die. SQLite's own waits remain beneath it, because an older gitproc does not know of
/// the file, and a restart recovers the log.
/// </remarks>
internal sealed class PoolDatabase : IDisposable
{
    // How long to wait for a process that does not take the file lock, or that recovers the log. Transactions take a
    // millisecond or less.
    private const int BusyTimeoutMilliseconds = 60_000;

    // A process that has had the file lock for longer counts as stopped. On a busy disk a commit may take seconds.
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(30);

    // Some twenty commits.
    private const long MaxLogSize = 256 * 1024;

    private readonly SqliteConnection _connection;
    private readonly string _file;
    private readonly CancellationToken _cancellationToken;

    static PoolDatabase() => Batteries_V2.Init();

    private PoolDatabase(SqliteConnection connection, string file, CancellationToken cancellationToken) =>
        (_connection, _file, _cancellationToken) = (connection, file, cancellationToken);

    /// <summary>The connection, for the tables of this folder.</summary>
    public SqliteConnection Connection => _connection;

    public CheckoutTable Checkouts => new(_connection);

    public RepositoryTable Repositories => new(_connection);

    /// <summary>
    /// Differs once another connection has committed (sqlite.org/pragma.html#pragma_data_version). Compare it on one
    /// connection only.
    /// </summary>
    public long DataVersion => _connection.Query("PRAGMA data_version", row => row.GetInt64(0))[0];

    /// <summary>
    /// Differs once this or another connection has changed something. Compare it on one connection only.
    /// </summary>
    public (long Others, long Own) Version =>
        (DataVersion, _connection.Query("SELECT total_changes()", row => row.GetInt64(0))[0]);

    /// <summary>Opens the database. Makes or migrates it if necessary.</summary>
    public static PoolDatabase Open(
        string file,
        Action<PoolDatabase> fill,
        Action<PoolDatabase>? before = null,
        CancellationToken cancellationToken = default)
    {
        var database = Connect(file, cancellationToken: cancellationToken);
        try
        {
            database.Prepare(file, fill, before);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the database if it exists and has this program's version. Nothing is made, migrated or repaired.
    /// </summary>
    public static PoolDatabase? OpenToRead(string file) => OpenToRead(file, out _, BusyTimeoutMilliseconds);

    /// <summary>As <see cref="OpenToRead(string)"/>; also tells which version the file has.</summary>
    /// <param name="version">The version; null if there is no file.</param>
    /// <param name="busyTimeout">How long to wait for another process that has the file, in milliseconds.</param>
    public static PoolDatabase? OpenToRead(string file, out long? version, int busyTimeout)
    {
        version = null;
        if (!File.Exists(file))
            return null;
        var database = Connect(file, SqliteOpenMode.ReadWrite);
        var isCurrent = false;
        try
        {
            _ = raw.sqlite3_busy_timeout(database.Connection.Handle, busyTimeout);
            version = Schema.VersionOf(database.Connection);
            isCurrent = version == Schema.Version;
            return isCurrent ? database : null;
        }
        finally
        {
            if (!isCurrent)
                database.Dispose();
        }
    }

    /// <summary>True if the error says that the file is not a complete database.</summary>
    public static bool IsDamage(SqliteException error) =>
        error.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>Moves a damaged file aside, so that the next <see cref="Open"/> makes a new one.</summary>
    /// <returns>Where it is now; null if another process has done it.</returns>
    public static string? SetAside(string file)
    {
        using var alone = Alone(file, CancellationToken.None);
        if (IsWhole(file))
            return null;
        var aside = $"{file}.damaged-{DateTimeOffset.UtcNow:yyyyMMddTHHmmssfff}";
        File.Move(file, aside);
        File.Delete(file + "-wal");
        File.Delete(file + "-shm");
        return aside;
    }

    public static GitprocException NotUsable(string file, SqliteException error) =>
        new(
            ErrorReason.DatabaseNotUsable,
            (error.SqliteErrorCode & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED
                ? $"The pool's database {file} cannot be used: another program has it open, and has done nothing else with it for {BusyTimeoutMilliseconds / 1000} s. Where an older gitproc was stopped, let it go on or end it."
                : $"The pool's database {file} cannot be used: {error.Message}{HelpFor(error)}",
            file,
            error);

    public static GitprocException TooNew(string file, long version) => new(
        ErrorReason.DatabaseNotUsable,
        $"The pool's database {file} was written by a newer gitproc (schema {version}, this one knows {Schema.Version}). "
            + "Update gitproc, or use another pool folder (GITPROC_POOL).",
        file);

    private static string HelpFor(SqliteException error) => error.SqliteErrorCode switch
    {
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM =>
            " The pool's folder must be yours and writable; name another one, here or with GITPROC_POOL.",
        raw.SQLITE_FULL => " The disk is full.",
        _ => "",
    };

    /// <summary>Runs a change. Within another one it is a part of that: both are kept, or neither is.</summary>
    public T Change<T>(Func<T> change) => IsInChange ? change() : Change(change, isKept: _ => true);

    public void Change(Action change) => Change(() =>
    {
        change();
        return true;
    });

    /// <summary>Runs a change that is undone if its answer is false.</summary>
    public bool TryChange(Func<bool> change) => Change(change, isKept: isDone => isDone);

    // SQLite has undone it itself after some errors.
    private bool IsInChange => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    private T Change<T>(Func<T> change, Func<T, bool> isKept)
    {
        using var alone = LockToWrite();
        Run("BEGIN IMMEDIATE");
        try
        {
            var result = change();
            if (isKept(result))
                Run("COMMIT");
            return result;
        }
        finally
        {
            if (IsInChange)
                Run("ROLLBACK");
        }
    }

    private LockedFile LockToWrite()
    {
        var path = WriterLock;
        if (LockedFile.TryLock(path) is not { } locked)
        {
            var cancellationToken = _cancellationToken.IsCancellationRequested
                ? CancellationToken.None
                : _cancellationToken;
            using var wait = new LockWait(path, mayCreate: true);
            // However many are before this one, the wait ends only when none of them makes progress.
            for (var seen = File.GetLastWriteTimeUtc(path);
                !wait.Wait(TransactionTimeout, cancellationToken);
                seen = File.GetLastWriteTimeUtc(path))
            {
                if (File.GetLastWriteTimeUtc(path) == seen)
                    throw FileLock.Stopped(
                        $"{FileLock.HolderOf(path)} is stopped in the middle of a change of the pool's database {_file}, which takes milliseconds, for {TransactionTimeout.TotalSeconds:0} s",
                        _file);
            }

            locked = wait.Take()!;
        }

        FileLock.WriteSelf(locked);
        return locked;
    }

    private string WriterLock => _file + ".writer";

    private void Run(string sql) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(_connection.Handle, sql), _connection.Handle);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each first connection reads the log whole, and only emptying it makes it short again. Where another process
        // is at work, that one will come to it.
        if (new FileInfo(_file + "-wal") is { Exists: true, Length: > MaxLogSize }
            && LockedFile.TryLock(WriterLock) is { } alone)
        {
            using var locked = alone;
            FileLock.WriteSelf(alone);
            _ = raw.sqlite3_busy_timeout(_connection.Handle, 0);
            _ = raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        }

        _connection.Dispose();
    }

    private static PoolDatabase Connect(
        string file,
        SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate,
        CancellationToken cancellationToken = default)
    {
        // Pooled connections would keep the file open, and on Windows the folder in place, until the process ends.
        var options = new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false };
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
            // What is copied must be on the disk before the log is used again. On macOS, fsync(2) may leave it in the
            // memory of the disk, and F_FULLFSYNC does not.
            if (OperatingSystem.IsMacOS())
                connection.Execute("PRAGMA checkpoint_fullfsync = ON");
            return new PoolDatabase(connection, file, cancellationToken);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>True if SQLite finds no damage in the file.</summary>
    public bool IsWhole() => _connection.Query("PRAGMA quick_check(1)", row => row.GetString(0)) is ["ok"];

    /// <summary>The version of SQLite.</summary>
    public static string SqliteVersion => raw.sqlite3_libversion().utf8_to_string();

    private static bool IsWhole(string file)
    {
        try
        {
            using var database = Connect(file);
            return database.IsWhole();
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return false;
        }
    }

    private static FileLock Alone(string file, CancellationToken cancellationToken) =>
        FileLock.Acquire(file + ".lock", $"makes the pool's database {file}", reports: null, cancellationToken);

    private void Prepare(string file, Action<PoolDatabase> fill, Action<PoolDatabase>? before)
    {
        var version = Schema.VersionOf(_connection);
        if (version == Schema.Version)
            return;
        if (version > Schema.Version)
            throw TooNew(file, version);

        // Others that find no database of this version wait here for as long as it takes.
        using var alone = Alone(file, _cancellationToken);
        version = Schema.VersionOf(_connection);
        if (version == 0)
        {
            before?.Invoke(this);
            // This statement does not wait for other processes as transactions do.
            using var writing = LockToWrite();
            _connection.Execute("PRAGMA journal_mode = WAL");
        }

        if (version < Schema.Version)
            Change(() => Schema.Migrate(_connection, () => fill(this)));
    }
}

/// <summary>Runs statements.</summary>
internal static class SqlExtensions
{
    /// <param name="parameters">Names with their <c>$</c>, and values; null is NULL.</param>
    public static int Execute(
        this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Prepare(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <param name="parameters">Names with their <c>$</c>, and values; null is NULL.</param>
    public static List<T> Query<T>(
        this SqliteConnection connection,
        string sql,
        Func<SqliteDataReader, T> read,
        params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Prepare(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Reads a column that may be NULL.</summary>
    /// <returns>The text; null for NULL.</returns>
    public static string? GetStringOrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>Reads a column that may be NULL.</summary>
    /// <returns>The number; null for NULL.</returns>
    public static long? GetInt64OrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static SqliteCommand Prepare(
        SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is made of constants; what users say goes in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
