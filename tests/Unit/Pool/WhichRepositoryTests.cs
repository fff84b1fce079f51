using System.Diagnostics;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class WhichRepositoryTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Without_a_name_it_is_the_origin_of_where_one_stands()
    {
        var clone = Clone("clone");
        Directory.CreateDirectory(Path.Combine(clone, "sub/folder"));
        TestGit.Run(clone, "worktree", "add", "--quiet", "--detach", _pool["linked"]);
        foreach (var folder in (string[])
                [clone, Path.Combine(clone, "sub/folder"), _pool["linked"], Path.Combine(clone, ".git")])
            Assert.Equal(_pool.Key, AcquireIn(folder).Repository);
    }

    [Fact]
    public void Without_an_origin_it_is_the_only_remote()
    {
        var clone = Clone("clone");
        TestGit.Run(clone, "remote", "rename", "origin", "upstream");
        Assert.Equal(_pool.Key, AcquireIn(clone).Repository);
        TestGit.Run(clone, "remote", "add", "fork", "https://example.com/fork");
        Assert.Contains("upstream, fork", Refuse(clone).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_remote_that_is_relative_begins_at_the_top()
    {
        var clone = Clone("clone");
        TestGit.Run(clone, "remote", "set-url", "origin", "../source");
        Directory.CreateDirectory(Path.Combine(clone, "sub"));
        Assert.Equal(_pool.Key, AcquireIn(Path.Combine(clone, "sub")).Repository);
    }

    [Fact]
    public void Without_a_repository_it_is_refused()
    {
        Assert.Contains("is in no git repository", Refuse(_pool.Home).Message, StringComparison.Ordinal);
        Assert.Contains("has no remote", Refuse(_pool.Source).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_works_inside_a_hook()
    {
        var clone = Clone("clone");
        var hook = Path.Combine(clone, ".git/hooks/pre-commit");
        TestGit.WriteScript(
            hook, $"#!/bin/sh\nset -e\ntest -n \"$GIT_DIR\"\n'{GitprocProgram.File}' acquire > \"$OUT\"\n");
        TestGit.Run(clone, "worktree", "add", "--quiet", _pool["linked"]);
        foreach (var folder in (string[])[clone, _pool["linked"]])
        {
            // git sets it for a hook in a linked worktree, and keeps it when it is set already.
            var set = folder == clone ? ("GIT_DIR", Path.Combine(clone, ".git")) : ("GIT_DIR", (string?)null);
            TestGit.Run(folder, Environment(set), "commit", "--allow-empty", "--quiet", "--message", "x");
            var path = File.ReadAllText(_pool["out"]).Trim();
            Assert.Equal(_pool.Source, TestGit.Run(path, "config", "remote.origin.url"));
            Assert.Equal("first", TestGit.Run(path, "log", "-1", "--format=%s"));
        }
    }

    [Fact]
    public void It_works_inside_a_hook_that_receives_a_push()
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool["server.git"]);
        foreach (var name in (string[])["pre-receive", "post-receive"])
        {
            var hook = Path.Combine(_pool["server.git"], "hooks", name);
            TestGit.WriteScript(
                hook, $"#!/bin/sh\nset -e\n'{GitprocProgram.File}' acquire '{_pool.Source}' > \"$OUT.{name}\"\n");
        }

        var clone = Clone("clone", _pool["server.git"]);
        TestGit.Run(clone, "commit", "--allow-empty", "--quiet", "--message", "x");
        TestGit.Run(clone, Environment(), "push", "--quiet");
        Assert.True(Directory.Exists(File.ReadAllText(_pool["out.pre-receive"]).Trim()));
        Assert.True(Directory.Exists(File.ReadAllText(_pool["out.post-receive"]).Trim()));
    }

    [Fact]
    public void Variables_of_a_hook_reach_no_git_of_ours()
    {
        var start = new ProcessStartInfo(GitprocProgram.File, ["acquire", _pool.Source])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        foreach (var name in GitEnvironment.RepositoryVariables)
            start.Environment[name] = "/nonsense";
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void The_list_of_variables_is_gits_own()
    {
        var local = TestGit.Run(_pool.Home, "rev-parse", "--local-env-vars").Split('\n');
        Assert.Empty(
            local.Except([.. GitEnvironment.RepositoryVariables, "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"]));
    }

    [Fact]
    public void A_name_is_looked_up_in_the_pool()
    {
        var folder = Path.GetFileName(_pool["source"]);
        Assert.Contains(
            "knows none yet",
            Assert.Throws<GitprocException>(() => _pool.Acquire("source")).Message,
            StringComparison.Ordinal);
        _pool.Release(_pool.Acquire());
        Assert.Equal(_pool.Key, _pool.Acquire(folder).Repository);
        Assert.Equal(_pool.Key, _pool.Acquire("SOURCE").Repository);
        Assert.Equal(
            _pool.Key, _pool.Acquire($"{Path.GetFileName(Path.GetDirectoryName(_pool.Source))}/source").Repository);

        var unknown = Assert.Throws<GitprocException>(() => _pool.Acquire("sourc"));
        Assert.Equal(ErrorReason.UnknownRepository, unknown.Reason);
        Assert.Contains(_pool.Key, unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_local_repository_has_a_name_too()
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool["src/bare.git"]);
        var key = _pool.Acquire(_pool["src/bare.git"]).Repository;
        foreach (var name in (string[])["bare", "bare.git", "BARE", "src/bare", "src/bare.git", "bare/", "bare.git/"])
            Assert.Equal(key, _pool.Acquire(name).Repository);

        // Beside one whose name is the same but for the ending.
        var other = _pool.Acquire(TestGit.MakeRepository(_pool["other/bare"])).Repository;
        Assert.Equal(key, _pool.Acquire("bare.git").Repository);
        Assert.Equal(other, _pool.Acquire("other/bare").Repository);
        Assert.Equal(
            ErrorReason.AmbiguousRepository, Assert.Throws<GitprocException>(() => _pool.Acquire("bare")).Reason);
    }

    [Fact]
    public void A_key_with_a_port_is_taken_for_what_it_is()
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool["served/repo.git"]);
        TestGit.Run(_pool["served/repo.git"], "update-server-info");
        using var server = new PasswordServer(_pool["served"], "me", "password");
        var checkout = _pool.Acquire($"http://me:password@{server.Host}/repo.git");
        Assert.Equal($"{server.Host}/repo", checkout.Repository);
        _pool.Release(checkout);
        Assert.Equal(checkout.Name, _pool.Acquire(checkout.Repository).Name);
        // What the pool does not know is host:path as everywhere.
        Assert.Contains(
            "git clone",
            Assert.Throws<GitprocException>(() => _pool.Acquire($"{server.Host}/other")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_means_the_repository_that_the_pool_has_though_its_folder_is_away()
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool["src/bare.git"]);
        foreach (var checkout in new[] { _pool.Acquire(_pool["src/bare.git"]), _pool.Acquire() })
            _pool.Release(checkout);
        Directory.Move(_pool["src"], _pool["elsewhere"]);
        Directory.Move(_pool.Source, _pool["away"]);

        foreach (var (path, key) in new[]
            {
                ("src/bare.git", "src/bare.git"),
                ("src/bare", "src/bare.git"),
                ("source", "source"),
                ("source/.git", "source"),
            })
        {
            _pool.Reports.Clear();
            var found = _pool.Acquire(_pool.Request(_pool[path]) with { Fetch = FetchPolicy.Always });
            Assert.Equal(_pool[key], found.Repository);
            Assert.Contains(
                _pool.Reports,
                report =>
                    report.Kind == ReportKind.Warning
                    && report.Text.Contains("could not be fetched", StringComparison.Ordinal));
            _pool.Release(found);
        }

        Assert.Contains(
            $"no git repository at {_pool["nothing"]}",
            Assert.Throws<GitprocException>(() => _pool.Acquire(_pool["nothing"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_ambiguous_name_lists_the_candidates()
    {
        Directory.CreateDirectory(_pool["a"]);
        Directory.CreateDirectory(_pool["b"]);
        var (one, two) = (TestGit.MakeRepository(_pool["a/tool"]), TestGit.MakeRepository(_pool["b/tool"]));
        _pool.Acquire(one);
        _pool.Acquire(two);

        var error = Assert.Throws<GitprocException>(() => _pool.Acquire("tool"));

        Assert.Equal(ErrorReason.AmbiguousRepository, error.Reason);
        Assert.Contains(one, error.Message, StringComparison.Ordinal);
        Assert.Contains(two, error.Message, StringComparison.Ordinal);
        Assert.Equal(two, _pool.Acquire("b/tool").Repository);
    }

    [Fact]
    public void A_folder_of_the_name_is_hinted_at()
    {
        var request = _pool.Request("source") with { WorkingDirectory = Path.GetDirectoryName(_pool.Source)! };
        Assert.Contains(
            "write ./source",
            Assert.Throws<GitprocException>(() => _pool.Acquire(request)).Message,
            StringComparison.Ordinal);
        Assert.Equal(_pool.Key, _pool.Acquire(request with { Repository = "./source" }).Repository);
    }

    [Theory]
    [InlineData("gitproc.maxCheckouts", "many")]
    [InlineData("gitproc.maxCheckouts", "0")]
    [InlineData("gitproc.autoCreate", "perhaps")]
    [InlineData("gitproc.leaseDuration", "0")]
    public void A_setting_that_makes_no_sense_is_refused(string key, string value)
    {
        var clone = Clone("clone");
        TestGit.Run(clone, "config", key, value);
        var error = Refuse(clone);
        Assert.Equal(ErrorReason.InvalidSetting, error.Reason);
        Assert.Contains($"'{value}' of {key}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_makes_no_sense_is_named_as_one()
    {
        var error = GitprocProgram
            .Finish(_pool.Program.Start(_pool.Home, [("GITPROC_MAX_CHECKOUTS", "many")], "acquire", _pool.Source))
            .Error;
        Assert.Contains("'many' of GITPROC_MAX_CHECKOUTS", error, StringComparison.Ordinal);
        Assert.DoesNotContain("git config", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("end\n")]
    public void A_folder_may_have_a_line_end_in_its_name(string name)
    {
        var clone = Clone(name);
        Thread.Sleep(100);
        AcquireIn(clone);
        TestGit.Run(clone, "config", "gitproc.autoCreate", "no");
        Assert.Equal(ErrorReason.NoCheckoutAvailable, Refuse(clone).Reason);
        TestGit.Run(clone, "remote", "set-url", "origin", "../source");
        TestGit.Run(clone, "config", "gitproc.autoCreate", "yes");
        Directory.CreateDirectory(Path.Combine(clone, "sub"));
        Assert.Equal(_pool.Key, AcquireIn(Path.Combine(clone, "sub")).Repository);
    }

    [Fact]
    public void Settings_come_from_gits_config()
    {
        var clone = Clone("clone");
        TestGit.Run(clone, "config", "gitproc.maxCheckouts", "1");
        AcquireIn(clone);
        Assert.Equal(ErrorReason.NoCheckoutAvailable, Refuse(clone).Reason);
        TestGit.Run(clone, "config", "gitproc.maxCheckouts", "2");
        AcquireIn(clone);
        TestGit.Run(clone, "config", "--unset", "gitproc.maxCheckouts");
        TestGit.Run(clone, "config", "gitproc.autoCreate", "no");
        Assert.Equal(ErrorReason.NoCheckoutAvailable, Refuse(clone).Reason);
        var result = GitprocProgram.Finish(_pool.Program.Start(clone, [("GITPROC_AUTO_CREATE", "true")], "acquire"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            3,
            GitprocProgram
                .Finish(
                    _pool.Program.Start(
                        clone,
                        [("GITPROC_AUTO_CREATE", "true"), ("GITPROC_MAX_CHECKOUTS", "1")],
                        "acquire"))
                .ExitCode);
    }

    [Fact]
    public void What_git_said_of_its_config_is_asked_again_only_when_it_may_have_changed()
    {
        var clone = Clone("clone");
        Directory.CreateDirectory(Path.Combine(clone, "sub"));
        File.WriteAllText(_pool["included"], "[gitproc]\n\tmaxCheckouts = 5\n");
        TestGit.Run(clone, "config", "include.path", _pool["included"]);
        Thread.Sleep(100);
        _pool.Release(AcquireIn(Path.Combine(clone, "sub")));
        Assert.Equal(0, Questions());

        File.WriteAllText(_pool["included"], "[gitproc]\n\tmaxCheckouts = 50\n");
        Assert.NotEqual(0, Questions());
        Thread.Sleep(100);
        Questions();
        Assert.Equal(0, Questions());

        // A repository nearer to where one stands.
        TestGit.MakeRepository(Path.Combine(clone, "sub"));
        Assert.Contains("has no remote", Refuse(Path.Combine(clone, "sub")).Message, StringComparison.Ordinal);

        int Questions()
        {
            _pool.Reports.Clear();
            _pool.Release(AcquireIn(Path.Combine(clone, "sub")));
            return _pool.Reports.Count(report =>
                report.Kind == ReportKind.Command && report.Text.StartsWith("git config", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_file_behind_a_link_is_watched()
    {
        UnixTools.SkipWithoutLinks();
        UnixTools.SkipWithoutLinks();
        var clone = Clone("clone");
        Directory.CreateDirectory(_pool["dotfiles"]);
        File.WriteAllText(_pool["dotfiles/included"], "[gitproc]\n\tmaxCheckouts = 5\n");
        File.CreateSymbolicLink(_pool["link"], _pool["dotfiles/included"]);
        File.CreateSymbolicLink(_pool["link-to-link"], _pool["link"]);
        TestGit.Run(clone, "config", "include.path", _pool["link-to-link"]);
        Thread.Sleep(100);
        _pool.Release(AcquireIn(clone));

        File.WriteAllText(_pool["dotfiles/included"], "[gitproc]\n\tautoCreate = false\n");
        AcquireIn(clone);
        Assert.Equal(ErrorReason.NoCheckoutAvailable, Refuse(clone).Reason);

        Thread.Sleep(100);
        Refuse(clone);
        File.WriteAllText(_pool["dotfiles/other"], "[gitproc]\n\tautoCreate = true\n");
        File.Delete(_pool["link"]);
        File.CreateSymbolicLink(_pool["link"], _pool["dotfiles/other"]);
        AcquireIn(clone);
    }

    [Fact]
    public void An_error_of_gits_about_where_one_stands_is_not_kept()
    {
        var clone = Clone("clone");
        Thread.Sleep(100);
        // git's own tests have it take the folder for another user's, which takes root to make one of.
        var refused = GitprocProgram.Finish(
            _pool.Program.Start(clone, [("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")], "acquire"));
        Assert.Contains("dubious ownership", refused.Error, StringComparison.Ordinal);

        var result = _pool.Program.Run(clone, "acquire");
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private string Clone(string name, string? source = null)
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", source ?? _pool.Source, _pool[name]);
        return _pool[name];
    }

    private Checkout AcquireIn(string folder) =>
        _pool.Acquire(_pool.Request() with { Repository = null, WorkingDirectory = folder });

    private GitprocException Refuse(string folder) => Assert.Throws<GitprocException>(() => AcquireIn(folder));

    private (string, string?)[] Environment(params (string, string?)[] more) =>
        [("GITPROC_POOL", _pool.Pool.Path), ("HOME", _pool.Home), ("OUT", _pool["out"]), .. more];
}
