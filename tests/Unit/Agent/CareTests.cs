using Gitproc.Agents;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Agent;

/// <summary>What the agent does for the pool of a machine, as the real program.</summary>
public sealed class CareTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void It_ends_the_lease_of_a_process_that_is_gone_and_two_agents_do_so_once()
    {
        string held;
        using (var owner = TestProcess.Sleep(_pool.Home))
            held = AcquireFor(owner.Id);

        using var one = new AgentProcess(_pool, AgentProcess.WithoutPage);
        using var other = new AgentProcess(_pool, AgentProcess.WithoutPage);

        Eventually.True(() => _pool.Find(held) is { State: CheckoutState.Free, LeaseId: null });
        Assert.Single(History(), one => one.Kind == EventKind.Reaped);
        Assert.Equal(0, one.End());
        Assert.Equal(0, other.End());
    }

    [Fact]
    public void It_answers_all_who_ask_at_once()
    {
        Directory.CreateDirectory(_pool.Pool.Path);
        var folder = new PoolFolder(_pool.Pool.Path);
        using var agent = new AgentProcess(_pool, AgentProcess.WithoutPage);
        Eventually.True(() =>
        {
            using var connection = AgentSocket.TryConnect(folder);
            return connection is not null;
        });

        Parallel.For(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ => Assert.StartsWith(
            "This agent does not know the request.",
            Assert.Throws<GitprocException>(
                () => AgentCall.Ask(folder, "nothing", _ => { }, CancellationToken.None)).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void It_cleans_what_waits_for_it()
    {
        var checkout = _pool.Acquire();
        _pool.Pool.Leases.Release(
            new ReleaseRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home, CleanLater = true });
        Assert.Equal(CheckoutState.Cleaning, _pool.Find(checkout.Name).State);

        using var agent = new AgentProcess(_pool, AgentProcess.WithoutPage);

        Eventually.True(() => _pool.Find(checkout.Name).State == CheckoutState.Free);
    }

    [Fact]
    public void It_makes_spares_and_fetches_so_that_they_are_at_the_newest_commit()
    {
        Config("spare = 1");
        var held = _pool.Acquire();
        using var agent = new AgentProcess(_pool, AgentProcess.WithoutPage);
        Eventually.True(() => Spares() is [_]);

        var newest = _pool.Commit("newer");
        LetTheFetchBeOld();

        Eventually.True(() => Spares() is [var spare] && spare.Commit == newest);
        Assert.Equal(CheckoutState.Locked, _pool.Find(held.Name).State);
    }

    [Fact]
    public void An_agent_that_is_killed_while_it_makes_a_spare_leaves_nothing_that_the_next_one_does_not_clean()
    {
        Config("spare = 1\n\tonCreate = touch ../working; sleep 600");
        _pool.Acquire(_pool.Request() with { NoHooks = true });
        using (var agent = new AgentProcess(_pool, AgentProcess.WithoutPage))
        {
            Eventually.True(() => File.Exists(Path.Combine(_pool.Pool.Path, "working")));
        }

        Config("onCreate = true");
        SpareKeeping.AllowStart(new PoolFolder(_pool.Pool.Path).SpareLock(1, ""));
        using var next = new AgentProcess(_pool, AgentProcess.WithoutPage);

        // The one that was begun is cleaned, or another one is made, or both.
        Eventually.True(() => Spares() is [_, ..]
            && _pool.List().All(one => one.State is CheckoutState.Free or CheckoutState.Locked));
        Assert.Single(_pool.List(), one => one.State == CheckoutState.Locked);
    }

    [Fact]
    public void A_fetch_that_fails_is_logged_and_is_not_the_failure_of_an_acquire()
    {
        _pool.AcquireAndRelease(_pool.Request());
        Directory.Move(_pool.Source, _pool["away"]);
        LetTheFetchBeOld();
        using var agent = new AgentProcess(_pool, AgentProcess.WithoutPage);
        Eventually.True(() => agent.Log.Contains("cannot be fetched", StringComparison.Ordinal));
        agent.Kill();

        Directory.Move(_pool["away"], _pool.Source);
        var newest = _pool.Commit("newer");

        Assert.Equal(newest, _pool.Acquire().Commit);
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == Reports.ReportKind.Warning);
    }

    [Fact]
    public void Its_log_is_a_line_for_each_entry_whatever_others_have_named()
    {
        using (var owner = TestProcess.Sleep(_pool.Home))
            AcquireFor(owner.Id);
        var name = "a\x1b[31mb";
        _pool.Execute($"UPDATE repository SET key = '{name}'");
        using var agent = new AgentProcess(_pool, AgentProcess.WithoutPage);

        Eventually.True(() => agent.Log.Contains("its lease was over", StringComparison.Ordinal));
        Assert.Contains(@"a\x1b[31mb", agent.Log, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', agent.Log);
    }

    [Theory]
    [InlineData(2, "--nonsense")]
    [InlineData(2, "word")]
    [InlineData(2, "--pool")]
    [InlineData(1, "--pool", "")]
    [InlineData(1, "--page", "")]
    [InlineData(1, "--page", "example.com")]
    [InlineData(1, "--page", "127.0.0.1:99999")]
    [InlineData(1, "--page", "none", "--only-page")]
    [InlineData(1, "--page", "0", "--token-file", "missing")]
    public void Bad_options_give_one_line_and_change_nothing(int code, params string[] options)
    {
        var result = AgentProcess.Fail(_pool, [], options);

        Assert.Equal(code, result.ExitCode);
        Assert.StartsWith("gitproc-agent: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'));
        Assert.Equal("", result.Output);
        Assert.False(Directory.Exists(_pool.Pool.Path));
    }

    [Fact]
    public void A_pool_that_cannot_be_used_is_an_error()
    {
        File.WriteAllText(_pool.Pool.Path, "");

        var result = AgentProcess.Fail(_pool, [], AgentProcess.WithoutPage);

        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single(result.Error.Split('\n'));
        Assert.Contains("is a file, and a pool is a folder", line, StringComparison.Ordinal);
    }

    private string AcquireFor(int owner) => _pool.Acquire(_pool.Request() with
    {
        Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(owner) },
    }).Name;

    private List<Checkout> Spares() =>
        [.. _pool.List().Where(one => one is { State: CheckoutState.Free, LeaseId: null })];

    private void Config(string text) =>
        File.AppendAllText(Path.Combine(_pool.Home, ".gitconfig"), $"[gitproc]\n\t{text}\n");

    private void LetTheFetchBeOld() =>
        _pool.Execute("UPDATE repository SET fetched_at = fetched_at - 3600000, tried_at = tried_at - 3600000");

    private IReadOnlyList<HistoryEvent> History() =>
        _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home });
}
