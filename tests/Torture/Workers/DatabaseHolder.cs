using Gitproc.Registry;

namespace Gitproc.Torture.Workers;

/// <summary>
/// Holds the database in a transaction until it is killed. Its changes would give out every checkout a second time if
/// any of them were kept.
/// </summary>
internal static class DatabaseHolder
{
    /// <summary>The first argument of this mode.</summary>
    public const string Mode = "hold-database";

    /// <summary>The line that says that the transaction has begun and its changes are made.</summary>
    public const string Holding = "holding";

    /// <summary>Runs the mode.</summary>
    /// <param name="ground">The folder of the run.</param>
    /// <returns>0 if its input ended before it was killed.</returns>
    public static int Run(Ground ground)
    {
        using var database = PoolDatabase.Open(ground.Pool.Database, fill: _ => { });
        // With a cache this small, SQLite writes uncommitted changes to the log on disk.
        database.Connection.Execute("PRAGMA cache_size = 5");
        using var transaction = database.Connection.BeginTransaction(deferred: false);
        database.Connection.Execute("UPDATE checkout SET state = 0, lease_id = NULL, lease = NULL");
        database.Connection.Execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
            INSERT INTO event (at, kind, checkout_id, repository_id, who, why)
            SELECT 0, 4, 1, 1, 'nobody', hex(randomblob(200)) FROM n
            """);
        Console.WriteLine(Holding);
        Console.In.ReadToEnd();
        return 0;
    }
}
