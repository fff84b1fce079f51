using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

public sealed class ManyProcessesTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    public void All_acquire_a_brand_new_repository_at_once(int count)
    {
        var processes = Enumerable.Range(0, count)
            .Select(_ => _pool.Program.Start(_pool.Home, "acquire", _pool.Source, "--verbose"))
            .ToList();
        var results = processes.AsParallel().WithDegreeOfParallelism(count).Select(GitprocProgram.Finish).ToList();

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Error));
        Assert.DoesNotContain(
            "database is locked",
            string.Concat(results.Select(result => result.Error)),
            StringComparison.OrdinalIgnoreCase);
        var paths = results.Select(result => result.Output).ToHashSet();
        Assert.Equal(count, paths.Count);
        Assert.All(paths, path => Assert.Equal("", TestGit.Run(path, "status", "--short")));
        Assert.Equal(1, results.Sum(result => Lines(result, "git clone --no-checkout")));
        Assert.Equal(count, _pool.List().Count(checkout => checkout.Locked));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
        Assert.Equal("ok", _pool.Query<string>("PRAGMA integrity_check"));

        static int Lines(GitprocProgram.Result result, string text) =>
            result.Error.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Who_waits_for_a_clone_shows_it()
    {
        // As long as this test has the lock, it is this process that clones.
        _pool.Release(_pool.Acquire());
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "checkout-1"));
        System.Diagnostics.Process waiting;
        using (
            FileLock.Acquire(
                Path.Combine(_pool.Pool.Path, "locks", "base-1.lock"), "clones", reports: null, CancellationToken.None))
        {
            waiting = _pool.Program.Start(_pool.Home, "acquire", _pool.Source);
            string? line;
            do line = waiting.StandardError.ReadLine();
            while (line is not null
                && !line.StartsWith($"gitproc: waiting for process {Environment.ProcessId} (", StringComparison.Ordinal)
            );
            Assert.NotNull(line);
        }

        Assert.Equal(0, GitprocProgram.Finish(waiting).ExitCode);
    }

    [Fact]
    public void No_two_ever_hold_the_same_one()
    {
        const int processes = 8;
        const int rounds = 12;
        // Each job marks the checkout it holds as its own, and fails when somebody else's mark is there.
        const string job = "test ! -e mine && : > mine && sleep 0.01 && rm mine";
        var workers = Enumerable.Range(0, processes).AsParallel().WithDegreeOfParallelism(processes).Select(_ =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var result = _pool.Program.Run(_pool.Home, "run", _pool.Source, "--", "sh", "-c", job);
                Assert.True(result.ExitCode == 0, result.Error);
            }

            return true;
        });

        Assert.Equal(processes, workers.Count(done => done));
        Assert.All(_pool.List(), checkout => Assert.Equal(CheckoutState.Free, checkout.State));
        Assert.InRange(_pool.List().Count, 1, processes);
    }

    [Fact]
    public void A_creation_that_is_killed_leaves_nothing_that_is_tripped_over()
    {
        var source = TestGit.MakeRepository(_pool["large"], files: 2000);
        var kills = Measure(source, 8);
        while (kills.AreWanted)
            kills.Kill(
                () => Acquire(source, _pool.Pool.Path),
                () => _pool.Standing(),
                entireProcessTree: kills.Tries % 2 == 0);

        _pool.WaitForKilled();
        // The owner of these is this test, which lives: only rows of its own that were being made are left.
        foreach (var left in _pool.List().Where(checkout => checkout.State == CheckoutState.Locked))
            _pool.Release(left);
        var checkout = _pool.Acquire(source);

        Assert.Equal(2000, Directory.EnumerateFiles(checkout.Path).Count());
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal("ok", _pool.Query<string>("PRAGMA integrity_check"));
    }

    [Fact]
    public void A_creation_whose_owner_died_with_it_is_taken_over()
    {
        var source = TestGit.MakeRepository(_pool["large"], files: 2000);
        // The owner is a shell that dies together with what it called.
        var start = new System.Diagnostics.ProcessStartInfo(
            "sh",
            ["-c", $"'{GitprocProgram.File}' acquire '{source}'; sleep 600"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        var kills = Measure(source, 6);
        while (kills.AreWanted)
        {
            var hasLanded = kills.Kill(() => System.Diagnostics.Process.Start(start)!, () => _pool.Standing());
            _pool.WaitForKilled();
            // Without its folder it is made anew.
            if (!hasLanded)
                FolderRemoval.TryRemove(_pool["pool/checkout-1"]);
        }

        var checkout = _pool.Acquire(source);

        Assert.Equal("checkout-1", checkout.Name);
        Assert.Single(_pool.List());
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
    }

    private System.Diagnostics.Process Acquire(string source, string pool) =>
        _pool.Program.Start(_pool.Home, "acquire", source, "--pool", pool, "--owner-pid", $"{Environment.ProcessId}");

    private Kills Measure(string source, int wanted) =>
        new(wanted, () => Acquire(source, _pool["measured"]), () => _pool.Standing(_pool["measured"]));
}
