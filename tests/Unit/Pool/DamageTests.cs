using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class DamageTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_folder_that_was_deleted_is_made_anew()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        FolderRemoval.Remove(checkout.Path);

        var again = _pool.Acquire();

        Assert.Equal(checkout.Path, again.Path);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--short"));
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning && report.Text.Contains("is gone", StringComparison.Ordinal));
        Assert.Single(_pool.List());
    }

    [Fact]
    public void One_without_a_repository_is_set_aside_and_never_handed_out()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "mine");
        FolderRemoval.Remove(Path.Combine(checkout.Path, ".git"));

        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Equal("checkout-3", _pool.Acquire().Name);

        var broken = _pool.Find(checkout.Name);
        Assert.Equal(CheckoutState.Broken, broken.State);
        Assert.Contains("no .git", broken.Reason, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(checkout.Path, "work")));
    }

    [Theory]
    [InlineData(".git/HEAD")]
    [InlineData(".git/refs/heads/main")]
    [InlineData(".git/packed-refs")]
    [InlineData(".git/index")]
    [InlineData(".git/config")]
    [InlineData(".git/gitproc")]
    [InlineData(".git/gitproc/lease")]
    [InlineData(".git/gitproc/checkout")]
    [InlineData(".git/objects/info/alternates")]
    [InlineData("file-0.txt")]
    public async Task What_never_ends_keeps_nobody_waiting(string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoPipes);
        foreach (var make in (string[])["mkfifo", "ln -s /dev/zero", "mkdir"])
        {
            var checkout = _pool.Acquire();
            TestGit.WriteScript(_pool["make.sh"], $"rm -rf '{file}' && {make} '{file}'\n");
            // Gone when the checkout is released.
            using (new TestProcess(checkout.Path, $"sh '{_pool["make.sh"]}'; echo"))
            {
            }

            var use = Task.Run(() =>
            {
                Assert.Equal(CheckoutState.Locked, _pool.Find(checkout.Name).State);
                _pool.Pool.Care.Repair();
                _pool.Pool.Leases.Release(
                    new ReleaseRequest
                    {
                        Checkout = checkout.Name,
                        WorkingDirectory = checkout.Path,
                        Force = true,
                    });
                return _pool.Acquire();
            });
            var next = await use.WaitAsync(Eventually.Limit);
            Assert.True(checkout.Name == next.Name, $"{make}: {_pool.Find(checkout.Name).Reason}");
            Assert.Equal("content 0\n", await File.ReadAllTextAsync(Path.Combine(next.Path, "file-0.txt")));
            Assert.Equal("", TestGit.Run(next.Path, "status", "--short"));
            _pool.Release(next);
        }
    }

    [Theory]
    [InlineData(".git/HEAD", null)]
    [InlineData(".git/HEAD", "garbage, and quite a lot of it")]
    [InlineData(".git/refs", null)]
    [InlineData(".git/objects", null)]
    [InlineData(".git/objects/info/alternates", null)]
    [InlineData(".git/config", null)]
    [InlineData(".git/config", "")]
    [InlineData(".git/config", "garbage, and no config")]
    [InlineData(".git/config", "[core]\n\trepositoryformatversion = 0\n\0\0\0\0")]
    [InlineData(".git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")]
    [InlineData(".git/refs/heads/main", null)]
    [InlineData(".git/refs/heads/main", "")]
    [InlineData(".git/refs/heads/main", "garbage")]
    [InlineData(".git/index", null)]
    [InlineData(".git/index", "garbage, and quite a lot of it, enough for an index")]
    [InlineData(".git/index", "DIRC\0\0\0\u0002\0\0\0\u0003")]
    public void What_is_damaged_in_one_is_put_right_and_work_in_it_rescued(string file, string? content)
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "mine");
        File.WriteAllText(Path.Combine(checkout.Path, "file-1.txt"), "mine too");
        var path = Path.Combine(checkout.Path, file);
        if (File.Exists(path))
            File.Delete(path);
        else
            FolderRemoval.Remove(path);
        if (content is not null)
            File.WriteAllText(path, content);

        var acquired = _pool.Acquire();
        Assert.Equal((checkout.Name, "main"), (acquired.Name, acquired.Branch));
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal("content 1\n", File.ReadAllText(Path.Combine(checkout.Path, "file-1.txt")));
        TestGit.Run(checkout.Path, "fsck", "--no-dangling");

        var rescue = Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        var restored = _pool.Pool.Rescues.Restore(rescue.Id, _pool.Request());
        Assert.Equal("mine", File.ReadAllText(Path.Combine(restored.Path, "work")));
        Assert.Equal("mine too", File.ReadAllText(Path.Combine(restored.Path, "file-1.txt")));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(150)]
    public void An_index_that_lost_its_end_in_a_crash_is_noticed(int kept)
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        var index = Path.Combine(checkout.Path, ".git/index");
        var content = File.ReadAllBytes(index);
        content.AsSpan(kept).Clear();
        File.WriteAllBytes(index, content);
        Assert.Equal("checkout-1", _pool.Acquire().Name);
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
    }

    [Fact]
    public void What_a_user_may_do_in_one_is_no_damage()
    {
        var checkout = _pool.Acquire();
        AssertTaken(checkout);

        // No hash in the index (index.skipHash, of git 2.40).
        var index = Path.Combine(checkout.Path, ".git/index");
        var content = File.ReadAllBytes(index);
        content.AsSpan(content.Length - 20).Clear();
        File.WriteAllBytes(index, content);
        AssertTaken(checkout);

        TestGit.Run(checkout.Path, "config", "alias.x", "!f() {\n echo \"a # b\"; }; f");
        TestGit.Run(checkout.Path, "config", "branch.we]ird \"name\".remote", "origin");
        TestGit.Run(checkout.Path, "config", "core.bare", "false");
        File.AppendAllText(
            Path.Combine(checkout.Path, ".git/config"),
            "# mine\n[Extra] key = value ; of mine\n  flag\n\tlong = a \\\n  b = c = d \\\\\n[a.b]\n");
        TestGit.Run(checkout.Path, "config", "--list");
        AssertTaken(checkout);

        foreach (var version in (string[])["4", "3", "2"])
        {
            TestGit.Run(checkout.Path, "update-index", "--index-version", version);
            AssertTaken(checkout);
        }

        TestGit.Run(checkout.Path, "rm", "--quiet", "-r", "--cached", ".");
        AssertTaken(checkout);
        TestGit.Run(checkout.Path, "reset", "--quiet", "--hard");
        TestGit.Run(checkout.Path, "update-index", "--split-index");
        AssertTaken(checkout);
        TestGit.Run(checkout.Path, "update-index", "--no-split-index");
        TestGit.Run(checkout.Path, "symbolic-ref", "refs/heads/same", "refs/heads/main");
        TestGit.Run(checkout.Path, "symbolic-ref", "HEAD", "refs/heads/same");
        AssertTaken(checkout);
        TestGit.Run(checkout.Path, "pack-refs", "--all");
        AssertTaken(checkout);
        TestGit.Run(checkout.Path, "checkout", "--quiet", "--orphan", "fresh");
        AssertTaken(checkout);
        TestGit.Run(checkout.Path, "remote", "remove", "origin");
        AssertTaken(checkout);

        void AssertTaken(Checkout checkout)
        {
            _pool.Release(checkout);
            Assert.Equal(checkout.Name, _pool.Acquire().Name);
        }
    }

    [Fact]
    public void One_that_may_not_be_read_is_set_aside()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        Assert.SkipWhen(
            Environment.IsPrivilegedProcess && ProgramPath.Find("setpriv") is null,
            "Root may read all, and setpriv is not installed.");
        var path = _pool.Program.Run(_pool.Home, "acquire", _pool.Source).Output;
        _pool.Program.Run(_pool.Home, "release", path);
        File.SetUnixFileMode(path, UnixFileMode.None);
        string[] acquire = [GitprocProgram.File, "acquire", _pool.Source];
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all", .. acquire]
            : acquire;
        var start = new System.Diagnostics.ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);

        var result = GitprocProgram.Finish(System.Diagnostics.Process.Start(start)!);

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.EndsWith("checkout-2", result.Output, StringComparison.Ordinal);
        Assert.Contains("cannot be read", _pool.Find("checkout-1").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("objects")]
    [InlineData("objects/pack")]
    [InlineData("refs")]
    [InlineData("HEAD")]
    [InlineData("config")]
    public void A_damaged_base_repository_is_made_anew(string emptied)
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        var path = Path.Combine(
            Directory
                .EnumerateDirectories(Path.Combine(_pool.Pool.Path, "base"), "source.git", SearchOption.AllDirectories)
                .Single(),
            emptied);
        if (File.Exists(path))
            File.WriteAllText(path, "");
        else
            FolderRemoval.Remove(path);
        if (emptied is "" or "objects/pack")
            Directory.CreateDirectory(path);

        // Whether the old one can be used again or not.
        var acquired = _pool.Acquire();
        Assert.Equal("", TestGit.Run(acquired.Path, "status", "--short"));
        Assert.Equal("", TestGit.Run(_pool.Acquire().Path, "status", "--short"));
    }

    [Fact]
    public void A_link_in_its_place_is_not_followed()
    {
        UnixTools.SkipWithoutLinks();
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        Directory.Move(checkout.Path, _pool["moved"]);
        Directory.CreateSymbolicLink(checkout.Path, _pool["moved"]);
        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Contains("link", _pool.Find(checkout.Name).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_repository_that_was_deleted_is_made_anew()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        var again = _pool.Acquire();
        Assert.Equal(checkout.Path, again.Path);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--short"));
    }

    [Fact]
    public async Task A_base_repository_that_is_deleted_during_a_wait_is_made_anew()
    {
        var checkout = _pool.Acquire();
        var acquire = Task.Run(() =>
            new Pool(_pool.Pool.Path)
                .Acquiring.Acquire(_pool.Request() with { MaxCheckouts = 1, Wait = Eventually.Limit })
                .Single());
        Eventually.True(() => _pool.Query<long>("SELECT count(*) FROM waiter") == 1);
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        _pool.Release(checkout);
        var again = await acquire;
        Assert.Equal(checkout.Path, again.Path);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--short"));
    }

    [Fact]
    public void What_went_with_the_base_repository_is_set_aside()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        TestGit.Run(_pool.Source, "checkout", "--quiet", "--orphan", "fresh");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--message", "fresh");
        foreach (var name in (string[])["main", "other"])
            TestGit.Run(_pool.Source, "branch", "--delete", "--force", name);
        TestGit.Run(_pool.Source, "tag", "--delete", "v1");

        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Equal(CheckoutState.Broken, _pool.Find(checkout.Name).State);
    }

    [Fact]
    public void A_database_of_a_newer_program_is_refused()
    {
        _pool.Release(_pool.Acquire());
        using (
            var connection = new Microsoft.Data.Sqlite.SqliteConnection(
                $"Data Source={Path.Combine(_pool.Pool.Path, "gitproc.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            command.ExecuteNonQuery();
        }

        var error = Assert.Throws<GitprocException>(() => _pool.List());
        Assert.Equal(ErrorReason.DatabaseNotUsable, error.Reason);
        Assert.Contains("newer", error.Message, StringComparison.Ordinal);
        Assert.Contains("999", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_of_a_folder_that_was_removed_is_made_anew()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        FolderRemoval.Remove(checkout.Path);
        Directory.CreateDirectory(Path.Combine(checkout.Path, ".git/gitproc"));
        File.WriteAllText(Path.Combine(checkout.Path, ".git/gitproc/checkout"), "{}");
        Assert.Equal(checkout.Name, _pool.Acquire().Name);
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_set_aside()
    {
        Directory.CreateDirectory(_pool.Pool.Path);
        File.WriteAllText(Path.Combine(_pool.Pool.Path, "gitproc.db"), new string('x', 10_000));
        Assert.Empty(_pool.List());
        Assert.Equal(
            10_000,
            new FileInfo(Assert.Single(Directory.EnumerateFiles(_pool.Pool.Path, "gitproc.db.damaged-*"))).Length);
    }
}
