using System.Globalization;
using System.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What is done does not grow with the refs of a repository.</summary>
public sealed class ManyRefsTests : IDisposable
{
    private readonly PoolFixture _few = new();
    private readonly PoolFixture _many = new();

    public void Dispose()
    {
        _few.Dispose();
        _many.Dispose();
    }

    [Fact]
    public void As_many_processes_are_run_for_many_as_for_few()
    {
        AddRefs(_few.Source, 10);
        AddRefs(_many.Source, 20_000);
        var expected = Commands(_few);
        Assert.Equal(expected, Commands(_many));
        Assert.Equal(0, expected[2]);
    }

    private static List<int> Commands(PoolFixture pool)
    {
        var commands = new List<int>();
        var checkout = Count(() => pool.Acquire());
        Count(() => pool.Release(checkout));
        checkout = Count(() => pool.Acquire());
        TestGit.Run(checkout.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
        Count(() => pool.Release(checkout));
        TestGit.Run(pool.Source, "commit", "--quiet", "--allow-empty", "--message", "second");
        checkout = Count(() => pool.Acquire(pool.Request() with { Fetch = FetchPolicy.Always }));
        Assert.Equal(TestGit.Run(pool.Source, "rev-parse", "HEAD"), checkout.Commit);
        Count(() => pool.Release(checkout));
        Assert.Single(pool.Pool.Rescues.List(null, pool.Home));
        checkout = Count(() => pool.Acquire(pool.Request() with { Ref = "b/000007" }));
        Assert.Equal("b/000007", checkout.Branch);
        return commands;

        Checkout Count(Func<Checkout> operation)
        {
            pool.Reports.Clear();
            var result = operation();
            commands.Add(pool.GitCommands);
            return result;
        }
    }

    private static void AddRefs(string repository, int count)
    {
        var id = TestGit.Run(repository, "rev-parse", "HEAD");
        var refs = new StringBuilder("# pack-refs with: peeled fully-peeled sorted \n");
        for (var i = 0; i < count; i++)
            refs.Append(id)
                .Append(" refs/heads/b/")
                .Append(i.ToString("D6", CultureInfo.InvariantCulture))
                .Append('\n');
        File.WriteAllText(Path.Combine(repository, ".git", "packed-refs"), refs.ToString());
    }
}
