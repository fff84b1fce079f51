using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class AcquireTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("--sparse", "..")]
    [InlineData("--carry", "--no-hooks")]
    [InlineData("--pr", "7")]
    public void One_that_is_refused_leaves_no_repository(string option, string value)
    {
        var result = _pool.Program.Run(_pool.Home, "acquire", option, value, _pool.Source);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("[]", _pool.Program.Run(_pool.Home, "repos", "--json").Output);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("1", true)]
    public void What_was_written_into_a_free_checkout_is_not_handed_out_as_clean(string? most, bool isHandedOut)
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        if (most is not null)
        {
            TestGit.Run(_pool.Home, "init", "--quiet");
            TestGit.Run(_pool.Home, "config", "gitproc.verifyFiles", most);
        }

        var file = Path.Combine(checkout.Path, "file-0.txt");
        File.WriteAllText(file, "late");
        Assert.Equal(checkout.Name, _pool.Acquire().Name);
        Assert.Equal(isHandedOut, File.ReadAllText(file) == "late");
        Assert.Equal(isHandedOut ? 0 : 1, _pool.Pool.Rescues.List(null, _pool.Home).Count);
    }

    [Fact]
    public void A_free_checkout_without_a_record_is_compared_once()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        Directory.Delete(new PoolFolder(_pool.Pool.Path).Record(checkout.Name), recursive: true);
        File.WriteAllText(Path.Combine(checkout.Path, "file-0.txt"), "late");
        Assert.Equal(checkout.Name, _pool.Acquire().Name);
        Assert.NotEqual("late", File.ReadAllText(Path.Combine(checkout.Path, "file-0.txt")));
        Assert.True(Directory.Exists(new PoolFolder(_pool.Pool.Path).Record(checkout.Name)));
    }

    [Fact]
    public void The_first_makes_a_base_repository_and_a_clone_that_borrows_from_it()
    {
        var checkout = _pool.Acquire();

        Assert.Equal("checkout-1", checkout.Name);
        Assert.Equal(CheckoutState.Locked, checkout.State);
        Assert.Equal("main", checkout.Branch);
        Assert.Equal(TestGit.Run(_pool.Source, "rev-parse", "HEAD"), checkout.Commit);
        Assert.Equal("content 1\n", File.ReadAllText(Path.Combine(checkout.Path, "file-1.txt")));
        Assert.Equal(_pool.Source, TestGit.Run(checkout.Path, "config", "remote.origin.url"));
        Assert.Equal("origin/main", TestGit.Run(checkout.Path, "rev-parse", "--abbrev-ref", "main@{upstream}"));
        Assert.Equal("## main...origin/main", TestGit.Run(checkout.Path, "status", "--short", "--branch"));
        Assert.Contains("origin/other", TestGit.Run(checkout.Path, "branch", "--remotes"), StringComparison.Ordinal);
        Assert.Equal("v1", TestGit.Run(checkout.Path, "tag"));

        var basePath = Path.Combine(_pool.Pool.Path, "base", "_" + _pool.Source) + ".git";
        Assert.Equal(
            Path.Combine(basePath, "objects"),
            File.ReadAllText(Path.Combine(checkout.Path, ".git/objects/info/alternates")).Trim());
        Assert.Equal(
            "origin/HEAD\norigin/main\norigin/other",
            TestGit.Run(basePath, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/remotes", "refs/heads"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(checkout.Path, ".git/objects/pack")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
    }

    [Fact]
    public void A_pool_may_have_any_path()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows allows no such names.");
        foreach (var name in (string[])[@"back\slash", "a b'c\"d", "é$(x)"])
        {
            var pool = new Pool(_pool[name]);
            for (var i = 0; i < 2; i++)
            {
                var checkout = pool.Acquiring.Acquire(_pool.Request()).Single();
                Assert.Equal(_pool[$"{name}/checkout-1"], checkout.Path);
                pool.Leases.Release(new ReleaseRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home });
            }
        }
    }

    [Fact]
    public void A_base_repository_never_loses_an_object()
    {
        var checkout = _pool.Acquire();
        var basePath = Path.Combine(_pool.Pool.Path, "base", "_" + _pool.Source) + ".git";
        var commit = TestGit.Run(basePath, "rev-parse", "origin/main");
        TestGit.Run(basePath, "update-ref", "-d", "refs/remotes/origin/main");
        TestGit.Run(basePath, "update-ref", "-d", "refs/remotes/origin/other");
        TestGit.Run(basePath, "update-ref", "-d", "refs/tags/v1");

        TestGit.Run(basePath, "gc", "--quiet", "--prune=now");
        Assert.ThrowsAny<Exception>(() => TestGit.Run(basePath, "prune", "--expire=now"));

        Assert.Equal("commit", TestGit.Run(basePath, "cat-file", "-t", commit));
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
    }

    [Fact]
    public void A_free_one_is_taken_again_without_a_process()
    {
        var first = _pool.Acquire();
        _pool.Release(first);
        Thread.Sleep(100);
        _pool.Release(_pool.Acquire());
        _pool.Reports.Clear();

        var again = _pool.Acquire();

        Assert.Equal(first.Path, again.Path);
        Assert.NotEqual(first.LeaseId, again.LeaseId);
        Assert.Empty(_pool.Reports);
    }

    [Fact]
    public void The_one_used_last_is_preferred()
    {
        var all = Enumerable.Range(0, 3).Select(_ => _pool.Acquire()).ToList();
        Assert.Equal(["checkout-1", "checkout-2", "checkout-3"], all.Select(checkout => checkout.Name));
        foreach (var index in (int[])[0, 2, 1])
        {
            _pool.Release(all[index]);
            Thread.Sleep(5);
        }

        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Equal("checkout-3", _pool.Acquire().Name);
    }

    [Fact]
    public void The_limit_counts_what_is_locked_not_what_is_free()
    {
        var request = _pool.Request() with { MaxCheckouts = 2 };
        var first = _pool.Acquire(request);
        _pool.Acquire(request);

        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(request));

        Assert.Equal(ErrorReason.NoCheckoutAvailable, error.Reason);
        Assert.Contains("2 in use", error.Message, StringComparison.Ordinal);
        Assert.Contains($"checkout-1 by process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        _pool.Release(first);
        Assert.Equal(first.Name, _pool.Acquire(request).Name);
    }

    [Fact]
    public void Nothing_is_made_when_that_is_forbidden()
    {
        var request = _pool.Request() with { NoCreate = true };
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable, Assert.Throws<GitprocException>(() => _pool.Acquire(request)).Reason);
        Assert.Empty(_pool.List());
        Assert.Empty(_pool.Pool.Care.ListRepositories());

        _pool.Release(_pool.Acquire());
        Assert.Equal("checkout-1", _pool.Acquire(request).Name);
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable, Assert.Throws<GitprocException>(() => _pool.Acquire(request)).Reason);
        Assert.Single(_pool.List());
    }

    [Fact]
    public void A_clone_that_fails_leaves_nothing()
    {
        var missing = "file://" + _pool["source/missing"];
        Assert.Equal(
            ErrorReason.UnknownRepository, Assert.Throws<GitprocException>(() => _pool.Acquire(missing)).Reason);
        var unreachable = "git://localhost:1/owner/repo";
        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(unreachable));
        Assert.Equal(ErrorReason.GitFailed, error.Reason);
        Assert.Contains(unreachable, error.Message, StringComparison.Ordinal);
        Assert.Empty(_pool.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
    }

    [Fact]
    public void A_cancelled_creation_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var pool = new Pool(
            _pool.Pool.Path,
            new CancelAt(report => report.Text.StartsWith("git clone", StringComparison.Ordinal), cancellation));
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Acquiring.Acquire(_pool.Request(), cancellation.Token));
        Assert.Empty(_pool.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
        Assert.Equal("checkout-1", _pool.Acquire().Name);
    }

    [Fact]
    public void A_repository_without_commits_gives_an_empty_checkout()
    {
        TestGit.Run(_pool.Home, "init", "--quiet", "--bare", _pool["empty.git"]);
        var checkout = _pool.Acquire(_pool["empty.git"]);
        Assert.Null(checkout.Commit);
        Assert.Contains(
            _pool.Reports,
            report =>
                report.Kind == ReportKind.Warning && report.Text.Contains("no default branch", StringComparison.Ordinal)
        );
        _pool.Release(checkout);
        Assert.Equal(checkout.Name, _pool.Acquire(_pool["empty.git"]).Name);
    }

    [Fact]
    public void A_folder_is_never_taken_that_is_not_the_pools()
    {
        Directory.CreateDirectory(Path.Combine(_pool.Pool.Path, "checkout-1"));
        File.WriteAllText(Path.Combine(_pool.Pool.Path, "checkout-1", "precious"), "x");
        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.True(File.Exists(Path.Combine(_pool.Pool.Path, "checkout-1", "precious")));
    }

    [Fact]
    public void The_origin_is_the_spelling_that_was_asked_for()
    {
        _pool.Release(_pool.Acquire());
        TestGit.Run(
            _pool.Home,
            "config",
            "--file",
            Path.Combine(_pool.Home, "gitconfig"),
            $"url.{_pool.Source}.insteadOf",
            "https://git.example/o/r");
        // Two spellings of one key: through the rewriting of the user's config in the caller's own repository.
        var here = TestGit.MakeRepository(_pool["here"]);
        TestGit.Run(here, "config", $"url.{_pool.Source}.insteadOf", "git.example:o/r");
        var checkout = _pool.Acquire(_pool.Request("git.example:o/r") with { WorkingDirectory = here });
        Assert.Equal("checkout-1", checkout.Name);
    }

    [Fact]
    public void The_users_own_choice_of_workers_is_kept()
    {
        var here = TestGit.MakeRepository(_pool["here"]);
        TestGit.Run(here, "config", "checkout.workers", "3");
        _pool.Acquire(_pool.Request() with { WorkingDirectory = here });
        Assert.Contains(_pool.Reports, report => report.Text.Contains("checkout.workers=3", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pool_is_for_its_user_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        _pool.Acquire();
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_pool.Pool.Path));
    }

    private sealed class CancelAt(Predicate<PoolReport> when, CancellationTokenSource cancellation)
        : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (when(value))
                cancellation.Cancel();
        }
    }
}
