using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>The tables of <c>gitproc.db</c> and the steps from each version to the next.</summary>
internal static class Schema
{
    /// <summary>
    /// The steps: the first makes version 1 of an empty file. A step that was released is never changed.
    /// Times are milliseconds since 1970 in UTC.
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
        // Leases of version 1 do not name the machine. They last until somebody releases them.
        """
        ALTER TABLE checkout ADD COLUMN lease TEXT;
        DELETE FROM checkout WHERE state = 2;
        UPDATE checkout SET lease = json_object('id', lease_id, 'user', user, 'machine', '', 'acquiredAt', acquired_at, 'label', 'of an older gitproc')
        WHERE lease_id IS NOT NULL;
        ALTER TABLE checkout DROP COLUMN owner_pid;
        ALTER TABLE checkout DROP COLUMN owner_started;
        ALTER TABLE checkout DROP COLUMN owner_name;
        ALTER TABLE checkout DROP COLUMN user;
        ALTER TABLE checkout DROP COLUMN acquired_at;

        CREATE TABLE waiter (
            id             INTEGER PRIMARY KEY AUTOINCREMENT,
            repository_id  INTEGER NOT NULL REFERENCES repository (id),
            checkout_id    INTEGER,
            ticket         TEXT NOT NULL UNIQUE,
            who            TEXT NOT NULL,
            since          INTEGER NOT NULL
        );
        CREATE INDEX waiter_repository ON waiter (repository_id, id);

        CREATE TABLE event (
            id             INTEGER PRIMARY KEY AUTOINCREMENT,
            at             INTEGER NOT NULL,
            kind           INTEGER NOT NULL,
            checkout_id    INTEGER NOT NULL,
            repository_id  INTEGER NOT NULL,
            lease_id       TEXT,
            who            TEXT NOT NULL,
            why            TEXT
        );
        CREATE INDEX event_checkout ON event (checkout_id, id);
        """,
        // Version 2 did not clean free checkouts.
        """
        ALTER TABLE repository ADD COLUMN fetched_at INTEGER;
        ALTER TABLE repository ADD COLUMN tried_at INTEGER;
        ALTER TABLE repository ADD COLUMN fetch_error TEXT;
        ALTER TABLE checkout ADD COLUMN generation TEXT;
        ALTER TABLE checkout ADD COLUMN stamp TEXT;
        ALTER TABLE checkout ADD COLUMN last_lease TEXT;
        ALTER TABLE checkout ADD COLUMN is_rescued INTEGER NOT NULL DEFAULT 0;
        UPDATE checkout SET state = 5 WHERE state = 0;
        CREATE INDEX checkout_commit ON checkout (repository_id, state, commit_id, last_used_at);
        """,
        "ALTER TABLE waiter ADD COLUMN kind INTEGER;",
        // What a machine of a fleet knows and wants of it. The row of a machine in none has no name.
        """
        CREATE TABLE fleet (
            is_only    INTEGER PRIMARY KEY CHECK (is_only = 1),
            pool       TEXT NOT NULL,
            machine    TEXT,
            revision   INTEGER NOT NULL DEFAULT -1,
            granted    INTEGER NOT NULL DEFAULT 0,
            delivered  INTEGER NOT NULL DEFAULT 0
        );
        INSERT INTO fleet (is_only, pool) VALUES (1, lower(hex(randomblob(16))));

        CREATE TABLE fleet_limit (
            repository  TEXT PRIMARY KEY,
            most        INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE slot_request (
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            request     TEXT NOT NULL UNIQUE,
            repository  TEXT NOT NULL,
            leases      TEXT NOT NULL,
            ticket      TEXT NOT NULL,
            who         TEXT NOT NULL,
            is_waiting  INTEGER NOT NULL
        );
        """,
        """
        ALTER TABLE event ADD COLUMN took INTEGER;
        ALTER TABLE event ADD COLUMN waited INTEGER;
        ALTER TABLE repository ADD COLUMN fetches INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE repository ADD COLUMN failed_fetches INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE repository ADD COLUMN fetches_took INTEGER NOT NULL DEFAULT 0;
        """,
        "ALTER TABLE slot_request ADD COLUMN slots TEXT;",
    ];

    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public static int Version => Steps.Length;

    /// <returns>The version; 0 for a file without tables of ours.</returns>
    public static long VersionOf(SqliteConnection connection) =>
        connection.Query("PRAGMA user_version", row => row.GetInt64(0))[0];

    /// <summary>Migrates the file to <see cref="Version"/>, in the caller's transaction.</summary>
    public static void Migrate(SqliteConnection connection, Action fill)
    {
        // An older gitproc may have done a part of it meanwhile.
        var version = VersionOf(connection);
        for (var step = version; step < Version; step++)
            connection.Execute(Steps[step]);
        if (version == 0)
            fill();
        if (version < Version)
            connection.Execute($"PRAGMA user_version = {Version}");
    }
}
