using Gitproc.Checkouts;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Unit.Support;
using SQLitePCL;

namespace Gitproc.Unit.Registry;

/// <summary>What the database is asked on the warm path.</summary>
public sealed class StatementTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void The_warm_path_takes_a_handful_of_statements_and_scans_no_table()
    {
        for (var i = 0; i < 3; i++)
            _pool.Acquire();
        _pool.Release(_pool.Find("checkout-2"));
        var folder = new PoolFolder(_pool.Pool.Path);
        using var database = PoolDatabase.Open(folder.Database, _ => { });
        var statements = new List<string>();
        // On Windows it is not the path.
        var key = database.Connection.Query("SELECT key FROM repository", row => row.GetString(0)).Single();
        raw.sqlite3_trace(database.Connection.Handle, (strdelegate_trace)((_, sql) => statements.Add(sql)), null);

        _ = new ConfigCacheTable(database.Connection).Find(_pool.Home, "");
        var repository = new RepositoryTable(database.Connection).Find(key)!;
        var lifecycle = new Lifecycle(folder, database, new Lazy<Caller>(Caller.Self), HistoryLimits.Default);
        var request = new GrantRequest
        {
            Repository = repository,
            Url = _pool.Source,
            Limit = null,
            NewLease = () => new LeaseTerms { Owner = PoolFixture.Self }.NewLease(defaultDuration: null),
        };
        using var grants = new GrantSet();
        new Granting(folder, database, lifecycle).Grant(request, ticket: null, grants);
        var granted = grants.Keep().Single();
        new LeaseBook(folder, database, lifecycle).End(granted.Id, granted.Lease!.Id, force: false);

        raw.sqlite3_trace(database.Connection.Handle, (strdelegate_trace?)null, null);
        Assert.Equal(CheckoutState.Locked, granted.State);
        Assert.InRange(statements.Count, 9, 13);
        foreach (
            var statement in statements.Where(sql =>
                !sql.StartsWith("BEGIN", StringComparison.Ordinal)
                && !sql.StartsWith("COMMIT", StringComparison.Ordinal)))
        {
            var plan = database.Connection.Query("EXPLAIN QUERY PLAN " + statement, row => row.GetString(3));
            Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Two_migrations_at_once_make_one_schema()
    {
        var file = Path.Combine(_pool.Home, "gitproc.db");
        Parallel.For(
            0,
            16,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            _ => PoolDatabase.Open(file, _ => { }).Dispose());
        using var database = PoolDatabase.Open(file, _ => { });
        Assert.Equal(Schema.Version, Schema.VersionOf(database.Connection));
        Assert.Equal("wal", database.Connection.Query("PRAGMA journal_mode", row => row.GetString(0)).Single());
    }

    [Fact]
    public void Base_folders_that_differ_in_case_alone_are_kept_apart()
    {
        using var database = PoolDatabase.Open(Path.Combine(_pool.Home, "gitproc.db"), _ => { });
        var repositories = new RepositoryTable(database.Connection);
        Assert.Equal("host/Repo.git", repositories.Add("host/Repo", "https://host/Repo", "host/Repo.git").Base);
        Assert.Equal("host/repo+2.git", repositories.Add("host/repo", "https://host/repo", "host/repo.git").Base);
        Assert.Equal("host/Repo.git", repositories.Add("host/Repo", "https://host/Repo", "host/Repo.git").Base);
    }
}
