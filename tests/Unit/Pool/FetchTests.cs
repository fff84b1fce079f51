using Gitproc.Git.Running;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>How new it is what one gets.</summary>
public sealed class FetchTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private AcquireRequest Fetching => _pool.Request() with { Fetch = FetchPolicy.Always };

    private string BasePath => Path.Combine(_pool.Pool.Path, "base", "_" + _pool.Source) + ".git";

    [Fact]
    public void A_new_commit_is_had_when_the_last_fetch_is_old()
    {
        _pool.Release(_pool.Acquire());
        var commit = _pool.Commit("new");
        Assert.NotEqual(commit, _pool.AcquireAndRelease(_pool.Request()).Commit);

        Age(59);
        Assert.NotEqual(commit, _pool.AcquireAndRelease(_pool.Request()).Commit);
        Age(61);
        Assert.NotEqual(commit, _pool.AcquireAndRelease(_pool.Request() with { Fetch = FetchPolicy.Never }).Commit);
        var checkout = _pool.AcquireAndRelease(_pool.Request());
        Assert.Equal(commit, checkout.Commit);
        Assert.Equal("new", File.ReadAllText(Path.Combine(checkout.Path, "new.txt")));
        Assert.Equal("## main...origin/main", TestGit.Run(checkout.Path, "status", "--short", "--branch"));
    }

    [Fact]
    public void It_is_had_at_once_when_that_is_asked_for_or_it_is_not_there()
    {
        _pool.Release(_pool.Acquire());
        var commit = _pool.Commit("one");
        Assert.Equal(commit, _pool.AcquireAndRelease(Fetching).Commit);
        commit = _pool.Commit("two");
        Assert.Equal(commit, _pool.AcquireAndRelease(_pool.Request() with { Ref = commit }).Commit);
        TestGit.Run(_pool.Source, "branch", "later");
        Assert.Equal("later", _pool.AcquireAndRelease(_pool.Request() with { Ref = "later" }).Branch);
        TestGit.Run(_pool.Source, "tag", "v2");
        Assert.Equal(commit, _pool.AcquireAndRelease(_pool.Request() with { Ref = "v2" }).Commit);
    }

    [Fact]
    public void What_the_remote_does_to_its_refs_is_seen()
    {
        _pool.Release(_pool.Acquire());
        _pool.Commit("one");
        TestGit.Run(_pool.Source, "branch", "--quiet", "next");
        TestGit.Run(_pool.Source, "tag", "new-tag");
        TestGit.Run(_pool.Source, "branch", "--quiet", "-D", "other");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--amend", "-m", "forced");
        TestGit.Run(_pool.Source, "tag", "-f", "v1");
        TestGit.Run(_pool.Source, "symbolic-ref", "HEAD", "refs/heads/next");
        var checkout = _pool.AcquireAndRelease(Fetching);
        Assert.Equal("next", checkout.Branch);
        Assert.Equal(
            "refs/remotes/origin/HEAD refs/remotes/origin/main refs/remotes/origin/next refs/tags/new-tag refs/tags/v1",
            TestGit
                .Run(checkout.Path, "for-each-ref", "--format=%(refname)", "refs/remotes", "refs/tags")
                .ReplaceLineEndings(" "));
        foreach (var name in (string[])["main", "next", "v1", "new-tag"])
            Assert.Equal(
                TestGit.Run(_pool.Source, "rev-parse", name),
                TestGit.Run(checkout.Path, "rev-parse", name is "v1" or "new-tag" ? name : $"origin/{name}"));
        Assert.Equal(
            TestGit.Run(_pool.Source, "rev-parse", "main"),
            _pool.AcquireAndRelease(_pool.Request() with { Ref = "main" }).Commit);
    }

    [Fact]
    public void Names_that_change_between_folder_and_file_are_no_obstacle()
    {
        TestGit.Run(_pool.Source, "branch", "topic");
        _pool.Release(_pool.Acquire());
        TestGit.Run(_pool.Source, "branch", "--quiet", "-D", "topic");
        TestGit.Run(_pool.Source, "branch", "topic/one");
        Assert.Equal("topic/one", _pool.AcquireAndRelease(Fetching with { Ref = "topic/one" }).Branch);
    }

    [Fact]
    public void A_remote_that_is_away_is_warned_of_and_an_error_only_for_what_is_not_there()
    {
        _pool.Release(_pool.Acquire());
        Age(600);
        Directory.Move(_pool.Source, _pool.Source + ".away");
        _pool.Reports.Clear();
        Assert.NotNull(_pool.AcquireAndRelease(_pool.Request("source")).Commit);
        var warning = Assert.Single(_pool.Reports, report => report.Kind == ReportKind.Warning).Text;
        Assert.Contains("could not be fetched", warning, StringComparison.Ordinal);
        Assert.Contains("10 m ago", warning, StringComparison.Ordinal);

        Assert.NotNull(_pool.AcquireAndRelease(_pool.Request("source") with { Ref = "other" }).Commit);
        var error = Assert.Throws<GitprocException>(() =>
            _pool.Acquire(_pool.Request("source") with { Ref = "nothing" }));
        Assert.Equal(ErrorReason.RefNotFound, error.Reason);
        Assert.Contains("could not be fetched", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_that_need_a_fetch_share_one()
    {
        var many = Enumerable.Range(0, 20).Select(_ => _pool.Acquire()).ToList();
        foreach (var checkout in many)
            _pool.Release(checkout);
        var commit = _pool.Commit("new");
        Age(600);
        var fetches = 0;
        var results = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.ForEach(
            many,
            new ParallelOptions { MaxDegreeOfParallelism = many.Count },
            _ =>
            {
                var reports = new Reports();
                results.Add(new Pool(_pool.Pool.Path, reports).Acquiring.Acquire(_pool.Request()).Single().Commit!);
                Interlocked.Add(
                    ref fetches,
                    reports.Count(report =>
                        report.Kind == ReportKind.Command && report.Text.Contains(" fetch ", StringComparison.Ordinal))
                );
            });
        Assert.Equal(many.Count, results.Count);
        Assert.All(results, result => Assert.Equal(commit, result));
        Assert.Equal(1, fetches);
    }

    [Fact]
    public void A_git_that_says_nothing_is_ended()
    {
        _pool.Release(_pool.Acquire());
        var git = new GitRunner(null);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var error = Assert.Throws<GitprocException>(() =>
            git.Run(
                new GitCall("-c", "alias.slow=!sleep 600", "slow")
                {
                    WorkingDirectory = _pool.Home,
                    Subject = "it",
                    SilenceTimeout = TimeSpan.FromSeconds(0.5),
                },
                CancellationToken.None));
        Assert.Equal(ErrorReason.GitFailed, error.Reason);
        Assert.Contains("gitproc.gitTimeout", error.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.4), Eventually.Limit);
    }

    [Fact]
    public void Any_git_that_says_nothing_is_ended_and_none_that_is_heard_of()
    {
        var git = new GitRunner(null) { SilenceTimeout = TimeSpan.FromSeconds(2) };
        GitCall Call(string script) => new("-c", $"alias.it=!{script}", "it") { WorkingDirectory = _pool.Home };
        var error = Assert.Throws<GitprocException>(() => git.Run(Call("sleep 600"), CancellationToken.None));
        Assert.StartsWith("git it said nothing for 2 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            "1\n2\n3\n4\n5\n6\n",
            git.Run(Call("for i in 1 2 3 4 5 6; do sleep 0.6; echo $i; done"), CancellationToken.None).Output);
    }

    [Fact]
    public void A_tag_that_is_nobodys_stays_in_the_base_repository()
    {
        _pool.Release(_pool.Acquire());
        TestGit.Run(BasePath, "tag", "of-a-link", "refs/remotes/origin/main");
        _pool.Commit("new");
        _pool.AcquireAndRelease(Fetching);
        Assert.Equal("of-a-link", TestGit.Run(BasePath, "tag", "--list", "of-a-link"));
    }

    [Fact]
    public void What_a_killed_git_has_locked_is_free_again_when_no_git_can_still_have_it()
    {
        string[] left =
        [
            "packed-refs.lock",
            "packed-refs.new",
            "HEAD.lock",
            "shallow.lock",
            "refs/remotes/origin/main.lock",
            "refs/remotes/origin/HEAD.lock",
        ];
        _pool.Release(_pool.Acquire());
        for (var round = 0; round < left.Length; round++)
        {
            var file = Path.Combine(BasePath, left[round]);
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-2));
            var commit = _pool.Commit($"new-{round}");
            TestGit.Run(_pool.Source, "branch", "--move", "--quiet", "main", "next");
            Assert.Equal(
                ("next", commit), (_pool.AcquireAndRelease(Fetching).Branch, _pool.AcquireAndRelease(Fetching).Commit));
            TestGit.Run(_pool.Source, "branch", "--move", "--quiet", "next", "main");
            Assert.Equal("main", _pool.AcquireAndRelease(Fetching).Branch);
            Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Warning);
        }
    }

    [Fact]
    public void A_lock_that_a_git_may_still_have_stays()
    {
        _pool.Release(_pool.Acquire());
        var file = Path.Combine(BasePath, "packed-refs.lock");
        File.WriteAllText(file, "");
        _pool.Commit("new");
        TestGit.Run(_pool.Source, "branch", "--quiet", "-D", "other");
        _pool.AcquireAndRelease(Fetching);
        Assert.Contains(
            _pool.Reports,
            report =>
                report.Kind == ReportKind.Warning && report.Text.Contains("packed-refs.lock", StringComparison.Ordinal)
        );
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Those_who_waited_for_a_first_clone_share_its_failure()
    {
        using var server = new SilentServer();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var processes = Enumerable.Range(0, 6)
            .Select(_ => _pool.Program.Start(_pool.Home, [("GITPROC_GIT_TIMEOUT", "4s")], "acquire", server.Url))
            .ToList();
        var results = await Task.WhenAll(processes.Select(process => Task.Run(() => GitprocProgram.Finish(process))));
        Assert.All(results, result => Assert.Contains("said nothing for 4 s", result.Error, StringComparison.Ordinal));
        // All that began while the first one tried; not 24 s.
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(16));
        Assert.Empty(_pool.Pool.Care.ListRepositories());
    }

    [Fact]
    public async Task A_process_that_was_stopped_in_a_fetch_is_named_and_what_is_there_is_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoSignals);
        _pool.Release(_pool.Acquire());
        Age(61);
        var bin = Directory.CreateDirectory(_pool["bin"]).FullName;
        var began = _pool["began"];
        File.WriteAllText(
            Path.Combine(bin, "git"),
            $"#!/bin/sh\ncase \"$*\" in *\" fetch \"*) : >'{began}'; exec sleep 60;; esac\nexec '{ProgramPath.Find("git")}' \"$@\"\n"
        );
        File.SetUnixFileMode(Path.Combine(bin, "git"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var stopped = _pool.Program.Start(
            _pool.Home,
            [("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}")],
            "acquire",
            _pool.Source);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(began), TimeSpan.FromSeconds(30)));
        await System.Diagnostics.Process.Start("kill", ["-STOP", $"{stopped.Id}"]).WaitForExitAsync();

        var result = await Task.Run(() => _pool.Program.Run(_pool.Home, "acquire", _pool.Source))
            .WaitAsync(TimeSpan.FromSeconds(40));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains($"process {stopped.Id} (gitproc), which fetches", result.Error, StringComparison.Ordinal);
        Assert.Contains("is stopped", result.Error, StringComparison.Ordinal);
        // Those that come later are told at once.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, _pool.Program.Run(_pool.Home, "acquire", _pool.Source).ExitCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        stopped.Kill(entireProcessTree: true);
    }

    private sealed class Reports : List<PoolReport>, IProgress<PoolReport>
    {
        public void Report(PoolReport value) => Add(value);
    }

    // As if the last fetch were so long ago.
    private void Age(int seconds) =>
        _pool.Execute(
            $"UPDATE repository SET fetched_at = {DateTimeOffset.UtcNow.AddSeconds(-seconds).ToUnixTimeMilliseconds()}"
        );
}

/// <summary>A server that takes connections and says nothing.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly System.Net.Sockets.TcpListener _listener = new(System.Net.IPAddress.Loopback, 0);

    public SilentServer() => _listener.Start(50);

    public string Url => $"http://127.0.0.1:{((System.Net.IPEndPoint)_listener.LocalEndpoint).Port}/o/r.git";

    public void Dispose() => _listener.Dispose();
}
