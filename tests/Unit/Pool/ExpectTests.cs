using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>An acquire that fails if what is to be checked out has moved.</summary>
public sealed class ExpectTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly string _old;
    private readonly string _new;

    public ExpectTests()
    {
        _old = TestGit.Run(_pool.Source, "rev-parse", "HEAD");
        _pool.Release(_pool.Acquire());
        _new = _pool.Commit("new");
        _pool.Reports.Clear();
    }

    public void Dispose() => _pool.Dispose();

    private AcquireRequest Expecting(string commit) => _pool.Request() with { Expect = commit };

    [Fact]
    public void A_commit_that_is_there_as_expected_is_had()
    {
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });

        foreach (var expected in new[] { _new, _new[..7], _new[..12].ToUpperInvariant() })
            Assert.Equal(_new, _pool.AcquireAndRelease(Expecting(expected)).Commit);
    }

    [Fact]
    public void It_costs_no_process_where_a_plain_acquire_needs_none()
    {
        Assert.Equal(_old, _pool.Acquire(Expecting(_old)).Commit);
        Assert.Equal(0, _pool.GitCommands);
    }

    [Fact]
    public void A_young_fetch_is_no_reason_to_refuse()
    {
        Assert.Equal(_new, _pool.Acquire(Expecting(_new)).Commit);
        Assert.Single(_pool.Reports, report => report.Kind == ReportKind.Command
            && report.Text.Contains(" fetch ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "main")]
    [InlineData("main", "main")]
    [InlineData("refs/heads/main", "refs/heads/main")]
    public void A_moved_branch_is_refused_and_nothing_changes(string? name, string shown)
    {
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });
        var (before, events) = (_pool.Standing(), _pool.Query<long>("SELECT count(*) FROM event"));

        var error = Assert.Throws<GitprocException>(() =>
            _pool.Pool.Acquiring.Acquire(Expecting(_old[..8]) with { Ref = name, Count = 2, NewBranch = "topic" }));

        Assert.Equal((ErrorReason.UnexpectedCommit, shown), (error.Reason, error.Target));
        Assert.StartsWith($"{shown} of ", error.Message, StringComparison.Ordinal);
        Assert.Contains(_new, error.Message, StringComparison.Ordinal);
        Assert.Contains(_old[..8], error.Message, StringComparison.Ordinal);
        Assert.Equal((before, events), (_pool.Standing(), _pool.Query<long>("SELECT count(*) FROM event")));
    }

    [Fact]
    public void What_is_not_fetched_is_refused_as_it_is()
    {
        var error = Assert.Throws<GitprocException>(() =>
            _pool.Acquire(Expecting(_new) with { Fetch = FetchPolicy.Never }));

        Assert.Equal(ErrorReason.UnexpectedCommit, error.Reason);
        Assert.Contains("it was not fetched", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _pool.GitCommands);
    }

    [Fact]
    public void A_pull_request_that_was_pushed_to_is_refused()
    {
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/1/head", _old);
        var request = Expecting(_old) with { Ref = "refs/pull/1/head" };
        Assert.Equal(_old, _pool.AcquireAndRelease(request).Commit);

        TestGit.Run(_pool.Source, "update-ref", "refs/pull/1/head", _new);

        Assert.Contains(
            _new, Assert.Throws<GitprocException>(() => _pool.Acquire(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_repository_leaves_no_checkout_behind()
    {
        var other = TestGit.MakeRepository(_pool["other"]);

        var error = Assert.Throws<GitprocException>(() =>
            _pool.Acquire(_pool.Request(other) with { Expect = "1234567" }));

        Assert.Equal(ErrorReason.UnexpectedCommit, error.Reason);
        Assert.Single(_pool.List());
    }

    [Fact]
    public void A_branch_that_is_continued_is_the_one_that_counts()
    {
        TestGit.Run(_pool.Source, "branch", "topic", _old);
        var request = _pool.Request() with { NewBranch = "topic", Fetch = FetchPolicy.Always };

        Assert.Throws<GitprocException>(() => _pool.Acquire(request with { Expect = _new }));
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Notice);
        Assert.Equal(_old, _pool.Acquire(request with { Expect = _old }).Commit);
    }

    [Fact]
    public async Task What_moves_during_a_wait_is_refused()
    {
        var held = _pool.Acquire(Expecting(_old));
        var waiting = Task.Run(() => _pool.Acquire(Expecting(_old) with
        {
            MaxCheckouts = 1,
            Wait = TimeSpan.FromSeconds(60),
        }));
        Eventually.True(() => _pool.Query<long>("SELECT count(*) FROM waiter") == 1);
        // Another caller's fetch. That caller comes after those who wait.
        Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always }));

        _pool.Release(held);

        Assert.Equal(
            ErrorReason.UnexpectedCommit, (await Assert.ThrowsAsync<GitprocException>(() => waiting)).Reason);
        Assert.Equal(CheckoutState.Free, _pool.Find(held.Name).State);
    }

    [Fact]
    public void What_a_last_holder_left_is_not_given_at_another_commit()
    {
        var held = _pool.Acquire(Expecting(_new));
        TestGit.Run(held.Path, "switch", "--quiet", "--detach", _old);
        _pool.Pool.Leases.Release(new ReleaseRequest
        {
            Checkout = held.Name,
            WorkingDirectory = _pool.Home,
            Clean = CleanMode.None,
        });

        Assert.Equal(_new, _pool.Acquire(Expecting(_new) with { Clean = CleanMode.None }).Commit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("123456")]
    [InlineData("main")]
    [InlineData("123456g")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_commit_is_refused(string text) => Assert.Equal(
        ErrorReason.InvalidRef, Assert.Throws<GitprocException>(() => _pool.Acquire(Expecting(text))).Reason);

    [Fact]
    public void What_is_resumed_is_at_no_certain_commit()
    {
        var request = Expecting(_old) with { Resume = true, Terms = new() { Label = "x", Owner = PoolFixture.Self } };

        Assert.Equal(
            ErrorReason.ConflictingOptions, Assert.Throws<GitprocException>(() => _pool.Acquire(request)).Reason);
    }

    [Fact]
    public void Command_says_what_it_found()
    {
        var result = _pool.Program.Run(_pool.Home, "run", _pool.Source, "--expect", _old[..7], "--fetch", "--", "git");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            $"gitproc: main of {_pool.Find("checkout-1").Repository} is at {_new}, and {_old[..7]} is expected.",
            result.Error.TrimEnd());
    }
}
