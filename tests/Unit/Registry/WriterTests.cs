using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Registry;

/// <summary>Who changes the database, and who waits for that.</summary>
public sealed class WriterTests : IDisposable
{
    private const string ProcOnly = "Only Linux tells in /proc who waits for a lock.";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private string WriterLock => Path.Combine(_pool.Pool.Path, "gitproc.db.writer");

    [Fact]
    public void Those_who_wait_sleep()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), ProcOnly);
        _pool.Release(_pool.Acquire());
        Process waiting;
        using (LockedFile.TryLock(WriterLock))
        {
            waiting = _pool.Program.Start(
                _pool.Home, "acquire", _pool.Source, "--owner-pid", $"{Environment.ProcessId}");
            Assert.True(SpinWait.SpinUntil(() => SleepsOnLock(waiting), TimeSpan.FromSeconds(60)));
            var before = Wakes(waiting);
            Thread.Sleep(1000);
            // Those of the runtime; who polls every few milliseconds has hundreds.
            Assert.InRange(Wakes(waiting) - before, 0, 40);
            Assert.False(waiting.HasExited);
        }

        Assert.Equal(0, GitprocProgram.Finish(waiting).ExitCode);
    }

    [Fact]
    public async Task A_wait_is_called_off()
    {
        _pool.Release(_pool.Acquire());
        using var locked = LockedFile.TryLock(WriterLock);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var acquiring = Task.Run(() => _pool.Pool.Acquiring.Acquire(_pool.Request(), cancellation.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(_pool.List().Single().Locked);
    }

    [Fact]
    public void One_that_was_stopped_in_the_middle_of_a_change_is_named()
    {
        _pool.Release(_pool.Acquire());
        using var locked = LockedFile.TryLock(WriterLock)!;
        FileLock.WriteSelf(locked);
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"process {Environment.ProcessId} (", result.Error, StringComparison.Ordinal);
        Assert.Contains("is stopped in the middle of a change", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_gitproc_that_does_not_know_of_the_lock_is_waited_for()
    {
        _pool.Release(_pool.Acquire());
        using var older = PoolDatabase.Open(Path.Combine(_pool.Pool.Path, "gitproc.db"), _ => { });
        older.Connection.Execute("BEGIN IMMEDIATE");
        var acquiring = Task.Run(() => _pool.Acquire());
        await Task.Delay(2000);
        Assert.False(acquiring.IsCompleted);
        older.Connection.Execute("COMMIT");
        Assert.True((await acquiring.WaitAsync(TimeSpan.FromSeconds(20))).Locked);
    }

    [Fact]
    public async Task A_refusal_changes_nothing_and_waits_for_nobody()
    {
        _pool.Acquire();
        using var other = PoolDatabase.Open(Path.Combine(_pool.Pool.Path, "gitproc.db"), _ => { });
        other.Connection.Execute("BEGIN IMMEDIATE");
        var refusing = Task.Run(() => _pool.Pool.Acquiring.Acquire(_pool.Request() with { MaxCheckouts = 1 }));
        var refused = await Assert.ThrowsAsync<GitprocException>(() => refusing.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(ErrorReason.NoCheckoutAvailable, refused.Reason);
    }

    [Fact]
    public async Task What_changed_between_the_look_and_the_transaction_is_not_taken_over()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), ProcOnly);
        using var owner = Process.Start("sleep", ["600"]);
        var held = _pool.Acquire(
            _pool.Request() with
            {
                Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(owner.Id) },
            });
        owner.Kill();
        await owner.WaitForExitAsync();
        var living = LeaseJson.Write(
            new LeaseTerms { Owner = PoolFixture.Self }.NewLease(defaultDuration: null) with
            {
                Id = held.LeaseId!,
            });
        var taken = await TakeMeanwhile($"UPDATE checkout SET lease = '{living}'");
        Assert.NotEqual(held.Name, taken.Name);
    }

    [Fact]
    public async Task What_was_made_between_the_look_and_the_transaction_is_its_makers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), ProcOnly);
        var made = _pool.Acquire();
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Creating}");
        var taken = await TakeMeanwhile($"UPDATE checkout SET state = {(int)CheckoutState.Locked}");
        Assert.NotEqual(made.Name, taken.Name);
        Assert.True(_pool.Find(made.Name).Locked);
    }

    // Changes a row that another acquire has looked at, and that it waits to take.
    private async Task<Checkout> TakeMeanwhile(string sql)
    {
        Process taking;
        using (LockedFile.TryLock(WriterLock))
        {
            taking = _pool.Program.Start(
                _pool.Home, "acquire", _pool.Source, "--owner-pid", $"{Environment.ProcessId}");
            Assert.True(SpinWait.SpinUntil(() => SleepsOnLock(taking), TimeSpan.FromSeconds(60)));
            _pool.Execute(sql);
        }

        var result = await Task.Run(() => GitprocProgram.Finish(taking));
        Assert.True(result.ExitCode == 0, result.Error);
        return _pool.List().Single(checkout => checkout.Path == result.Output);
    }

    // Blocked requests are marked with an arrow (proc_locks(5)).
    private static bool SleepsOnLock(Process process) =>
        File.ReadLines("/proc/locks")
            .Any(line =>
                line.Contains("->", StringComparison.Ordinal)
                && line.Contains($" {process.Id} ", StringComparison.Ordinal));

    private static long Wakes(Process process) => Directory.EnumerateDirectories($"/proc/{process.Id}/task")
        .SelectMany(task => File.ReadLines(Path.Combine(task, "status")))
        .Where(line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
}
