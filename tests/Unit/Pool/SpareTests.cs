using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Spares: free checkouts that a process in the background keeps ready for the next acquire.</summary>
public sealed class SpareTests : IDisposable
{
    private static readonly string Self = $"{Environment.ProcessId}";

    private readonly PoolFixture _pool = new();

    public void Dispose()
    {
        WaitForSpares();
        _pool.Dispose();
    }

    [Fact]
    public void After_an_acquire_so_many_are_ready_and_the_next_acquire_starts_no_git()
    {
        Config("spare = 2");
        var held = Acquire();
        WaitForFree(2);

        WaitForSpares();
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Never });
        Assert.DoesNotContain(
            _pool.Reports, report => report.Text.Contains("(in " + _pool.Pool.Path, StringComparison.Ordinal));
        Assert.Equal(3, _pool.List().Count);
        Assert.All(_pool.List(), one => Assert.Equal("", TestGit.Run(one.Path, "status", "--short")));
        Assert.Equal(CheckoutState.Locked, _pool.Find(held).State);
        Assert.Empty(Directory.EnumerateFiles(Logs));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        var made = _pool.Pool.Leases
            .ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home })
            .Where(one => one.Why == "it is ready as a spare")
            .ToList();
        Assert.Equal(2, made.Count);
    }

    [Fact]
    public void Without_the_setting_and_where_it_is_0_nothing_is_started()
    {
        Acquire();
        Config($"spare = 2\n[gitproc \"{_pool.Source}\"]\n\tspare = 0");
        Acquire();
        Assert.Equal(2, _pool.List().Count);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "locks"), "spares*"));
    }

    [Fact]
    public void A_setting_for_some_repositories_is_for_these_only()
    {
        var other = TestGit.MakeRepository(_pool["other"]);
        Config($"spare = 0\n[gitproc \"{UnixTools.Slashes(_pool["other"])}\"]\n\tspare = 1");
        Acquire();
        Acquire(other);
        WaitForFree(1);
        WaitForSpares();
        Assert.Equal(other, Assert.Single(_pool.List(), one => one.State == CheckoutState.Free).Repository);
    }

    [Fact]
    public void The_config_of_a_repository_does_not_count_and_a_wrong_number_is_an_error()
    {
        var clone = _pool["clone"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, clone);
        TestGit.Run(clone, "config", "gitproc.spare", "2");
        var acquired = _pool.Program.Run(clone, "acquire", "--owner-pid", Self);
        Assert.Equal(0, acquired.ExitCode);
        Assert.Contains("gitproc.spare in the config of", acquired.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "locks"), "spares*"));

        Config("spare = many");
        var wrong = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--owner-pid", Self);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("'many' of gitproc.spare is not a number", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_acquires_at_once_have_one_process()
    {
        Config("spare = 2");
        Acquire();
        WaitForFree(2);
        WaitForSpares();
        var last = _pool.Query<long>("SELECT max(id) FROM event");

        var acquires = Enumerable.Range(0, 20).Select(_ => Start()).ToList();
        Assert.All(acquires, one => Assert.Equal(0, GitprocProgram.Finish(one).ExitCode));

        WaitForFree(2);
        WaitForSpares();
        var makers = _pool.Pool.Leases
            .ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home, First = 1000 })
            .Where(one => one.Id > last && one.Why == "it is ready as a spare")
            .Select(one => (one.Who, one.Time))
            .ToList();
        // One after another, never two at a time.
        var spans = makers.GroupBy(one => one.Who)
            .Select(group => (From: group.Min(one => one.Time), To: group.Max(one => one.Time)))
            .OrderBy(span => span.From)
            .ToList();
        Assert.NotEmpty(spans);
        Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
        Assert.InRange(_pool.List().Count, 23, 25);
    }

    [Fact]
    public void No_more_are_made_than_there_may_be_and_an_acquire_waits_for_one_that_is_being_made()
    {
        Config("spare = 3\n\tmaxCheckouts = 3");
        Config("onCreate = \"test $GITPROC_NUMBER = 1 || while ! test -e ../go; do sleep 0.05; done\"");
        Acquire();
        Eventually.True(() => _pool.List().Count == 3);

        // Without --wait. Both spares are being made, and no more checkouts may be.
        var waiting = Start();
        Assert.False(waiting.WaitForExit(500));
        // A process that makes spares counts for no limit of holders.
        var other = Start("--max-locked", "3");
        Assert.False(other.WaitForExit(500));
        File.WriteAllText(Path.Combine(_pool.Pool.Path, "go"), "");
        var first = GitprocProgram.Finish(waiting);
        Assert.Contains(" is made ready by process ", first.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (first.ExitCode, GitprocProgram.Finish(other).ExitCode));

        WaitForSpares();
        Assert.Equal(3, _pool.List().Count(one => one.Locked));
        Assert.Equal(3, _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--owner-pid", Self).ExitCode);
        Assert.Equal(3, _pool.List().Count);
    }

    [Fact]
    public void The_limit_of_the_acquire_counts_and_so_does_that_none_may_be_made()
    {
        Config("spare = 3");
        Acquire(null, "--max-checkouts", "2");
        WaitForFree(1);
        WaitForSpares();
        Assert.Equal(2, _pool.List().Count);
        Acquire(null, "--no-create");
        WaitForSpares();
        Assert.Equal(2, _pool.List().Count);
    }

    [Fact]
    public void After_a_fetch_of_something_new_spares_are_brought_up_to_date()
    {
        Config("spare = 2");
        Acquire();
        WaitForFree(2);
        WaitForSpares();
        var used = _pool.List().ToDictionary(one => one.Name, one => one.LastUsedAt);
        var commit = _pool.Commit("new");

        var held = Acquire(null, "--fetch");

        Eventually.True(() => _pool.List().Count(one => one.State == CheckoutState.Free && one.Commit == commit) == 2);
        WaitForSpares();
        Assert.Equal(4, _pool.List().Count);
        Assert.Equal(commit, _pool.Find(held).Commit);
        var kept = _pool.List().Single(one => one.State == CheckoutState.Free && used.ContainsKey(one.Name));
        Assert.Equal(used[kept.Name], kept.LastUsedAt);
        Assert.True(File.Exists(Path.Combine(kept.Path, "new.txt")));
    }

    [Fact]
    public void A_killed_process_leaves_nothing_that_the_next_acquire_does_not_put_right()
    {
        Config("spare = 2\n\tonCreate = \"test $GITPROC_NUMBER = 1 || test -e ../go || sleep 600\"");
        Acquire();
        Eventually.True(() => _pool.List().Count == 3 && Maker() is not null);
        Assert.Contains(
            _pool.Program.Run(_pool.Home, "list").Output.Split('\n'),
            line => line.Contains("makes a spare ready", StringComparison.Ordinal));
        using (var maker = Process.GetProcessById(Maker()!.Value))
            maker.Kill(entireProcessTree: true);
        _pool.WaitForKilled();
        var doctor = _pool.Program.Run(_pool.Home, "doctor");
        Assert.Contains("it was ended before it was done. Its log is ", doctor.Output, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_pool.Pool.Path, "go"), "");

        // It takes over what was left, and starts another process.
        Acquire();

        WaitForFree(2);
        WaitForSpares();
        Assert.Equal(4, _pool.List().Count);
        Assert.All(_pool.List(), one => Assert.Equal("", TestGit.Run(one.Path, "status", "--short")));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Empty(Directory.EnumerateFiles(Logs));
    }

    [Fact]
    public void A_failure_is_in_a_log_that_doctor_names_and_is_not_repeated_at_once()
    {
        Config("spare = 1\n\tonCreate = \"test $GITPROC_NUMBER = 1 || { echo no way; exit 7; }\"");
        Acquire();
        // The process has a lock on its log until it has written why it failed.
        Eventually.True(() => BackgroundLog.Left(new PoolFolder(_pool.Pool.Path))
            .Any(log => log.Why.Contains("exit code 7", StringComparison.Ordinal)));
        WaitForSpares();

        var log = File.ReadAllText(Assert.Single(Directory.EnumerateFiles(Logs)));
        Assert.Contains("onCreate: no way", log, StringComparison.Ordinal);
        var doctor = _pool.Program.Run(_pool.Home, "doctor").Output;
        Assert.Contains("failed with exit code 7", doctor, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Logs, "spares-1.log"), doctor, StringComparison.Ordinal);
        Assert.Single(_pool.List());

        var events = _pool.Query<long>("SELECT count(*) FROM event");
        _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--resume", "--label", "x", "--name", "checkout-1");
        WaitForSpares();
        Assert.Equal(events, _pool.Query<long>("SELECT count(*) FROM event"));
        _pool.Program.Run(_pool.Home, "repair");
        Assert.Empty(Directory.EnumerateFiles(Logs));
    }

    [Fact]
    public void None_are_made_on_a_full_disk_and_doctor_and_warm_say_so()
    {
        Config("spare = 2\n\tminFreeSpace = 100%");
        Acquire();
        WaitForSpares();
        Assert.Single(_pool.List());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "locks"), "spares*"));
        var doctor = _pool.Program.Run(_pool.Home, "doctor").Output;
        Assert.Contains("so no spares are made", doctor, StringComparison.Ordinal);
        var warm = _pool.Program.Run(_pool.Home, "warm", _pool.Source, "--count", "2");
        Assert.Equal(0, warm.ExitCode);
        Assert.Contains("less than gitproc.minFreeSpace", warm.Error, StringComparison.Ordinal);
        Assert.Equal(3, _pool.List().Count);
    }

    [Fact]
    public void An_acquire_without_hooks_makes_none()
    {
        Config("spare = 2");
        Acquire(null, "--no-hooks");
        Assert.Single(_pool.List());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "locks"), "spares*"));
    }

    [Fact]
    public void They_are_pruned_when_nobody_uses_the_repository_any_more()
    {
        Config("spare = 1");
        Acquire();
        WaitForFree(1);
        WaitForSpares();
        Config("spare = 1");
        _pool.Program.Run(_pool.Home, "release", "checkout-1");
        _pool.Execute("UPDATE checkout SET last_used_at = 0, created_at = 0");
        // Two are free, one is wanted.
        var pruned = _pool.Program.Run(_pool.Home, "prune", "--dry-run");
        Assert.Single(pruned.Output.Split('\n'), line => line.StartsWith("checkout ", StringComparison.Ordinal));

        _pool.Execute("UPDATE event SET at = 0; UPDATE repository SET fetched_at = 0, tried_at = 0, created_at = 0");
        pruned = _pool.Program.Run(_pool.Home, "prune");
        Assert.Equal(
            2, pruned.Output.Split('\n').Count(line => line.StartsWith("checkout ", StringComparison.Ordinal)));
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void A_kind_has_its_own()
    {
        Config("spare = 1");
        Acquire(null, "--kind", "worktree");
        WaitForFree(1);
        WaitForSpares();
        Assert.Equal(
            CheckoutKind.Worktree, Assert.Single(_pool.List(), one => one.State == CheckoutState.Free).Kind);
    }

    private string Logs => Path.Combine(_pool.Pool.Path, "logs", "failed");

    private void Config(string lines) => File.AppendAllText(
        Path.Combine(_pool.Home, ".gitconfig"), $"[gitproc]\n\t{lines}\n");

    private Process Start(params string[] options) =>
        _pool.Program.Start(_pool.Home, ["acquire", _pool.Source, "--owner-pid", Self, .. options]);

    /// <returns>The name of the checkout.</returns>
    private string Acquire(string? source = null, params string[] options)
    {
        var result = _pool.Program.Run(
            _pool.Home, ["acquire", source ?? _pool.Source, "--owner-pid", Self, .. options]);
        Assert.True(result.ExitCode == 0, result.Error);
        return Path.GetFileName(result.Output);
    }

    private void WaitForFree(int count) =>
        Eventually.True(() => _pool.List().Count(one => one.State == CheckoutState.Free) == count);

    private int? Maker() => Locks()
        .Where(LockedFile.IsLocked)
        .Select(path => FileLock.HolderOf(path).Split(' '))
        .Select(words => words is [_, var id, ..] ? int.Parse(id, null) : (int?)null)
        .FirstOrDefault();

    // A process that was started removes the time from its lock file when it begins.
    private void WaitForSpares() => Eventually.True(() => Locks().All(path =>
    {
        using var free = LockedFile.TryLock(path);
        var bytes = new byte[8];
        return free is not null
            && (RandomAccess.Read(free.Handle, bytes, 512) < 8
                || BitConverter.ToInt64(bytes) is var ticks
                    && (ticks == 0 || ticks > (DateTime.UtcNow + TimeSpan.FromMinutes(1)).Ticks));
    }));

    private IEnumerable<string> Locks() =>
        Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "locks"), "spares*");
}
