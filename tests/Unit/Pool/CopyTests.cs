using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// Files that git ignores come along from the user's own clone, in the real program with a config of its own.
/// </summary>
public sealed class CopyTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly string _own;

    public CopyTests()
    {
        Write(_pool.Source, ".gitignore", ".env*\nbuild/\n.venv/\nobj/\nconfig/\n");
        _pool.Commit("ignores");
        _own = _pool["own"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, _own);
        Write(_own, ".env", "KEY=1");
    }

    private string Record => Path.Combine(_pool.Pool.Path, "records", "checkout-1", "copied");

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void An_ignored_file_that_is_named_comes_along_and_goes_at_the_release()
    {
        Write(_own, ".worktreeinclude", ".env\n*.txt\n");
        Write(_own, "note.txt", "is not ignored");
        SetMode(Path.Combine(_own, ".env"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        foreach (var _ in new[] { "new", "reused" })
        {
            var path = Acquire();
            Assert.Equal("KEY=1", File.ReadAllText(Path.Combine(path, ".env")));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, ".env")));
            Assert.False(File.Exists(Path.Combine(path, "note.txt")));
            Assert.Equal("", TestGit.Run(path, "status", "--porcelain"));

            Release(path);
            Assert.False(File.Exists(Path.Combine(path, ".env")));
            Assert.False(File.Exists(Record));
        }

        Assert.Equal(CheckoutState.Free, _pool.List().Single().State);
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void The_hooks_find_it()
    {
        Set("gitproc.copy", ".env");
        Set("gitproc.onCreate", $"cat .env >> '{_pool["log"]}'");
        Set("gitproc.onAcquire", $"cat .env >> '{_pool["log"]}'");

        Release(Acquire());
        Acquire();

        Assert.Equal("KEY=1KEY=1KEY=1", File.ReadAllText(_pool["log"]));
    }

    [Fact]
    public void Nested_rules_and_folders_count_and_patterns_are_those_of_gitignore()
    {
        Set("gitproc.copy", ".env*");
        Set("gitproc.copy", "!.env.local");
        Set("gitproc.copy", "build/");
        foreach (var file in new[] { ".env.local", "a/b/.env", "build/deep/x", "build/y", "other/secret" })
            Write(_own, file, file);

        var path = Acquire();

        Assert.Equal(
            [".env", "a/b/.env", "build/deep/x", "build/y"],
            TestGit.Run(path, "ls-files", "--others", "--ignored", "--exclude-standard").Split('\n'));
        Release(path);
        Assert.False(Directory.Exists(Path.Combine(path, "a")));
        Assert.False(Directory.Exists(Path.Combine(path, "build")));
    }

    [Fact]
    public void What_the_checkout_does_not_ignore_stays_behind_and_is_told()
    {
        Set("gitproc.copy", "secret");
        Write(_own, ".git/info/exclude", "secret\n");
        Write(_own, "secret", "x");

        var result = Gitproc(_own, "acquire", "--hold");

        Assert.False(File.Exists(Path.Combine(result.Output, "secret")));
        Assert.Contains(
            $"secret of {_own} is not copied, because no rule ignores that", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repository_cannot_ask_for_it_by_its_config()
    {
        TestGit.Run(_own, "config", "gitproc.copy", ".env");
        TestGit.Run(_own, "config", "gitproc.copyFrom", _own);

        var result = Gitproc(_own, "acquire", "--hold");

        Assert.False(File.Exists(Path.Combine(result.Output, ".env")));
        Assert.Contains("gitproc.copy in the config of", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void It_may_be_for_some_repositories_and_from_another_folder()
    {
        var other = TestGit.MakeRepository(_pool["elsewhere/other"]);
        Write(other, ".gitignore", ".env\n");
        TestGit.Run(other, "add", ".");
        TestGit.Run(other, "commit", "--quiet", "-m", "ignores");
        Set($"gitproc.{_pool.Source}.copy", ".env");
        Set($"gitproc.{_pool.Source}.copyFrom", _own);

        Assert.True(File.Exists(Path.Combine(Gitproc(_pool.Home, "acquire", _pool.Source, "--hold").Output, ".env")));
        Assert.False(File.Exists(Path.Combine(Gitproc(_pool.Home, "acquire", other, "--hold").Output, ".env")));
    }

    [Fact]
    public void The_file_of_the_default_branch_counts_if_the_folder_has_none()
    {
        Write(_pool.Source, ".worktreeinclude", ".env\n");
        _pool.Commit("included");

        Release(Acquire());
        Assert.True(File.Exists(Path.Combine(Acquire(), ".env")));
    }

    [Fact]
    public void A_caller_that_names_the_url_of_its_clone_is_in_the_same_repository()
    {
        Set("gitproc.copy", ".env");

        Assert.True(File.Exists(Path.Combine(
            Gitproc(_own, "acquire", "file://" + _pool.Source, "--hold").Output, ".env")));
        Assert.False(File.Exists(Path.Combine(Gitproc(_pool.Home, "acquire", _pool.Source, "--hold").Output, ".env")));
    }

    [Theory]
    [InlineData("relative", "is not an absolute path")]
    [InlineData("/nonexistent", "is not the top folder of a clone")]
    public void A_folder_that_is_no_clone_is_an_error_that_changes_nothing(string folder, string message)
    {
        Set("gitproc.copyFrom", folder);
        var result = _pool.Program.Run(_own, "acquire", "--hold");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void A_job_that_stops_to_ignore_it_puts_it_into_no_rescue()
    {
        Set("gitproc.copy", ".env");
        var path = Acquire();
        Write(path, ".env", "KEY=changed");
        Write(path, ".gitignore", "nothing\n");
        Release(path);

        var rescue = Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        var kept = Directory.EnumerateDirectories(Path.Combine(_pool.Pool.Path, "rescues")).Single();
        Assert.DoesNotContain(
            "work/.env", TestGit.Run(kept, "ls-tree", "-r", "--name-only", "refs/heads/rescue").Split('\n'));
        Assert.False(File.Exists(Path.Combine(path, ".env")));
        Assert.NotNull(rescue);
    }

    [Fact]
    public void One_that_a_job_tracks_is_its_work()
    {
        Set("gitproc.copy", ".env");
        var path = Acquire();
        TestGit.Run(path, "add", "--force", ".env");
        Write(path, ".env", "KEY=work");
        Release(path);

        var kept = Directory.EnumerateDirectories(Path.Combine(_pool.Pool.Path, "rescues")).Single();
        Assert.Equal("KEY=work", TestGit.Run(kept, "show", "refs/heads/rescue:work/.env"));
        Assert.False(File.Exists(Path.Combine(path, ".env")));
    }

    [Fact]
    public void What_is_there_already_stays()
    {
        var path = Acquire();
        Write(path, ".env", "KEY=earlier");
        Release(path);
        Set("gitproc.copy", ".env");

        Release(Acquire());

        Assert.Equal("KEY=earlier", File.ReadAllText(Path.Combine(path, ".env")));
    }

    [Fact]
    public void Nothing_comes_along_for_a_pull_request_unless_asked()
    {
        Set("gitproc.copy", ".env");
        PullRequest();

        var result = Gitproc(_own, "acquire", "--hold", "--ref", "refs/pull/1/head");
        Assert.Equal([], Directory.GetFiles(result.Output, ".env*"));
        Assert.Contains(
            $".env of {_own} is not copied, because refs/pull/1/head is neither a branch nor a tag of the remote; "
                + "to copy anyway: --copy",
            result.Error,
            StringComparison.Ordinal);

        var asked = Gitproc(_own, "acquire", "--hold", "--ref", "refs/pull/1/head", "--copy").Output;
        Assert.Equal([Path.Combine(asked, ".env")], Directory.GetFiles(asked, ".env*"));
        var refused = Gitproc(_own, "acquire", "--hold", "--no-copy").Output;
        Assert.Equal([], Directory.GetFiles(refused, ".env*"));
    }

    [Theory]
    [InlineData("main", true)]
    [InlineData("refs/heads/other", true)]
    [InlineData("v1", true)]
    [InlineData("HEAD~1", false)]
    [InlineData("COMMIT", false)]
    [InlineData("refs/pull/1/head:mine", false)]
    [InlineData("main:mine", true)]
    public void A_branch_or_tag_of_the_remote_is_no_strangers(string name, bool comesAlong)
    {
        // The other targets do not ignore it themselves.
        Write(_pool.Home, ".config/git/ignore", ".env\n");
        Set("gitproc.copy", ".env");
        var commit = PullRequest();

        var path = Gitproc(_own, "acquire", "--hold", "--ref", name == "COMMIT" ? commit : name).Output;

        Assert.Equal(comesAlong, File.Exists(Path.Combine(path, ".env")));
    }

    [Fact]
    public void Nothing_is_written_through_a_link_of_the_checkout()
    {
        UnixTools.SkipWithoutLinks();
        Set("gitproc.copy", "config/");
        Write(_own, "config/secret", "x");
        var outside = Directory.CreateDirectory(_pool["outside"]).FullName;
        File.CreateSymbolicLink(Path.Combine(_pool.Source, "config"), outside);
        TestGit.Run(_pool.Source, "add", "--force", "config");
        _pool.Commit("link");

        var path = Acquire();
        Release(path);

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Equal(outside, new FileInfo(Path.Combine(path, "config")).LinkTarget);
    }

    [Fact]
    public void Nothing_is_removed_through_a_link_that_the_job_made()
    {
        UnixTools.SkipWithoutLinks();
        Set("gitproc.copy", "build/");
        Write(_own, "build/x", "copied");
        var outside = Directory.CreateDirectory(_pool["outside"]).FullName;
        Write(outside, "x", "other");
        var path = Acquire();
        FolderRemoval.Remove(Path.Combine(path, "build"));
        File.CreateSymbolicLink(Path.Combine(path, "build"), outside);

        Release(path);

        Assert.True(File.Exists(Path.Combine(outside, "x")));
    }

    [Fact]
    public void A_link_is_copied_as_a_link_if_it_stays_in_the_folder()
    {
        UnixTools.SkipWithoutLinks();
        Set("gitproc.copy", "build/");
        Write(_own, "build/deep/x", "x");
        var build = Path.Combine(_own, "build");
        File.CreateSymbolicLink(Path.Combine(build, "inside"), "deep/x");
        File.CreateSymbolicLink(Path.Combine(build, "deep", "up"), "../deep/../../file-0.txt");
        File.CreateSymbolicLink(Path.Combine(build, "deep", "top"), "../../file-0.txt");
        File.CreateSymbolicLink(Path.Combine(build, "out"), "../../elsewhere");
        File.CreateSymbolicLink(Path.Combine(build, "absolute"), Path.Combine(_own, "file-0.txt"));

        var path = Acquire();

        Assert.Equal("deep/x", new FileInfo(Path.Combine(path, "build/inside")).LinkTarget);
        Assert.Equal("../../file-0.txt", new FileInfo(Path.Combine(path, "build/deep/top")).LinkTarget);
        Assert.Equal(
            ["deep", "inside"],
            Directory.GetFileSystemEntries(Path.Combine(path, "build")).Select(Path.GetFileName).Order());
        Assert.Null(new FileInfo(Path.Combine(path, "build/deep/up")).LinkTarget);
    }

    [Fact]
    public void What_holds_absolute_paths_stays_behind_unless_it_is_named()
    {
        foreach (var file in new[]
                 {
                     ".venv/pyvenv.cfg", ".venv/bin/tool", "build/CMakeCache.txt", "a/obj/project.assets.json", "a/obj/x",
                 })
            Write(_own, file, "x");
        Set("gitproc.copy", "*");
        var path = Gitproc(_own, "acquire", "--hold");
        Assert.Equal(
            ".env", TestGit.Run(path.Output, "ls-files", "--others", "--ignored", "--exclude-standard"));
        Assert.Contains(".venv, a/obj, build", path.Error, StringComparison.Ordinal);

        Set("gitproc.copy", "/.venv/");
        Set("gitproc.copy", "obj");
        Assert.Equal(
            [".env", ".venv/bin/tool", ".venv/pyvenv.cfg", "a/obj/project.assets.json", "a/obj/x"],
            TestGit.Run(Acquire(), "ls-files", "--others", "--ignored", "--exclude-standard").Split('\n'));
    }

    [Fact]
    public void The_mode_of_the_users_own_files_stays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        Set("gitproc.copy", "build/");
        Write(_own, "build/x", "x");
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        SetMode(Path.Combine(_own, "build"), mode);

        Assert.True(File.Exists(Path.Combine(Acquire(), "build", "x")));
        Assert.Equal(mode, File.GetUnixFileMode(Path.Combine(_own, "build")));
        SetMode(Path.Combine(_own, "build"), mode | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_failed_acquire_leaves_none_in_a_free_checkout()
    {
        // Not at the top, whose time would tell.
        Set("gitproc.copy", "config/");
        Write(_own, "config/secret", "x");
        Set("gitproc.onAcquire", "exit 1");
        foreach (var _ in new[] { "new", "reused" })
        {
            Assert.Equal(1, _pool.Program.Run(_own, "acquire", "--hold").ExitCode);
            Assert.Equal(CheckoutState.Free, _pool.List().Single().State);
            Assert.False(Directory.Exists(_pool["pool/checkout-1/config"]));
        }
    }

    [Theory]
    [InlineData("gitproc.onCreate")]
    [InlineData("gitproc.onAcquire")]
    public void One_of_a_killed_acquire_is_not_there_for_the_next(string moment)
    {
        Set("gitproc.copy", ".env");
        Set(moment, "kill -9 $PPID");
        Assert.NotEqual(0, _pool.Program.Run(_own, "acquire", "--owner-pid", "1").ExitCode);
        Assert.True(File.Exists(_pool["pool/checkout-1/.env"]));
        if (_pool.List().Single().State == CheckoutState.Locked)
            Gitproc(_pool.Home, "release", "checkout-1", "--force");

        var path = Gitproc(_own, "acquire", "--hold", "--no-hooks", "--no-copy").Output;

        Assert.Equal("checkout-1", Path.GetFileName(path));
        Assert.False(File.Exists(Path.Combine(path, ".env")));
    }

    [Fact]
    public void A_kill_at_any_moment_leaves_none_for_the_next()
    {
        Set("gitproc.copy", "build/");
        for (var i = 0; i < 600; i++)
            Write(_own, $"build/{i % 20}/{i}", new string('x', 4000));
        Release(Acquire());
        var kills = new Kills(6, Start, () => File.Exists(Record));
        while (true)
        {
            foreach (var held in _pool.List().Where(checkout => checkout.Locked))
                Gitproc(_pool.Home, "release", held.Name, "--force");
            Assert.False(Directory.Exists(_pool["pool/checkout-1/build"]));
            if (!kills.AreWanted)
                break;
            kills.Kill(Start, () => File.Exists(Record));
        }

        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));

        System.Diagnostics.Process Start() => _pool.Program.Start(_own, "acquire", "--owner-pid", "1");
    }

    [Fact]
    public void A_record_of_files_that_were_not_copied_harms_nothing()
    {
        var path = Acquire();
        CopiedFiles.Add(Path.GetDirectoryName(Record)!, ["missing/.env"u8, ".env"u8, "file-0.txt/x"u8]);

        Release(path);

        Assert.Equal(CheckoutState.Free, _pool.List().Single().State);
        Assert.False(File.Exists(Record));
    }

    [Fact]
    public void A_record_of_a_folder_that_is_gone_is_forgotten()
    {
        Set("gitproc.copy", ".env");
        var path = Acquire();
        FolderRemoval.Remove(path);
        Gitproc(_pool.Home, "release", "checkout-1", "--force");

        Assert.Equal(path, Gitproc(_own, "acquire", "--hold", "--no-copy").Output);
        Assert.False(File.Exists(Record));
        Write(path, ".env", "KEY=own");
        Release(path);

        Assert.Equal("KEY=own", File.ReadAllText(Path.Combine(path, ".env")));
    }

    [Fact]
    public void The_checkout_of_a_dead_owner_loses_them()
    {
        Set("gitproc.copy", ".env");
        using (var owner = System.Diagnostics.Process.Start("sleep", "600"))
        {
            Gitproc(_own, "acquire", "--owner-pid", $"{owner.Id}");
            owner.Kill();
            owner.WaitForExit();
        }

        var path = Gitproc(_own, "acquire", "--hold", "--no-copy").Output;
        Assert.Equal("checkout-1", Path.GetFileName(path));
        Assert.False(File.Exists(Path.Combine(path, ".env")));
    }

    [Fact]
    public void Without_cleaning_they_stay_until_one()
    {
        Set("gitproc.copy", ".env");
        Gitproc(_own, "acquire", "--hold", "--ref", "other", "--no-copy");
        Gitproc(_pool.Home, "release", "checkout-1", "--clean", "none", "--force");
        var left = Gitproc(_own, "acquire", "--hold", "--clean", "none");
        Assert.False(File.Exists(Path.Combine(left.Output, ".env")));
        Release(left.Output);

        var path = Acquire();
        Gitproc(_pool.Home, "release", "checkout-1", "--clean", "none", "--force");
        Assert.True(File.Exists(Path.Combine(path, ".env")));
        Gitproc(_own, "acquire", "--hold", "--no-copy");
        Assert.False(File.Exists(Path.Combine(path, ".env")));
    }

    [Fact]
    public void A_reset_and_a_removal_take_them_away()
    {
        Set("gitproc.copy", ".env");
        var path = Acquire();
        Gitproc(_pool.Home, "reset", "checkout-1", "--force");
        Assert.False(File.Exists(Path.Combine(path, ".env")));

        Release(path);
        path = Acquire();
        Assert.True(File.Exists(Path.Combine(path, ".env")));
        Gitproc(_pool.Home, "remove", "checkout-1", "--force");
        Assert.False(Directory.Exists(path));
        Assert.False(File.Exists(Record));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void Warming_copies_nothing_and_a_worktree_gets_them_too()
    {
        Set("gitproc.copy", ".env");
        Gitproc(_own, "warm", "--count", "1");
        Assert.False(File.Exists(_pool["pool/checkout-1/.env"]));

        var path = Gitproc(_own, "acquire", "--hold", "--kind", "worktree").Output;
        Assert.True(File.Exists(Path.Combine(path, ".env")));
        Release(path);
        Assert.False(File.Exists(Path.Combine(path, ".env")));
        Assert.Equal("KEY=1", Gitproc(_own, "run", "--", "cat", ".env").Output);
    }

    [Fact]
    public void A_checkout_of_the_pool_is_no_source()
    {
        Set("gitproc.copy", ".env");
        var path = Acquire();

        var other = Gitproc(path, "acquire", "--hold").Output;

        Assert.NotEqual(path, other);
        Assert.False(File.Exists(Path.Combine(other, ".env")));
    }

    [Fact]
    public void Nobody_who_copies_nothing_pays_for_it()
    {
        _pool.AcquireAndRelease(_pool.Request() with { Repository = null, WorkingDirectory = _own });
        _pool.AcquireAndRelease(_pool.Request() with { Repository = null, WorkingDirectory = _own });
        _pool.Reports.Clear();
        _pool.Acquire(_pool.Request() with { Repository = null, WorkingDirectory = _own, Fetch = FetchPolicy.Never });

        Assert.Equal(0, _pool.GitCommands);
    }

    // The pull request of a stranger names files, and ignores them.
    private string PullRequest()
    {
        TestGit.Run(_pool.Source, "checkout", "--quiet", "-b", "stranger");
        Write(_pool.Source, ".worktreeinclude", "*\n");
        Write(_pool.Source, ".gitignore", ".env*\n.worktreeinclude\n");
        TestGit.Run(_pool.Source, "add", "--force", ".worktreeinclude");
        var commit = _pool.Commit("stranger");
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/1/head", commit);
        TestGit.Run(_pool.Source, "checkout", "--quiet", "main");
        TestGit.Run(_pool.Source, "branch", "--quiet", "-D", "stranger");
        return commit;
    }

    private static void Write(string folder, string file, string content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    private void Set(string name, string value) =>
        TestGit.Run(_pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "--add", name, value);

    private string Acquire() => Gitproc(_own, "acquire", "--hold").Output;

    private void Release(string path) => Gitproc(_pool.Home, "release", path);

    private GitprocProgram.Result Gitproc(string directory, params string[] arguments)
    {
        var result = _pool.Program.Run(directory, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
