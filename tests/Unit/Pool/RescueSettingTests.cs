using Gitproc.Checkouts;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What of the work is kept, by settings; and that a base repository is kept for it.</summary>
public sealed class RescueSettingTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();


    [Fact]
    public void Never_keeps_none_and_says_nothing()
    {
        Set("rescue", "never");
        Leave("echo w > w; git add w; git commit -qm w; git reset -q --hard HEAD~; echo w > w");
        Assert.Empty(List(isUndone: false));
        Assert.Empty(List(isUndone: true));
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Warning);
        Assert.Equal(CheckoutState.Free, _pool.List()[0].State);
    }

    [Fact]
    public void Undone_commits_are_listed_apart_and_removed_earlier()
    {
        Leave("echo w > w; git add w; git commit -qm w; git reset -q --hard HEAD~; echo w > w");
        Assert.False(Assert.Single(List(isUndone: false)).IsUndone);
        Assert.True(Assert.Single(List(isUndone: true)).IsUndone);
        Set("rescueUndoneMaxAge", "0");
        foreach (
            var item in _pool.Pool.Care.FindUnused(
                new PruneRequest { WorkingDirectory = _pool.Home, UnusedFor = TimeSpan.FromDays(14) }))
            Assert.True(_pool.Pool.Care.Prune(item));
        Assert.Single(List(isUndone: false));
        Assert.Empty(List(isUndone: true));
    }

    [Fact]
    public void Undone_commits_are_not_kept_where_that_is_switched_off()
    {
        Set("rescueUndoneMaxAge", "0");
        Leave("echo w > w; git add w; git commit -qm w; git reset -q --hard HEAD~");
        Assert.Empty(List(isUndone: true));
    }

    [Fact]
    public void The_oldest_are_removed_when_all_take_too_much_and_that_is_said()
    {
        Set("rescueMaxTotalSize", "150k");
        Leave("head -c 100000 /dev/urandom > big");
        var first = Assert.Single(List(isUndone: false));
        Leave("head -c 100000 /dev/urandom > big");
        Assert.NotEqual(first.Id, Assert.Single(List(isUndone: false)).Id);
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning && report.Text.Contains(first.Id, StringComparison.Ordinal));
    }

    [Fact]
    public void A_base_repository_that_only_a_rescue_borrows_from_is_pruned_by_no_version()
    {
        Leave("echo w > w");
        var basePath = Assert.Single(_pool.Pool.Care.ListRepositories()).Path;
        _pool.Pool.Checkouts.Remove(new RemoveRequest { Checkout = "checkout-1", WorkingDirectory = _pool.Home });
        _pool.Execute("UPDATE repository SET fetched_at = 0");
        Assert.DoesNotContain(Find(), item => item.Kind == PrunedKind.Repository);
        // This is what an older one goes by.
        Assert.NotEqual("", TestGit.Run(basePath, "--git-dir", basePath, "for-each-ref", "refs/gitproc/rescue"));
        _pool.Pool.Rescues.Remove(Assert.Single(List(isUndone: false)).Id, _pool.Home);
        Assert.Contains(Find(), item => item.Kind == PrunedKind.Repository);

        List<PrunedItem> Find() =>
            [
                .. _pool.Pool.Care.FindUnused(
                    new PruneRequest { WorkingDirectory = _pool.Home, UnusedFor = TimeSpan.Zero }),
            ];
    }

    // That of the user, for all that is done to the pool.
    private void Set(string name, string value)
    {
        Directory.CreateDirectory(_pool.Pool.Path);
        TestGit.Run(_pool.Pool.Path, "init", "--quiet");
        TestGit.Run(_pool.Pool.Path, "config", "gitproc." + name, value);
    }

    private IReadOnlyList<Rescue> List(bool isUndone) => _pool.Pool.Rescues.List(null, _pool.Home, isUndone);

    private void Leave(string script)
    {
        var checkout = _pool.Acquire();
        using var job = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(UnixTools.Bash, ["-ec", UnixTools.Script(script)])
            {
                WorkingDirectory = checkout.Path,
                Environment =
                {
                    ["GIT_AUTHOR_NAME"] = "a",
                    ["GIT_AUTHOR_EMAIL"] = "a@b",
                    ["GIT_COMMITTER_NAME"] = "a",
                    ["GIT_COMMITTER_EMAIL"] = "a@b",
                },
            }
        )!;
        job.WaitForExit();
        Assert.Equal(0, job.ExitCode);
        _pool.Release(checkout);
    }
}
