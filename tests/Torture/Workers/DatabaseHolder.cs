using Gitproc.Registry;

namespace Gitproc.Torture.Workers;

/// <summary>
/// Holds the database in a transaction until it is killed. What it writes would hand out every checkout a second time
/// if any of it were kept.
/// </summary>
internal static class DatabaseHolder
{
    /// <summary>The first word of its command line.</summary>
    public const string Mode = "hold-database";

    /// <summary>What it says when it holds the database.</summary>
    public const string Holding = "holding";

    /// <summary>Does it.</summary>
    /// <param name="ground">Where.</param>
    /// <returns>0 when nobody killed it.</returns>
    public static int Run(Ground ground)
    {
        using var database = PoolDatabase.Open(ground.Pool.Database, fill: _ => { });
        // With a cache this small, what is not committed yet goes to the log on disk.
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
