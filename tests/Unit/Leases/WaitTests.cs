using System.Diagnostics;
using Gitproc.Leases;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Leases;

/// <summary>The queue.</summary>
public sealed class WaitTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task Who_waits_gets_what_is_released()
    {
        var held = _pool.Acquire();
        var waiting = Wait();
        await Queued(1);
        _pool.Release(held);
        Assert.Equal(held.Name, (await waiting).Name);
        Assert.Equal(0L, _pool.Query<long>("SELECT count(*) FROM waiter"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "queue")));
    }

    [Fact]
    public async Task Who_came_first_is_served_first_and_before_those_who_do_not_wait()
    {
        var held = _pool.Acquire();
        var served = new List<int>();
        var waiting = new List<Task>();
        for (var i = 0; i < 5; i++)
        {
            var place = i;
            waiting.Add(Wait().ContinueWith(
                done =>
                {
                    lock (served)
                        served.Add(place);
                    _pool.Release(done.Result);
                },
                TaskScheduler.Default));
            await Queued(i + 1);
        }

        _pool.Release(held);
        Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { MaxCheckouts = 1 }));
        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], served);
    }

    [Fact]
    public async Task A_waiter_that_died_is_passed_over()
    {
        var held = _pool.Acquire();
        var dead = _pool.Program.Start(_pool.Home, "acquire", _pool.Source, "--max-checkouts", "1", "--wait", "--owner-pid", $"{Environment.ProcessId}");
        await Queued(1);
        var waiting = Wait();
        await Queued(2);
        dead.Kill();
        GitprocProgram.Finish(dead);

        _pool.Release(held);

        Assert.Equal(held.Name, (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Name);
    }

    [Fact]
    public async Task The_lease_of_an_owner_that_dies_is_noticed()
    {
        using var owner = Process.Start("sleep", ["600"]);
        _pool.Acquire(_pool.Request() with { Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(owner.Id) } });
        var waiting = Wait();
        await Queued(1);
        owner.Kill();
        await owner.WaitForExitAsync();
        Assert.Equal("checkout-1", (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Name);
    }

    [Fact]
    public async Task A_wait_that_is_called_off_leaves_the_queue()
    {
        _pool.Acquire();
        using var cancellation = new CancellationTokenSource();
        var waiting = Wait(cancellation.Token);
        await Queued(1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(0L, _pool.Query<long>("SELECT count(*) FROM waiter"));
    }

    [Fact]
    public void A_wait_ends_in_its_time()
    {
        _pool.Acquire();
        var watch = Stopwatch.StartNew();
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--max-checkouts", "1", "--wait", "1s");
        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.Contains("Waited 1 s", result.Error, StringComparison.Ordinal);
        Assert.Contains("you are next", result.Error, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void What_can_never_come_is_not_waited_for()
    {
        _pool.Acquire();
        var request = _pool.Request() with { Wait = Timeout.InfiniteTimeSpan, MaxCheckouts = 1, Count = 2 };
        Assert.Equal(ErrorReason.NothingFree, Assert.Throws<GitprocException>(() => _pool.Pool.Acquire(request)).Reason);
        request = _pool.Request(_pool.Source) with { Wait = Timeout.InfiniteTimeSpan, Name = "checkout-7" };
        Assert.Equal(ErrorReason.CheckoutNotFound, Assert.Throws<GitprocException>(() => _pool.Pool.Acquire(request)).Reason);
    }

    [Fact]
    public async Task One_who_waits_for_a_name_lets_others_have_the_rest()
    {
        var both = _pool.Pool.Acquire(_pool.Request() with { Count = 2 });
        var named = Start(_pool.Request() with { Name = "checkout-1" });
        await Queued(1);
        var any = Start(_pool.Request());
        await Queued(2);

        _pool.Release(both[1]);
        Assert.Equal("checkout-2", (await any.WaitAsync(TimeSpan.FromSeconds(20))).Name);
        _pool.Release(both[0]);
        Assert.Equal("checkout-1", (await named.WaitAsync(TimeSpan.FromSeconds(20))).Name);
    }

    private Task<Checkout> Wait(CancellationToken cancellationToken = default) => Start(_pool.Request(), 1, cancellationToken);

    private Task<Checkout> Start(AcquireRequest request, int limit = 2, CancellationToken cancellationToken = default)
    {
        var pool = new Pool(_pool.Pool.Path);
        request = request with { Wait = Timeout.InfiniteTimeSpan, MaxCheckouts = limit };
        return Task.Factory.StartNew(() => pool.Acquire(request, cancellationToken).Single(), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Task Queued(int count)
    {
        for (var i = 0; i < 500 && _pool.Query<long>("SELECT count(*) FROM waiter") < count; i++)
            await Task.Delay(20);
        Assert.Equal(count, _pool.Query<long>("SELECT count(*) FROM waiter"));
    }
}
