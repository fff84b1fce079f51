using System.Diagnostics;
using System.Text;
using Gitproc.Unit.Support;
using Xunit.Abstractions;

namespace Gitproc.Unit.Pools;

public sealed class ManyRefsTests(ITestOutputHelper output) : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(100000)]
    public void Measure(int count)
    {
        MakeRefs(count);
        Checkout checkout = null!;
        for (var round = 0; round < 3; round++)
        {
            Time("acquire", () => checkout = _pool.Acquire());
            Time("release", () => _pool.Release(checkout));
            Time("acquire", () => checkout = _pool.Acquire());
            TestGit.Run(checkout.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
            Time("release with work", () => _pool.Release(checkout));
            TestGit.Run(_pool.Source, "commit", "--quiet", "--allow-empty", "--message", "second");
            Time("acquire with fetch", () => checkout = _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always }));
            File.WriteAllText(Path.Combine(checkout.Path, "x"), "x");
            Time("release with file", () => _pool.Release(checkout));
            Time("acquire", () => checkout = _pool.Acquire());
            Time("second acquire", () => _pool.Release(_pool.Acquire()));
            Time("release", () => _pool.Release(checkout));
        }
    }

    private void Time(string what, Action action)
    {
        _pool.Reports.Clear();
        var watch = Stopwatch.StartNew();
        action();
        output.WriteLine($"{what}: {watch.Elapsed.TotalMilliseconds:0} ms, {_pool.GitCommands} git");
    }

    private void MakeRefs(int count)
    {
        var id = TestGit.Run(_pool.Source, "rev-parse", "HEAD");
        var text = new StringBuilder("# pack-refs with: peeled fully-peeled sorted \n");
        for (var i = 0; i < count; i++)
            text.Append(id).Append(" refs/heads/b/").Append(i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture)).Append('\n');
        File.WriteAllText(Path.Combine(_pool.Source, ".git", "packed-refs"), text.ToString());
    }
}
