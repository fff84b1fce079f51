using System.Text.Json;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What a repository proposes in <c>.gitproc</c>, in the real program with a config of its own.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    private string Log => _pool["log"];

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Nothing_of_it_is_used_before_it_is_approved()
    {
        Propose($"onCreate = echo made >> '{Log}'\nonAcquire = echo $PORT >> '{Log}'\n[gitproc \"env\"]\nPORT = 4000 + {{number}}");
        var first = Gitproc("acquire", _pool.Source, "--hold");
        var second = Gitproc("acquire", _pool.Source, "--hold");
        Assert.False(File.Exists(Log));
        Assert.Contains("proposes setup for its checkouts in .gitproc", first.Error, StringComparison.Ordinal);
        Assert.Contains($"gitproc trust {_pool.Key}", first.Error, StringComparison.Ordinal);
        Assert.Empty(second.Error);

        var shown = Gitproc("trust", _pool.Source, "--yes");
        Assert.Equal(File.ReadAllText(Path.Combine(_pool.Source, ".gitproc")).TrimEnd(), shown.Output);
        Assert.Contains("this is approved, until", shown.Error, StringComparison.Ordinal);
        var third = Gitproc("acquire", _pool.Source, "--hold");

        Assert.Equal(["made", "4003"], File.ReadAllLines(Log));
        Assert.Empty(third.Error);
        Assert.Contains("PORT='4003'", Gitproc("env", third.Output).Output, StringComparison.Ordinal);
        Gitproc("release", third.Output);
        Gitproc("acquire", _pool.Source, "--hold", "--no-hooks");
        Assert.Equal(["made", "4003"], File.ReadAllLines(Log));
    }

    [Fact]
    public void All_four_moments_can_be_proposed()
    {
        Propose(string.Join('\n', Moments.Select(moment => $"on{moment} = echo $GITPROC_HOOK >> '{Log}'")));
        Trust();
        Gitproc("release", Acquire());
        Gitproc("remove", "checkout-1");
        Assert.Equal(["onCreate", "onAcquire", "onRelease", "onRemove"], File.ReadAllLines(Log));
    }

    [Fact]
    public void Another_content_is_not_used_and_nor_is_the_earlier_one()
    {
        Propose($"onAcquire = echo one >> '{Log}'");
        Trust();
        Gitproc("release", Acquire());
        Propose($"onAcquire = echo two >> '{Log}'");

        var result = Gitproc("acquire", _pool.Source, "--hold", "--fetch");
        Assert.Equal(["one"], File.ReadAllLines(Log));
        Assert.Contains("proposes setup for its checkouts", result.Error, StringComparison.Ordinal);
        Gitproc("release", result.Output);
        Assert.Contains("not approved", Gitproc("trust", "--list").Output, StringComparison.Ordinal);

        Trust();
        Gitproc("release", Acquire());
        Assert.Equal(["one", "two"], File.ReadAllLines(Log));

        File.Delete(Path.Combine(_pool.Source, ".gitproc"));
        _pool.Commit("without");
        Gitproc("acquire", _pool.Source, "--hold", "--fetch");
        Assert.Equal(["one", "two"], File.ReadAllLines(Log));
        Assert.Contains("not proposed any more", Gitproc("trust", "--list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_checked_out_proposes_nothing()
    {
        Propose($"onAcquire = echo default >> '{Log}'");
        Trust();
        TestGit.Run(_pool.Source, "checkout", "--quiet", "-b", "feature");
        Propose($"onAcquire = echo other >> '{Log}'\nonRelease = echo other >> '{Log}'");
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/1/head", "HEAD");
        TestGit.Run(_pool.Source, "checkout", "--quiet", "main");

        var branch = Gitproc("acquire", _pool.Source, "--hold", "--fetch", "--ref", "feature").Output;
        Assert.True(File.Exists(Path.Combine(branch, ".gitproc")));
        Gitproc("release", branch);
        Assert.Equal(["default"], File.ReadAllLines(Log));
    }

    [Fact]
    public void Its_hooks_do_not_run_in_the_commit_of_a_pull_request()
    {
        Propose(
            string.Join('\n', Moments.Select(moment => $"on{moment} = echo $GITPROC_HOOK >> '{Log}'"))
                + "\n[gitproc \"env\"]\nPORT = 1");
        Trust();
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/1/head", "HEAD");
        Set("gitproc.onAcquire", $"echo mine $PORT >> '{Log}'");

        var path = Gitproc("acquire", _pool.Source, "--hold", "--ref", "refs/pull/1/head").Output;
        Gitproc("release", path);
        Assert.Equal(["mine 1"], File.ReadAllLines(Log));

        path = Gitproc("acquire", _pool.Source, "--hold", "--ref", "refs/pull/1/head:topic").Output;
        Gitproc("remove", "checkout-1", "--force");
        Assert.Equal(["mine 1", "mine 1"], File.ReadAllLines(Log));
    }

    [Fact]
    public void The_users_own_settings_override_it()
    {
        Propose($"onAcquire = echo proposed >> '{Log}'\n[gitproc \"env\"]\nPORT = 1");
        Trust();
        Set("gitproc.env.PORT", "2");
        Set("gitproc.onAcquire", $"echo mine $PORT >> '{Log}'");
        Gitproc("release", Acquire());
        Assert.Equal(["proposed", "mine 2"], File.ReadAllLines(Log));

        Set($"gitproc.{_pool.Source}.onAcquire", "");
        Gitproc("release", Acquire());
        Assert.Equal(["proposed", "mine 2", "mine 2"], File.ReadAllLines(Log));
    }

    [Theory]
    [InlineData("[gitproc]\nkind = worktree", "gitproc.kind")]
    [InlineData("[gitproc]\nonAcquire = true\n[core]\nhooksPath = hooks", "core.hookspath")]
    [InlineData("[gitproc \"github.com/other\"]\nonAcquire = true", "gitproc.github.com/other.onacquire")]
    [InlineData("[include]\npath = more", "include.path")]
    [InlineData("[gitproc]\ncopyFrom = /", "gitproc.copyfrom")]
    [InlineData("[gitproc \"env\"]\nPATH = /tmp", "PATH")]
    [InlineData("[gitproc \"env\"]\nX = {nothing}", "gitproc.env.X")]
    [InlineData("[gitproc", "cannot be read as git config")]
    public void What_is_not_allowed_is_refused(string content, string named)
    {
        File.WriteAllText(Path.Combine(_pool.Source, "more"), $"[gitproc]\nonAcquire = echo included > '{Log}'\n");
        Commit(content);
        Acquire();
        var refused = _pool.Program.Run(_pool.Home, "trust", _pool.Source, "--yes");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(named, refused.Error, StringComparison.Ordinal);
        Acquire();
        Assert.False(File.Exists(Log));
        Assert.Contains("cannot be used", Gitproc("trust", "--list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_are_escaped_and_a_question_needs_a_terminal()
    {
        Propose("onAcquire = echo \u001b]0;title\u0007");
        Acquire();
        var shown = _pool.Program.Run(_pool.Home, "trust", _pool.Source);
        Assert.Equal(1, shown.ExitCode);
        Assert.Contains("there is no terminal on which to ask you", shown.Error, StringComparison.Ordinal);
        Assert.Contains("\\x1b]0;title\\x07", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown.Output);
        Assert.Contains("not approved", Gitproc("trust", "--list").Output, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void Control_C_ends_the_question_at_once()
    {
        Propose("onAcquire = echo no");
        Gitproc("acquire", _pool.Source, "--hold");
        var result = PseudoTerminal.Run(
            _pool, [PseudoTerminal.WaitFor("[y/N] "), PseudoTerminal.Send("\x03")], [], "trust", _pool.Source);
        Assert.Equal((130, true), (result.ExitCode, result.IsRestored));
        Assert.Contains("not approved", Gitproc("trust", "--list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_can_be_taken_back_and_survives_a_lost_database()
    {
        Propose($"onAcquire = echo ran >> '{Log}'");
        Trust();
        Gitproc("release", Acquire());
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "gitproc.db*"))
            File.Delete(file);
        Gitproc("release", Acquire());
        Assert.Equal(["ran", "ran"], File.ReadAllLines(Log));
        var trusted = Path.Combine(_pool.Pool.Path, "trusted");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(trusted));
        using (var json = JsonDocument.Parse(Gitproc("trust", "--list", "--json").Output))
            Assert.True(json.RootElement[0].GetProperty("trusted").GetBoolean());

        Gitproc("trust", "--remove", _pool.Source);
        Gitproc("release", Acquire());
        Assert.Equal(["ran", "ran"], File.ReadAllLines(Log));
        Assert.Equal(1, _pool.Program.Run(_pool.Home, "trust", "--remove", _pool.Source).ExitCode);

        Trust();
        File.WriteAllText(trusted, "{\"x\": 1}");
        Gitproc("release", Acquire());
        Assert.Equal(["ran", "ran"], File.ReadAllLines(Log));
    }

    [Fact]
    public void Only_what_was_seen_is_approved()
    {
        Propose("onAcquire = true");
        _pool.Acquire();
        var seen = _pool.Pool.Trust.Show(_pool.Source, _pool.Home);
        Propose("onAcquire = false");
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });

        Assert.Throws<Reports.GitprocException>(() => _pool.Pool.Trust.Approve(seen));
        Assert.False(_pool.Pool.Trust.List().Single().Trusted);
    }

    [Fact]
    public void A_repository_that_proposes_nothing_says_so()
    {
        Acquire();
        var result = _pool.Program.Run(_pool.Home, "trust", _pool.Source);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("proposes nothing", result.Error, StringComparison.Ordinal);
        Assert.Empty(Gitproc("trust", "--list").Output);
        Assert.Contains(
            "has not cloned",
            _pool.Program.Run(_pool.Home, "trust", "https://example.invalid/a/b").Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Proposed_patterns_copy_files()
    {
        File.WriteAllText(Path.Combine(_pool.Source, ".gitignore"), ".env\n");
        Propose("copy = .env");
        Acquire();
        var own = _pool["own"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, own);
        File.WriteAllText(Path.Combine(own, ".env"), "KEY=1");

        Assert.False(File.Exists(Path.Combine(AcquireIn(own), ".env")));
        Gitproc("trust", _pool.Source, "--yes");
        Assert.True(File.Exists(Path.Combine(AcquireIn(own), ".env")));

        string AcquireIn(string folder) => _pool.Program.Run(folder, "acquire", "--hold").Output;
    }

    [Fact]
    public void A_setting_is_for_a_bare_repository_too()
    {
        Assert.True(new UserSetting("/git/repo", "").IsFor("/git/repo.git"));
        Assert.False(new UserSetting("/git/repo", "").IsFor("/git/repo.gitx"));
        Assert.False(new UserSetting("/git/repo", "").IsFor("/git/repository"));
    }

    [Fact]
    public void A_restored_rescue_may_have_the_commit_of_a_pull_request_and_gets_nothing()
    {
        File.WriteAllText(Path.Combine(_pool.Source, ".gitignore"), ".env\n*.o\n");
        Propose(
            string.Join('\n', Moments.Select(moment => $"on{moment} = echo $GITPROC_HOOK >> '{Log}'"))
                + "\ncopy = .env\n");
        Trust();
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/1/head", "HEAD");
        File.WriteAllText(Path.Combine(_pool.Source, ".env"), "SECRET=1");
        Set("gitproc.copyFrom", _pool.Source);

        var path = Gitproc("acquire", _pool.Source, "--hold", "--ref", "refs/pull/1/head").Output;
        File.WriteAllText(Path.Combine(path, "work"), "w");
        Gitproc("release", path);
        var rescue = Gitproc("rescue", "list", "--json").Output;
        path = Gitproc("rescue", "restore", rescue.Split("\"id\":\"")[1].Split('"')[0]).Output;
        Assert.True(File.Exists(Path.Combine(path, "work")));
        Assert.False(File.Exists(Path.Combine(path, ".env")));
        Gitproc("release", path, "--force");
        Assert.False(File.Exists(Log), "a proposed hook ran");

        path = Acquire();
        Assert.True(File.Exists(Path.Combine(path, ".env")));
        Assert.Equal(["onAcquire"], File.ReadAllLines(Log));
    }

    private static string[] Moments => ["Create", "Acquire", "Release", "Remove"];

    private void Propose(string settings) => Commit($"[gitproc]\n{settings}\n");

    private void Commit(string content)
    {
        File.WriteAllText(Path.Combine(_pool.Source, ".gitproc"), content);
        _pool.Commit($"{Guid.NewGuid():N}");
    }

    private void Trust()
    {
        Gitproc("release", Gitproc("acquire", _pool.Source, "--hold", "--no-hooks", "--fetch").Output);
        Gitproc("remove", "checkout-1");
        Gitproc("trust", _pool.Source, "--yes");
    }

    private void Set(string name, string value) =>
        TestGit.Run(_pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "--add", name, value);

    private string Acquire() => Gitproc("acquire", _pool.Source, "--hold").Output;

    private GitprocProgram.Result Gitproc(params string[] arguments)
    {
        var result = _pool.Program.Run(_pool.Home, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
