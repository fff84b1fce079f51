using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>The tables of <c>gitproc.db</c> and the steps from each version to the next.</summary>
internal static class Schema
{
    /// <summary>
    /// The steps: the first makes version 1 of an empty file. A step that was released is never changed.
    /// Times are milliseconds since 1970 in UTC, but for <c>owner_started</c> (see ProcessIdentity).
    /// </summary>
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE repository (
            id          INTEGER PRIMARY KEY,
            key         TEXT NOT NULL UNIQUE,
            name        TEXT NOT NULL,
            url         TEXT NOT NULL,
            base        TEXT NOT NULL UNIQUE COLLATE NOCASE,
            created_at  INTEGER NOT NULL
        );
        CREATE INDEX repository_name ON repository (name COLLATE NOCASE);

        CREATE TABLE checkout (
            id             INTEGER PRIMARY KEY,
            repository_id  INTEGER NOT NULL REFERENCES repository (id),
            url            TEXT NOT NULL,
            kind           INTEGER NOT NULL,
            state          INTEGER NOT NULL,
            reason         TEXT,
            branch         TEXT,
            commit_id      TEXT,
            created_at     INTEGER NOT NULL,
            last_used_at   INTEGER,
            lease_id       TEXT UNIQUE,
            owner_pid      INTEGER,
            owner_started  INTEGER,
            owner_name     TEXT,
            user           TEXT,
            acquired_at    INTEGER
        );
        CREATE INDEX checkout_use ON checkout (repository_id, state, last_used_at);

        CREATE TABLE config_cache (
            directory    TEXT NOT NULL,
            environment  TEXT NOT NULL,
            content      BLOB NOT NULL,
            PRIMARY KEY (directory, environment)
        );
        """,
    ];

    /// <summary>The version this program writes and the newest it reads.</summary>
    public static int Version => Steps.Length;

    /// <summary>Reads the version of an open file.</summary>
    /// <param name="connection">An open connection.</param>
    /// <returns>The version; 0 for a file without tables of ours.</returns>
    public static long VersionOf(SqliteConnection connection) =>
        connection.Query("PRAGMA user_version", row => row.GetInt64(0))[0];

    /// <summary>Takes the file from its version to <see cref="Version"/>, a step a transaction.</summary>
    /// <param name="connection">An open connection.</param>
    public static void Migrate(SqliteConnection connection)
    {
        for (var version = VersionOf(connection); version < Version; version = VersionOf(connection))
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            // Another process may have taken this step while we waited for the lock.
            if (VersionOf(connection) == version)
                connection.Execute($"{Steps[version]} PRAGMA user_version = {version + 1};");
            transaction.Commit();
        }
    }
}
