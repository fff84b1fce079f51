using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class ShallowTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_shallow_repository_is_refused_until_it_is_whole()
    {
        TestGit.Run(_pool.Source, "commit", "--quiet", "--allow-empty", "--message", "second");
        TestGit.Run(_pool.Home, "clone", "--quiet", "--depth", "1", $"file://{_pool.Source}", _pool["shallow"]);

        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(_pool["shallow"]));
        Assert.Contains("is shallow", error.Message, StringComparison.Ordinal);
        Assert.Contains("git fetch --unshallow", error.Message, StringComparison.Ordinal);
        Assert.Empty(_pool.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));

        TestGit.Run(_pool["shallow"], "fetch", "--quiet", "--unshallow");
        Assert.Equal("second", TestGit.Run(_pool.Acquire(_pool["shallow"]).Path, "log", "-1", "--format=%s"));
    }
}
