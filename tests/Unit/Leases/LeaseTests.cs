using System.Diagnostics;
using System.Globalization;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Leases;

/// <summary>Who holds a checkout, until when, and who may change that.</summary>
public sealed class LeaseTests : IDisposable
{
    // What is over at once.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly PoolFixture _pool = new();
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        _pool.Dispose();
    }

    [Fact]
    public void A_lease_says_who_and_what_for()
    {
        var checkout = _pool.Acquire(Request(new LeaseTerms
        {
            Owner = PoolFixture.Self,
            Label = "a label",
            ExpiresAfter = TimeSpan.FromHours(1),
            Environment = new Dictionary<string, string> { ["Stage"] = "test=1" },
        }));

        Assert.Equal("a label", checkout.Label);
        Assert.Equal("test=1", checkout.Environment!["Stage"]);
        Assert.InRange(
            checkout.ExpiresAt!.Value - checkout.AcquiredAt!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        Assert.Equal(
            (Environment.MachineName, Environment.UserName, true),
            (checkout.Machine, checkout.User, checkout.OwnerRuns));
        Assert.Equal(Environment.ProcessPath, checkout.OwnerProgram);
        Assert.Equal(checkout.Label, _pool.Find(checkout.Name).Label);
    }

    [Fact]
    public void A_refusal_among_thousands_reads_them_once()
    {
        const int Count = 3000;
        _pool.Acquire();
        using var database = PoolDatabase.Open(new PoolFolder(_pool.Pool.Path).Database, _ => { });
        database.Connection.Execute(
            $"""
            INSERT INTO checkout (id, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id, lease, generation, stamp)
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {Count})
            SELECT i, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id || i, lease, generation, stamp FROM checkout, n WHERE id = 1
            """);
        var request = _pool.Request() with { MaxCheckouts = Count, Fetch = FetchPolicy.Never };
        // What is read is allocated. A refusal is a grant, a look for a cleaning, and a grant. On a slow machine, the
        // rows are too old for the next of these, and are read again.
        var reading = Allocated(() =>
            Assert.Equal(Count, new CheckoutTable(database.Connection).OfRepository(1).Count));
        var refusal = Allocated(() => Refused(() => _pool.Acquire(request)));
        Assert.InRange(refusal / reading, 0, 3.5);

        static double Allocated(Action action)
        {
            action();
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void The_limit_of_what_is_held_counts_leases_in_force()
    {
        var limited = _pool.Request() with { MaxLocked = 2 };
        foreach (var one in _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 }))
            _pool.Release(one);
        _pool.Acquire(Request(new LeaseTerms { Owner = Ended() }));
        var first = _pool.Acquire(limited);
        _pool.Acquire(limited);

        var error = Refused(() => _pool.Acquire(limited));
        Assert.Equal(ErrorReason.NoCheckoutAvailable, error.Reason);
        Assert.StartsWith(
            $"2 of {_pool.Key} are held, and gitproc.maxLocked allows 2. 2 in use:",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable,
            Refused(() => _pool.Acquire(limited with { Name = "checkout-3" })).Reason);

        _pool.Release(first);
        Assert.Equal(first.Name, _pool.Acquire(limited).Name);
    }

    [Fact]
    public void A_lease_of_a_dead_owner_is_taken_over()
    {
        var first = _pool.Acquire(Request(new LeaseTerms { Owner = Ended() }));
        Assert.Equal(CheckoutState.Free, _pool.Find(first.Name).State);
        var second = _pool.Acquire();

        Assert.Equal(first.Name, second.Name);
        Assert.NotEqual(first.LeaseId, second.LeaseId);
        Assert.Contains(_pool.Reports, report => report.Text.Contains("is gone", StringComparison.Ordinal));
        Assert.Equal([EventKind.TakenOver, EventKind.Created], History().Select(one => one.Kind));
    }

    [Fact]
    public void An_owner_of_another_boot_is_gone()
    {
        var place = ProcessPlace.Current with { Boot = "another" };
        Assert.Equal(OwnerLife.Gone, new OwnerLives().Of(PoolFixture.Self with { Place = place }));
    }

    [Fact]
    public void A_reused_id_is_not_the_owner()
    {
        var self = PoolFixture.Self;
        Assert.Equal(
            OwnerLife.Gone,
            new OwnerLives().Of(self with { Process = self.Process with { StartedAt = self.Process.StartedAt - 1 } }));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("namespace")]
    public void An_owner_that_cannot_be_seen_counts_as_alive_until_its_lease_expires(string what)
    {
        var here = ProcessPlace.Current;
        var there = what == "host" ? here with { Host = "other" } : here with { Namespace = "pid:[1]" };
        var owner = Ended() with { Place = there };
        var checkout = _pool.Acquire(Request(new LeaseTerms { Owner = owner }));
        Assert.Equal(CheckoutState.Locked, _pool.Find(checkout.Name).State);
        Assert.Null(checkout.OwnerRuns);
        Assert.NotEqual(checkout.Name, _pool.Acquire().Name);
        Assert.Equal(ErrorReason.HeldByOther, Refused(() => _pool.Release(checkout)).Reason);

        Renew(checkout, request => request with { ExpiresAfter = Moment, Force = true });

        Assert.Equal(checkout.Name, _pool.Acquire().Name);
    }

    [Fact]
    public void An_expired_lease_stays_while_its_owner_lives_unless_that_was_not_wanted()
    {
        var late = _pool.Acquire(Request(new LeaseTerms { Owner = PoolFixture.Self, ExpiresAfter = Moment }));
        Assert.NotEqual(late.Name, _pool.Acquire().Name);

        Renew(late, request => request with { IsStrict = true });

        Assert.Equal(CheckoutState.Free, _pool.Find(late.Name).State);
        Assert.Equal(late.Name, _pool.Acquire().Name);
    }

    [Fact]
    public void A_held_one_is_held_until_it_is_released_or_expires()
    {
        var held = _pool.Acquire(Request(new LeaseTerms { Owner = null }));
        Assert.Null(held.OwnerProcessId);
        Assert.True(_pool.Find(held.Name).Locked);
        Assert.NotEqual(held.Name, _pool.Acquire().Name);
        Assert.Equal(CheckoutState.Free, _pool.Release(held).State);

        var expired = _pool.Acquire(Request(new LeaseTerms { Owner = null, ExpiresAfter = Moment }));
        Assert.Equal(CheckoutState.Free, _pool.Find(expired.Name).State);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0:00:03")]
    [InlineData("10001")]
    [InlineData("10675199.02:48:05.4775807")]
    public void A_lease_over_before_it_begins_or_longer_than_any_calendar_is_refused(string time)
    {
        var after = TimeSpan.Parse(time, CultureInfo.InvariantCulture);
        var error = Refused(() => _pool.Acquire(Request(new LeaseTerms { Owner = null, ExpiresAfter = after })));
        Assert.Equal((ErrorReason.InvalidDuration, $"{after}"), (error.Reason, error.Target));
        Assert.Contains("10000 days", error.Message, StringComparison.Ordinal);
        Assert.Empty(_pool.List());

        var checkout = _pool.Acquire();
        Assert.Equal(
            ErrorReason.InvalidDuration,
            Refused(() => Renew(checkout, request => request with { ExpiresAfter = after, Label = "x" })).Reason);
        Assert.Equal((null, null), (_pool.Find(checkout.Name).ExpiresAt, _pool.Find(checkout.Name).Label));
    }

    [Fact]
    public void A_setting_lets_leases_expire()
    {
        TestGit.Run(_pool.Home, "init", "--quiet");
        TestGit.Run(_pool.Home, "config", "gitproc.leaseDuration", "2h");
        var checkout = _pool.Acquire();
        Assert.InRange(
            checkout.ExpiresAt!.Value - checkout.AcquiredAt!.Value,
            TimeSpan.FromMinutes(119),
            TimeSpan.FromMinutes(121));
    }

    [Fact]
    public void A_late_release_never_frees_the_next_holder()
    {
        var first = _pool.Acquire();
        _pool.Release(first);
        var second = _pool.Acquire();

        var late = new ReleaseRequest
        {
            Checkout = first.Name,
            LeaseId = first.LeaseId,
            Force = true,
            WorkingDirectory = _pool.Home,
        };
        Assert.Equal(ErrorReason.NotLocked, Refused(() => _pool.Pool.Leases.Release(late)).Reason);

        Assert.Equal(second.LeaseId, _pool.Find(second.Name).LeaseId);
        Assert.Equal(CheckoutState.Free, _pool.Pool.Leases.Release(late with { LeaseId = second.LeaseId }).State);
    }

    [Fact]
    public void Of_many_releases_of_one_lease_one_succeeds()
    {
        var checkout = _pool.Acquire();
        var request = new ReleaseRequest
        {
            Checkout = checkout.Name,
            LeaseId = checkout.LeaseId,
            WorkingDirectory = _pool.Home,
        };
        var released = 0;
        Parallel.For(0, 16, _ =>
        {
            try
            {
                new Pool(_pool.Pool.Path).Leases.Release(request);
                Interlocked.Increment(ref released);
            }
            catch (GitprocException e)
            {
                Assert.Equal(ErrorReason.NotLocked, e.Reason);
            }
        });
        Assert.Equal(1, released);
    }

    [Fact]
    public void Anothers_lease_is_refused_with_who_and_what_for_and_forced()
    {
        var other = Start();
        var checkout = _pool.Acquire(Request(new LeaseTerms { Owner = other, Label = "nightly" }));

        var error = Refused(() => _pool.Release(checkout));
        Assert.Equal(ErrorReason.HeldByOther, error.Reason);
        Assert.Contains($"process {other.Process.Id} (sleep)", error.Message, StringComparison.Ordinal);
        Assert.Contains("nightly", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ErrorReason.HeldByOther, Refused(() => Renew(checkout, request => request with { Label = "x" })).Reason);

        _pool.Pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                Force = true,
                WorkingDirectory = _pool.Home,
            });
        Assert.Equal(EventKind.Forced, History()[0].Kind);
    }

    [Fact]
    public void A_lease_is_handed_over()
    {
        var checkout = _pool.Acquire(Request(new LeaseTerms { Owner = PoolFixture.Self, Label = "before" }));
        var child = Start();

        var renewed = Renew(checkout, request => request with { Owner = child, Label = "" });

        Assert.Equal(
            (child.Process.Id, null, checkout.LeaseId), (renewed.OwnerProcessId, renewed.Label, renewed.LeaseId));
        Assert.Equal(renewed.OwnerProcessId, LeaseFile.Read(Path.Combine(checkout.Path, ".git"))!.Owner!.Process.Id);
        Assert.Equal(EventKind.Renewed, History()[0].Kind);
    }

    [Fact]
    public void What_is_over_is_reaped()
    {
        var dead = _pool.Acquire(Request(new LeaseTerms { Owner = Ended() }));
        var live = _pool.Acquire(Request(new LeaseTerms { Owner = PoolFixture.Self }) with { Name = null });
        Assert.Equal(dead.Name, live.Name);
        var other = _pool.Acquire(Request(new LeaseTerms { Owner = Ended() }));

        Assert.Equal([other.Name], _pool.Pool.Leases.Reap().Select(checkout => checkout.Name));
        Assert.Null(_pool.Find(other.Name).LeaseId);
        Assert.NotNull(_pool.Find(live.Name).LeaseId);
        Assert.Equal(EventKind.Reaped, History()[0].Kind);
        Assert.Empty(_pool.Pool.Leases.Reap());
    }

    [Fact]
    public void One_lease_is_reaped_only_if_it_is_over()
    {
        var leases = _pool.Pool.Leases;
        var live = _pool.Acquire(Request(new LeaseTerms { Owner = PoolFixture.Self }));
        var dead = _pool.Acquire(Request(new LeaseTerms { Owner = Ended() }));

        var error = Refused(() => leases.Reap(live.Name, leaseId: null, _pool.Home));
        Assert.Equal((ErrorReason.InUse, live.Name), (error.Reason, error.Target));
        Assert.Equal(
            ErrorReason.NotLocked, Refused(() => leases.Reap(dead.Name, live.LeaseId, _pool.Home)).Reason);
        Assert.Equal(
            ErrorReason.CheckoutNotFound, Refused(() => leases.Reap("checkout-99", leaseId: null, _pool.Home)).Reason);
        var running = Start(dead.Path);
        error = Refused(() => leases.Reap(dead.Name, leaseId: null, _pool.Home));
        Assert.Equal(ErrorReason.InUse, error.Reason);
        Assert.Contains($"{running.Process.Id} (sleep)", error.Message, StringComparison.Ordinal);
        Assert.NotNull(_pool.Find(dead.Name).LeaseId);
        _processes[^1].Kill();
        _processes[^1].WaitForExit();

        Assert.Equal(CheckoutState.Free, leases.Reap(dead.Name, dead.LeaseId, _pool.Home).State);
        Assert.Equal((EventKind.Reaped, dead.Name), (History()[0].Kind, History()[0].Checkout));
        Assert.Equal(
            ErrorReason.NotLocked, Refused(() => leases.Reap(dead.Name, leaseId: null, _pool.Home)).Reason);
        Assert.Equal(live.LeaseId, _pool.Find(live.Name).LeaseId);
    }

    [Fact]
    public void A_checkout_that_a_process_runs_in_is_not_taken_over()
    {
        var first = _pool.Acquire(Request(new LeaseTerms { Owner = Ended() }));
        var running = Start(first.Path);

        var second = _pool.Acquire();
        Assert.NotEqual(first.Name, second.Name);
        Assert.Empty(_pool.Pool.Leases.Reap());
        var error = Refused(() => _pool.Acquire(_pool.Request() with { NoCreate = true }));
        Assert.Contains($"{running.Process.Id} (sleep)", error.Message, StringComparison.Ordinal);

        Assert.Equal(first.Name, _pool.Acquire(_pool.Request() with { NoCreate = true, StopProcesses = true }).Name);
        Assert.False(ProcessTable.IsAlive(running.Process));
    }

    [Fact]
    public void A_release_tells_who_still_runs_in_it_and_ends_them_on_request()
    {
        var checkout = _pool.Acquire();
        var running = Start(checkout.Path);
        _pool.Release(checkout);
        Assert.Contains(
            _pool.Reports,
            report =>
                report.Kind == ReportKind.Warning
                && report.Text.Contains($"{running.Process.Id} (sleep)", StringComparison.Ordinal));

        // What still runs there may write there: it is not cleaned, nor given to anybody.
        Assert.Equal(CheckoutState.Cleaning, _pool.Find(checkout.Name).State);
        var other = _pool.Acquire();
        Assert.NotEqual(checkout.Name, other.Name);
        _pool.Release(other);
        Assert.Equal(
            checkout.Name, _pool.Acquire(_pool.Request() with { Name = checkout.Name, StopProcesses = true }).Name);
        Assert.False(ProcessTable.IsAlive(running.Process));

        running = Start(checkout.Path);
        _pool.Pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                StopProcesses = true,
                WorkingDirectory = _pool.Home,
            });
        Assert.False(ProcessTable.IsAlive(running.Process));
        Assert.Equal(CheckoutState.Free, _pool.Find(checkout.Name).State);
    }

    [Fact]
    public void All_or_none_of_several_are_acquired()
    {
        var two = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 2 });
        Assert.Equal(["checkout-1", "checkout-2"], two.Select(checkout => checkout.Name));
        Assert.Equal(2, two.Select(checkout => checkout.LeaseId).Distinct().Count());
        _pool.Release(two[0]);

        Refused(() => _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3, MaxCheckouts = 3 }));
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
        Assert.Equal(2, _pool.List().Count);

        // The third of these cannot be made: those before it are given back.
        Directory.CreateDirectory(_pool["bad"]);
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        Directory.Move(_pool.Source, _pool["elsewhere"]);
        Assert.Throws<GitprocException>(() => _pool.Pool.Acquiring.Acquire(_pool.Request("source") with { Count = 2 }));
        Assert.DoesNotContain(_pool.List(), checkout => checkout.State == CheckoutState.Creating);
    }

    [Fact]
    public void A_name_asks_for_that_checkout()
    {
        foreach (var checkout in _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 }))
            _pool.Release(checkout);
        var request = _pool.Request() with { Name = "checkout-2" };

        Assert.Equal("checkout-2", _pool.Acquire(request).Name);
        Assert.Contains("checkout-2 by", Refused(() => _pool.Acquire(request)).Message, StringComparison.Ordinal);
        Assert.Equal(
            ErrorReason.CheckoutNotFound, Refused(() => _pool.Acquire(request with { Name = "checkout-9" })).Reason);
        Assert.Equal(3, _pool.List().Count);
    }

    [Fact]
    public void The_history_is_bounded()
    {
        TestGit.Run(_pool.Home, "init", "--quiet");
        TestGit.Run(_pool.Home, "config", "gitproc.historyMaxCount", "20");
        for (var i = 0; i < 60; i++)
            _pool.Release(_pool.Acquire());
        Assert.InRange(History().Count, 20, 120);
        Assert.Equal(EventKind.Released, History()[0].Kind);
        Assert.Equal(
            5, _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home, First = 5 }).Count);
        Assert.Empty(
            _pool.Pool.Leases.ListHistory(
                new HistoryRequest { WorkingDirectory = _pool.Home, Since = DateTimeOffset.UtcNow.AddHours(1) }));
        Assert.Empty(
            _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home, Checkout = "checkout-2" })
        );
    }

    [Fact]
    public void A_clock_that_was_set_back_frees_nothing()
    {
        var checkout = _pool.Acquire(Request(new LeaseTerms { Owner = null, ExpiresAfter = TimeSpan.FromHours(1) }));
        _pool.Query<long>(
            $"UPDATE checkout SET last_used_at = last_used_at + 90000000, lease = json_set(lease, '$.acquiredAt', {DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()}) RETURNING id"
        );
        Assert.NotEqual(checkout.Name, _pool.Acquire().Name);
        Assert.Equal(checkout.Name, _pool.Release(_pool.Find(checkout.Name)).Name);
    }

    private AcquireRequest Request(LeaseTerms terms) => _pool.Request() with { Terms = terms };

    private Checkout Renew(Checkout checkout, Func<RenewRequest, RenewRequest> change) =>
        _pool.Pool.Leases.Renew(change(new RenewRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home }));

    private IReadOnlyList<HistoryEvent> History() =>
        _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home, First = 1000 });

    private static GitprocException Refused(Action action) => Assert.Throws<GitprocException>(action);

    private LeaseOwner Start(string? folder = null)
    {
        var process = Process.Start(
            new ProcessStartInfo("sleep", ["600"]) { WorkingDirectory = folder ?? _pool.Home }
        )!;
        _processes.Add(process);
        Eventually.True(() => ProcessTable.Find(process.Id)?.Name == "sleep");
        return LeaseOwner.OfProcess(process.Id);
    }

    private static LeaseOwner Ended()
    {
        using var process = Process.Start("sleep", ["600"]);
        var owner = LeaseOwner.OfProcess(process.Id);
        process.Kill();
        process.WaitForExit();
        return owner;
    }
}
