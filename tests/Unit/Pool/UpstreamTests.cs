using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What the remote has no more, has under another kind of name, or has since a moment.</summary>
public sealed class UpstreamTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private string BasePath => Path.Combine(_pool.Pool.Path, "base", "_" + _pool.Source) + ".git";

    private AcquireRequest Fetching => _pool.Request() with { Fetch = FetchPolicy.Always };

    [Fact]
    public void A_tag_that_becomes_a_folder_and_a_tag_again_is_in_nobodys_way()
    {
        _pool.Release(_pool.Acquire());
        var linked = _pool.Acquire(Fetching with { Kind = CheckoutKind.Worktree });
        for (var i = 0; i < 2; i++)
        {
            TestGit.Run(_pool.Source, "tag", "--delete", "v1");
            _pool.Commit($"folder-{i}");
            TestGit.Run(_pool.Source, "tag", "v1/rc1");
            AssertTags("v1/rc1");
            TestGit.Run(_pool.Source, "tag", "--delete", "v1/rc1");
            _pool.Commit($"file-{i}");
            TestGit.Run(_pool.Source, "tag", "--annotate", "--message", "v1", "v1");
            AssertTags("v1");
        }

        void AssertTags(string tag)
        {
            var checkout = _pool.AcquireAndRelease(Fetching with { Kind = CheckoutKind.Clone });
            Assert.Equal(TestGit.Run(_pool.Source, "rev-parse", "HEAD"), checkout.Commit);
            foreach (var path in (string[])[checkout.Path, linked.Path])
                Assert.Equal(tag, TestGit.Run(path, "tag"));
            Assert.Equal(
                TestGit.Run(_pool.Source, "rev-parse", "HEAD"),
                _pool.AcquireAndRelease(_pool.Request() with { Ref = tag }).Commit);
            Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Warning);
        }
    }

    [Fact]
    public void A_tag_that_upstream_deleted_is_in_no_clone_and_not_to_be_had()
    {
        TestGit.Run(_pool.Source, "tag", "--annotate", "--message", "mistake", "v9");
        var (held, free) = (_pool.Acquire(), _pool.Acquire());
        _pool.Release(free);
        Assert.Equal("v9", TestGit.Run(held.Path, "describe"));
        TestGit.Run(_pool.Source, "tag", "--delete", "v9");
        _pool.Commit("new");

        foreach (var checkout in (Checkout[])
                [_pool.Acquire(Fetching), _pool.Acquire(_pool.Request() with { MaxCheckouts = 9 })])
            Assert.Equal("v1", TestGit.Run(checkout.Path, "tag"));
        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(Fetching with { Ref = "v9" }));
        Assert.Equal(ErrorReason.RefNotFound, error.Reason);
        Assert.Throws<GitprocException>(() => _pool.Acquire(Fetching with { Ref = "refs/tags/v9" }));
        _pool.Release(held);
        Assert.Equal("v1", TestGit.Run(_pool.Acquire(_pool.Request() with { Name = held.Name }).Path, "tag"));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void A_tag_that_somebody_made_stays_though_the_remote_has_a_folder_of_that_name()
    {
        var linked = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Worktree });
        TestGit.Run(linked.Path, "tag", "mine");
        TestGit.Run(_pool.Source, "tag", "mine/too");
        _pool.Commit("new");
        var clone = _pool.Acquire(Fetching with { Kind = CheckoutKind.Clone });
        Assert.Equal("mine/too\nv1", TestGit.Run(clone.Path, "tag"));
        Assert.Equal("mine\nv1", TestGit.Run(linked.Path, "tag"));
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Warning);
    }

    [Fact]
    public void A_request_to_merge_that_is_no_more_is_an_error_unless_the_remote_is_away()
    {
        _pool.Commit("merge");
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/7/merge", "HEAD");
        TestGit.Run(_pool.Source, "reset", "--quiet", "--hard", "HEAD~1");
        var request = _pool.Request("source") with { Ref = "refs/pull/7/merge" };
        var merge = _pool.AcquireAndRelease(request with { Repository = _pool.Source }).Commit;
        // The branches were fetched at another time.
        var times = Path.Combine(BasePath, "gitproc/fetched");
        File.WriteAllText(
            times,
            $"{DateTimeOffset.UtcNow.AddHours(-3).ToUnixTimeMilliseconds()} {File.ReadAllText(times).Split(' ')[1]}");

        Directory.Move(_pool.Source, _pool.Source + ".away");
        Assert.Equal(merge, _pool.AcquireAndRelease(request).Commit);
        var warning = Assert.Single(_pool.Reports, report => report.Kind == ReportKind.Warning).Text;
        Assert.Contains("3 h ago", warning, StringComparison.Ordinal);
        Assert.Contains("refs/pull/7/merge", warning, StringComparison.Ordinal);
        Directory.Move(_pool.Source + ".away", _pool.Source);

        TestGit.Run(_pool.Source, "update-ref", "-d", "refs/pull/7/merge");
        var before = _pool.Query<long>("SELECT count(*) FROM event");
        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(request));
        Assert.Equal(ErrorReason.RefNotFound, error.Reason);
        Assert.Contains("3 h ago", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _pool.Query<long>("SELECT count(*) FROM event"));
        Assert.Equal(merge, _pool.AcquireAndRelease(request with { Fetch = FetchPolicy.Never }).Commit);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void What_was_pushed_from_a_checkout_of_the_pool_is_had_at_once(bool isReleased, bool isPacked)
    {
        TestGit.Run(_pool.Source, "config", "receive.denyCurrentBranch", "ignore");
        var checkout = _pool.Acquire();
        TestGit.Run(checkout.Path, "commit", "--quiet", "--allow-empty", "--message", "pushed");
        TestGit.Run(checkout.Path, "push", "--quiet", "origin", "HEAD:main");
        var pushed = TestGit.Run(checkout.Path, "rev-parse", "HEAD");
        // As "git gc" does.
        if (isPacked)
            TestGit.Run(checkout.Path, "pack-refs", "--all");
        if (isReleased)
            _pool.Release(checkout);
        Assert.NotEqual(pushed, _pool.AcquireAndRelease(_pool.Request() with { Fetch = FetchPolicy.Never }).Commit);
        Assert.Equal(pushed, _pool.AcquireAndRelease(_pool.Request()).Commit);
        _pool.Reports.Clear();
        Assert.Equal(pushed, _pool.AcquireAndRelease(_pool.Request()).Commit);
        Assert.DoesNotContain(_pool.Reports, report => report.Text.Contains(" fetch ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_later_push_to_a_branch_in_a_folder_is_seen_too()
    {
        var checkout = _pool.Acquire();
        for (var i = 0; i < 3; i++)
        {
            var pushed = TestGit.Run(checkout.Path, "commit-tree", "-m", $"{i}", "HEAD^{tree}");
            TestGit.Run(checkout.Path, "push", "--quiet", "--force", "origin", $"{pushed}:refs/heads/agents/one");
            Assert.Equal(pushed, _pool.AcquireAndRelease(_pool.Request() with { Ref = "agents/one" }).Commit);
        }
    }

    [Fact]
    public void In_clones_in_which_nobody_has_pushed_nothing_but_a_time_is_looked_at()
    {
        var checkout = _pool.Acquire();
        var gitDirectory = Path.Combine(checkout.Path, ".git");
        Assert.Equal(default, PushedRefs.LatestIn(gitDirectory));
        TestGit.Run(checkout.Path, "update-ref", "refs/remotes/origin/agents/one", "HEAD");
        Assert.InRange(PushedRefs.LatestIn(gitDirectory), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow);
        _pool.Release(checkout);
        Assert.Equal(default, PushedRefs.LatestIn(gitDirectory));
        // Where all was as it is in a fresh one no folder is read.
        var folder = Directory.CreateDirectory(Path.Combine(gitDirectory, "refs", "remotes", "origin", "folder"));
        Directory.SetLastWriteTimeUtc(folder.Parent!.FullName, new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(default, PushedRefs.LatestIn(gitDirectory));
    }

    [Theory]
    [InlineData(CheckoutKind.Clone)]
    [InlineData(CheckoutKind.Worktree)]
    public void A_new_branch_that_the_remote_has_goes_on(CheckoutKind kind)
    {
        _pool.Release(_pool.Acquire());
        TestGit.Run(_pool.Source, "switch", "--quiet", "-c", "agent/x");
        var commit = _pool.Commit("agent");
        TestGit.Run(_pool.Source, "switch", "--quiet", "main");

        var checkout = _pool.Acquire(Fetching with { NewBranch = "agent/x", Kind = kind });
        Assert.Equal(("agent/x", commit), (checkout.Branch, checkout.Commit));
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Notice && report.Text.Contains("agent/x", StringComparison.Ordinal));
        if (kind == CheckoutKind.Clone)
            Assert.Equal("origin/agent/x", TestGit.Run(checkout.Path, "rev-parse", "--abbrev-ref", "@{upstream}"));

        _pool.Release(checkout);
        if (kind == CheckoutKind.Worktree)
            return;
        var other = _pool.Acquire(_pool.Request() with { Ref = "main", NewBranch = "agent/x", Kind = kind });
        Assert.Equal(("agent/x", TestGit.Run(_pool.Source, "rev-parse", "main")), (other.Branch, other.Commit));
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning && report.Text.Contains("agent/x", StringComparison.Ordinal));
    }
}
