using Gitproc.Registry;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What a list reads of each checkout. This is most of its time in a large pool.</summary>
public sealed class ListReadsTests : IDisposable
{
    private const int Count = 400;

    // What is read of the database, which has as many pages as it has rows or fewer.
    private const int Other = Count / 2;

    // Of the thread that reads it (proc_pid_io(5)).
    private const string Reads = "/proc/thread-self/io";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_table_reads_one_file_of_each_held_checkout_and_no_process_twice()
    {
        if (!File.Exists(Reads))
            Assert.Skip($"This system has no {Reads}.");
        var held = _pool.Acquire();
        _pool.Execute(
            $"""
            INSERT INTO checkout (id, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id, lease, generation, stamp)
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {Count})
            SELECT i, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id || i, lease, generation, stamp FROM checkout, n WHERE id = 1
            """);
        for (var id = 2; id <= Count; id++)
        {
            var git = Path.Combine(_pool.Pool.Path, CheckoutName.Of(id), ".git");
            Directory.CreateDirectory(Path.Combine(git, "refs", "heads"));
            File.WriteAllText(Path.Combine(git, "HEAD"), "ref: refs/heads/main\n");
            File.WriteAllText(Path.Combine(git, "refs", "heads", "main"), $"{held.Commit}\n");
        }

        IReadOnlyList<Checkout> full = [], brief = [];
        var forFull = CountReads(() => full = _pool.Pool.Checkouts.List(null, _pool.Home));
        var forBrief = CountReads(() => brief = _pool.Pool.Checkouts.ListBriefly(null, _pool.Home));

        Assert.Equal(Count, brief.Count);
        Assert.Equal(full.Select(one => one.Name), brief.Select(one => one.Name));
        Assert.All(brief, one => Assert.Equal((held.Branch, null), (one.Branch, one.Commit)));
        Assert.All(full, one => Assert.Equal(held.Commit, one.Commit));
        Assert.InRange(forBrief, Count, Count + Other);
        Assert.InRange(forFull, 2 * Count, (2 * Count) + Other);
    }

    private static long CountReads(Action action)
    {
        action();
        var before = Now();
        action();
        return Now() - before;

        static long Now() => long.Parse(
            File.ReadLines(Reads).Single(line => line.StartsWith("syscr: ", StringComparison.Ordinal))["syscr: ".Length..],
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
