using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Making checkouts ready before they are acquired.</summary>
public sealed class WarmTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void As_many_as_are_wanted_are_free_and_clean()
    {
        var ready = Warm(3);

        Assert.Equal(["checkout-1", "checkout-2", "checkout-3"], ready.Select(checkout => checkout.Name));
        Assert.All(
            ready,
            checkout =>
                Assert.Equal((CheckoutState.Free, null, "main"), (checkout.State, checkout.LeaseId, checkout.Branch)));
        Assert.All(ready, checkout => Assert.False(File.Exists(Path.Combine(checkout.Path, ".git/gitproc/lease"))));
        Assert.Single(
            _pool.Reports,
            report => report.Kind == ReportKind.Command && report.Text.StartsWith("git clone", StringComparison.Ordinal)
        );
        Assert.Contains(_pool.Reports, report => report.Kind == ReportKind.Progress && report.Percent == 100);
        _pool.Reports.Clear();
        Assert.Equal(3, _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 }).Count);
        Assert.DoesNotContain(
            _pool.Reports, report => report.Text.Contains("(in " + _pool.Pool.Path, StringComparison.Ordinal));
        Assert.All(ready, checkout => Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short")));
    }

    [Fact]
    public void Those_that_are_ready_count()
    {
        Warm(2);
        _pool.Reports.Clear();
        Assert.Equal(2, Warm(2).Count);
        Assert.Equal(2, Warm(1).Count);
        Assert.Equal(0, _pool.GitCommands);
        var held = _pool.Acquire();
        Assert.Equal(2, Warm(2).Count);
        Assert.Equal(3, _pool.List().Count);
        Assert.Equal(held.LeaseId, _pool.Find(held.Name).LeaseId);
    }

    [Fact]
    public void Those_behind_the_remote_are_brought_up_to_date()
    {
        Warm(2);
        File.WriteAllText(Path.Combine(_pool.Source, "new.txt"), "");
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--message", "second");
        _pool.Execute("UPDATE repository SET fetched_at = 0");

        var ready = Warm(2);

        Assert.Equal(2, _pool.List().Count);
        Assert.All(ready, checkout => Assert.True(File.Exists(Path.Combine(checkout.Path, "new.txt"))));
    }

    [Fact]
    public void Those_that_were_left_unclean_are_cleaned()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "file-0.txt"), "changed");
        _pool.Pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                WorkingDirectory = _pool.Home,
                Clean = CleanMode.None,
            });
        Assert.Equal(CheckoutState.Cleaning, _pool.Find(checkout.Name).State);
        Assert.Equal(checkout.Name, Assert.Single(Warm(1)).Name);
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
    }

    [Fact]
    public void No_more_than_may_be_made()
    {
        File.WriteAllText(Path.Combine(_pool.Home, ".gitconfig"), "[gitproc]\n\tmaxCheckouts = 3\n");
        _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--owner-pid", $"{Environment.ProcessId}");

        var refused = _pool.Program.Run(_pool.Home, "warm", _pool.Source, "--count", "3");

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("at most 3 may be made, and 1 of them are held", refused.Error, StringComparison.Ordinal);
        Assert.Single(_pool.List());
        Assert.Equal(2, _pool.Program.Run(_pool.Home, "warm", _pool.Source, "--count", "2").Output.Split('\n').Length);
        Assert.Equal(2, _pool.Program.Run(_pool.Home, "warm", _pool.Source).ExitCode);
    }

    [Fact]
    public void A_repository_that_cannot_be_cloned_is_not_known_afterwards()
    {
        TestGit.Run(_pool.Home, "init", "--quiet", "--bare", "empty.git");
        File.Delete(Path.Combine(_pool.Home, "empty.git", "HEAD"));
        Assert.Throws<GitprocException>(() =>
            _pool.Pool.Acquiring.Warm(
                new WarmRequest
                {
                    Repository = "https://localhost:1/none/none",
                    Count = 1,
                    WorkingDirectory = _pool.Home,
                }));
        Assert.Empty(_pool.Pool.Care.ListRepositories());
    }

    [Fact]
    public void Cancelled_it_leaves_no_lease()
    {
        var source = TestGit.MakeRepository(_pool["large"], files: 1000);
        using var cancelling = new CancellationTokenSource();
        var pool = new Pool(_pool.Pool.Path, new CancelAtFirst(cancelling));

        Assert.ThrowsAny<OperationCanceledException>(() => pool.Acquiring.Warm(Request(8, source), cancelling.Token));

        Assert.All(
            _pool.List(), checkout => Assert.Equal((CheckoutState.Free, null), (checkout.State, checkout.LeaseId)));
        Assert.InRange(_pool.List().Count, 1, 7);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
    }

    [Fact]
    public void Killed_it_leaves_nothing_that_is_held()
    {
        var source = TestGit.MakeRepository(_pool["large"], files: 1000);
        var measured = _pool["measured"];
        var kills = new Kills(
            4,
            () => _pool.Program.Start(_pool.Home, "warm", source, "--count", "3", "--pool", measured),
            () => _pool.Standing(measured));
        while (kills.AreWanted)
        {
            // As many as there are would be ready at once.
            var count = _pool.List().Count + 3;
            kills.Kill(
                () => _pool.Program.Start(_pool.Home, "warm", source, "--count", $"{count}"), () => _pool.Standing());
        }

        _pool.WaitForKilled();
        Assert.DoesNotContain(_pool.List(), checkout => checkout.State == CheckoutState.Locked);
        var all = _pool.List().Count + 1;
        Assert.Equal(all, _pool.Pool.Acquiring.Warm(Request(all, source)).Count);
        Assert.All(_pool.List(), checkout => Assert.Equal(CheckoutState.Free, checkout.State));
        Assert.Equal(all, _pool.List().Count);
    }

    private WarmRequest Request(int count, string? source = null) =>
        new()
        {
            Repository = source ?? _pool.Source,
            Count = count,
            WorkingDirectory = _pool.Home,
        };

    private IReadOnlyList<Checkout> Warm(int count) => _pool.Pool.Acquiring.Warm(Request(count));

    private sealed class CancelAtFirst(CancellationTokenSource source) : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Kind == ReportKind.Progress && value.Text.Contains("made", StringComparison.Ordinal))
                source.Cancel();
        }
    }
}
