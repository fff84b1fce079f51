using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
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
        Queued(1);
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
            Queued(i + 1);
        }

        _pool.Release(held);
        Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { MaxCheckouts = 1 }));
        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], served);
    }

    [Fact]
    public void A_repair_takes_no_new_place_for_one_that_was_left()
    {
        var folder = new PoolFolder(_pool.Pool.Path);
        Directory.CreateDirectory(folder.Queue);
        using var end = new CancellationTokenSource();
        var sweeps = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
                WaitingQueue.RemoveLeftFiles(folder);
        });
        sweeps.Start();
        try
        {
            for (var number = 0; number < 3000; number++)
            {
                var file = folder.Ticket($"{number}");
                using var ticket = new Ticket(file, () => number, _ => { });
                Assert.True(LockedFile.IsLocked(file));
            }
        }
        finally
        {
            end.Cancel();
            sweeps.Join();
        }

        Assert.Empty(Directory.EnumerateFiles(folder.Queue));
    }

    [Fact]
    public void No_more_than_the_limit_are_held_however_many_wait()
    {
        var log = _pool["log"];
        const string command = "echo + >> \"$1\"; for i in 1 2 3 4 5; do git status -s; done; echo - >> \"$1\"";
        var jobs = Enumerable.Range(0, 8)
            .Select(_ => _pool.Program.Start(
                _pool.Home, "run", _pool.Source, "--max-locked", "2", "--wait", "--", "sh", "-c", command, "sh", log))
            .ToList();
        Assert.All(jobs, job => Assert.Equal(0, GitprocProgram.Finish(job).ExitCode));

        var held = 0;
        Assert.All(File.ReadAllLines(log), line => Assert.InRange(held += line == "+" ? 1 : -1, 0, 2));
    }

    [Fact]
    public async Task A_waiter_that_died_is_passed_over()
    {
        var held = _pool.Acquire();
        var dead = _pool.StartWaiter();
        Queued(1);
        var waiting = Wait();
        Queued(2);
        dead.Kill();
        GitprocProgram.Finish(dead);

        _pool.Release(held);

        Assert.Equal(held.Name, (await waiting.WaitAsync(Eventually.Limit)).Name);
    }

    [Fact]
    public async Task The_place_of_a_waiter_that_was_stopped_passes_on_and_it_stands_in_line_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoSignals);
        var held = _pool.Acquire();
        using var stopped = _pool.StartWaiter();
        Queued(1);
        await Signal(stopped, "STOP");
        var waiting = Wait();
        Queued(2);

        _pool.Release(held);
        Assert.Equal(held.Name, (await waiting.WaitAsync(TimeSpan.FromSeconds(40))).Name);
        Assert.Equal(0L, _pool.Query<long>("SELECT count(*) FROM waiter"));

        await Signal(stopped, "CONT");
        Queued(1);
        _pool.Release(held);
        Assert.Equal(held.Path, GitprocProgram.Finish(stopped).Output);
    }

    [Fact]
    public async Task One_who_does_not_wait_comes_before_a_waiter_that_was_stopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoSignals);
        var held = _pool.Acquire();
        using var stopped = _pool.StartWaiter();
        Queued(1);
        await Signal(stopped, "STOP");
        _pool.Release(held);
        Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { MaxCheckouts = 1 }));
        await Task.Delay(FileLock.SilenceTimeout + TimeSpan.FromSeconds(2));
        Assert.Equal(held.Name, _pool.Acquire(_pool.Request() with { MaxCheckouts = 1 }).Name);
        stopped.Kill();
    }

    [Fact]
    public async Task The_lease_of_an_owner_that_dies_is_noticed()
    {
        using var owner = Process.Start("sleep", ["600"]);
        _pool.Acquire(_pool.Request() with { Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(owner.Id) } });
        var waiting = Wait();
        Queued(1);
        owner.Kill();
        await owner.WaitForExitAsync();
        Assert.Equal("checkout-1", (await waiting.WaitAsync(Eventually.Limit)).Name);
    }

    [Fact]
    public async Task A_wait_that_is_called_off_leaves_the_queue()
    {
        _pool.Acquire();
        using var cancellation = new CancellationTokenSource();
        var waiting = Wait(cancellation.Token);
        Queued(1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Eventually.Limit));
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
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), Eventually.Limit);
    }

    [Fact]
    public void What_can_never_come_is_not_waited_for()
    {
        _pool.Acquire();
        var request = _pool.Request() with { Wait = Timeout.InfiniteTimeSpan, MaxCheckouts = 1, Count = 2 };
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable,
            Assert.Throws<GitprocException>(() => _pool.Pool.Acquiring.Acquire(request)).Reason);
        request = _pool.Request(_pool.Source) with { Wait = Timeout.InfiniteTimeSpan, Name = "checkout-7" };
        Assert.Equal(
            ErrorReason.CheckoutNotFound,
            Assert.Throws<GitprocException>(() => _pool.Pool.Acquiring.Acquire(request)).Reason);
    }

    [Fact]
    public async Task One_who_waits_for_a_name_lets_others_have_the_rest()
    {
        var both = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 2 });
        var named = Start(_pool.Request() with { Name = "checkout-1" });
        Queued(1);
        var any = Start(_pool.Request());
        Queued(2);

        _pool.Release(both[1]);
        Assert.Equal("checkout-2", (await any.WaitAsync(Eventually.Limit)).Name);
        _pool.Release(both[0]);
        Assert.Equal("checkout-1", (await named.WaitAsync(Eventually.Limit)).Name);
    }

    [Fact]
    public async Task One_who_waits_for_a_kind_lets_others_have_the_rest()
    {
        var linked = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Worktree });
        var clone = _pool.Acquire();
        var first = Start(_pool.Request() with { Kind = CheckoutKind.Worktree });
        Queued(1);
        var any = Start(_pool.Request());
        Queued(2);

        _pool.Release(clone);
        Assert.Equal(clone.Name, (await any.WaitAsync(Eventually.Limit)).Name);
        _pool.Release(clone);
        Assert.Equal(clone.Name, _pool.Acquire(_pool.Request() with { MaxCheckouts = 2 }).Name);
        _pool.Release(linked);
        Assert.Equal(linked.Name, (await first.WaitAsync(Eventually.Limit)).Name);
    }

    [Fact]
    public async Task A_kind_that_there_is_none_of_and_no_room_for_is_not_waited_for()
    {
        _pool.Release(_pool.Acquire());
        var wait = Start(_pool.Request() with { Kind = CheckoutKind.Worktree }, limit: 1);
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable,
            (await Assert.ThrowsAsync<GitprocException>(() => wait.WaitAsync(Eventually.Limit))).Reason);
        Assert.Equal(CheckoutKind.Worktree, (await Start(_pool.Request() with { Kind = CheckoutKind.Worktree })).Kind);
    }

    [Fact]
    public async Task A_lease_that_is_over_is_for_who_waits_for_its_kind()
    {
        using var owner = Process.Start("sleep", ["600"]);
        var linked = _pool.Acquire(
            _pool.Request() with
            {
                Kind = CheckoutKind.Worktree,
                Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(owner.Id) },
            });
        // One who waits, and has not looked yet.
        using var ticket = FileLock.TryAcquire(Path.Combine(_pool.Pool.Path, "queue", "other"));
        _pool.Execute(
            "INSERT INTO waiter (repository_id, kind, ticket, who, since) SELECT repository_id, kind, 'other', 'somebody', 0 FROM checkout"
        );
        owner.Kill();
        await owner.WaitForExitAsync();
        Assert.NotEqual(linked.Name, _pool.Acquire().Name);
    }

    [Fact]
    public async Task What_has_been_said_of_a_wait_is_not_said_again()
    {
        var (first, second) = (_pool.Acquire(), _pool.Acquire());
        using var waiting = _pool.Program.Start(
            _pool.Home,
            "acquire",
            _pool.Source,
            "--max-checkouts",
            "2",
            "--wait",
            "--owner-pid",
            $"{Environment.ProcessId}");
        var lines = new List<string>();
        await ReadTo(second.Name);
        _pool.Pool.Leases.Renew(
            new RenewRequest
            {
                Checkout = second.Name,
                WorkingDirectory = _pool.Home,
                Label = "later",
            });
        await ReadTo("later");
        _pool.Release(first);
        lines.AddRange(
            (await waiting.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));

        Assert.EndsWith("2 in use:", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  checkout-1 by ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("gitproc: still waiting: checkout-2 by ", lines[3], StringComparison.Ordinal);
        Assert.All(
            lines[4..],
            line => Assert.Matches(
                "^gitproc: (still waiting: checkout-1 (was released|is being cleaned)|waiting .* 1 in use:$)", line));

        async Task ReadTo(string text)
        {
            while (lines.Count == 0 || !lines[^1].Contains(text, StringComparison.Ordinal))
                lines.Add(
                    await waiting.StandardError.ReadLineAsync().WaitAsync(Eventually.Limit)
                        ?? throw new EndOfStreamException());
        }
    }

    [Fact]
    public void Checkouts_that_are_cleaned_are_named_as_such()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        _pool.Execute("UPDATE checkout SET state = 5");
        using var cleaning = FileLock.TryAcquire(new PoolFolder(_pool.Pool.Path).CheckoutLock(checkout.Name));
        var error = Assert.Throws<GitprocException>(() =>
            _pool.Acquire(_pool.Request() with { MaxCheckouts = 1, Wait = TimeSpan.Zero }));
        Assert.EndsWith(
            "at most 1 may be made. 1 in use:\n  checkout-1 is being cleaned", error.Message, StringComparison.Ordinal);
    }

    private Task<Checkout> Wait(CancellationToken cancellationToken = default) =>
        Start(_pool.Request(), 1, cancellationToken);

    private Task<Checkout> Start(AcquireRequest request, int limit = 2, CancellationToken cancellationToken = default)
    {
        var pool = new Pool(_pool.Pool.Path);
        request = request with { Wait = Timeout.InfiniteTimeSpan, MaxCheckouts = limit };
        return Task.Factory.StartNew(
            () => pool.Acquiring.Acquire(request, cancellationToken).Single(),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static Task Signal(Process process, string name) =>
        Process.Start("kill", [$"-{name}", $"{process.Id}"]).WaitForExitAsync();

    private void Queued(int count) => Eventually.True(() => _pool.Query<long>("SELECT count(*) FROM waiter") == count);
}
