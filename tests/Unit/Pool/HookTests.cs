using System.Globalization;
using System.Text.Json;
using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>The user's hooks, in the real program with a config of its own.</summary>
public sealed class HookTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    private string Log => _pool["log"];

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void They_run_in_the_checkout_at_each_moment()
    {
        foreach (var moment in new[] { "Create", "Acquire", "Release", "Remove" })
            Set($"gitproc.on{moment}", $"echo \"$GITPROC_HOOK $GITPROC_NAME $GITPROC_REASON $PWD\" >> '{Log}'");

        var path = Acquire();
        Gitproc("release", path);
        Gitproc("remove", "checkout-1");

        Assert.Equal(
            [
                $"onCreate checkout-1 new {path}",
                $"onAcquire checkout-1 new {path}",
                $"onRelease checkout-1 release {path}",
                $"onRemove checkout-1 remove {path}",
            ],
            File.ReadAllLines(Log));
    }

    [Fact]
    public void A_hook_of_an_acquire_runs_each_time_and_one_of_the_creation_once()
    {
        Set("gitproc.onCreate", $"echo made >> '{Log}'");
        Set("gitproc.onAcquire", $"echo $GITPROC_REASON >> '{Log}'");

        Gitproc("release", Acquire());
        Gitproc("release", Acquire());
        Gitproc("acquire", _pool.Source, "--hold", "--no-hooks");

        Assert.Equal(["made", "new", "reused"], File.ReadAllLines(Log));
    }

    [Fact]
    public void It_is_told_what_it_runs_for()
    {
        Set("gitproc.onAcquire", $"cat > '{Log}'; env > '{Log}.env'");
        var path = Gitproc("acquire", _pool.Source, "--hold", "--label", "a \"label\"").Output.Trim();

        var checkout = _pool.List().Single();
        var told = JsonDocument.Parse(File.ReadAllText(Log)).RootElement;
        Assert.Equal(
            ["onAcquire", "new", path, "checkout-1", "1", checkout.Repository, checkout.LeaseId, "a \"label\"", "main"],
            ((string[])["hook", "reason", "path", "name", "number", "repository", "leaseId", "label", "branch"])
                .Select(name => told.GetProperty(name).ToString()));
        var environment = File.ReadAllLines(Log + ".env");
        Assert.Contains($"GITPROC_CHECKOUT={path}", environment);
        Assert.Contains("GITPROC_NUMBER=1", environment);
        Assert.Contains($"GITPROC_LEASE={checkout.LeaseId}", environment);
        Assert.Contains($"GITPROC_COMMIT={TestGit.Run(path, "rev-parse", "HEAD")}", environment);
    }

    [Fact]
    public void Its_output_is_no_output_of_the_acquire()
    {
        Set("gitproc.onAcquire", "echo seen; echo also >&2");
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold");

        Assert.Equal(_pool.Find("checkout-1").Path, result.Output.Trim());
        Assert.Contains("onAcquire: seen", result.Error, StringComparison.Ordinal);
        Assert.Contains("onAcquire: also", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_acquire_fails_with_its_hook_and_gives_the_checkout_back()
    {
        Set("gitproc.onAcquire", "echo reason; exit 7");
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("onAcquire in checkout-1 (echo reason; exit 7)", result.Error, StringComparison.Ordinal);
        Assert.Contains("onAcquire: reason\n", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "failed with exit code 7. The checkout is given back. To do without hooks: --no-hooks",
            result.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain(_pool.List(), checkout => checkout.Locked);

        Unset("gitproc.onAcquire");
        Assert.Equal("checkout-1", Path.GetFileName(Acquire()));
    }

    [Fact]
    public void A_checkout_whose_creation_failed_is_made_again()
    {
        Set("gitproc.onCreate", $"echo tried >> '{Log}'; touch half; test $(wc -l < '{Log}') = 2");
        Assert.Equal(1, _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold").ExitCode);
        Assert.DoesNotContain(_pool.List(), checkout => checkout.State is CheckoutState.Free or CheckoutState.Locked);

        Acquire();

        Assert.Equal(["tried", "tried"], File.ReadAllLines(Log));
        Assert.Single(_pool.List());
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void Nobody_gets_a_checkout_in_which_the_hook_of_a_killed_maker_runs()
    {
        Set("gitproc.onCreate", $"echo $$ > '{Log}.new'; mv '{Log}.new' '{Log}'; exec sleep 600");
        using var maker = _pool.Program.Start(_pool.Home, "acquire", _pool.Source, "--hold");
        Eventually.True(() => File.Exists(Log));
        using var hook = System.Diagnostics.Process.GetProcessById(int.Parse(
            File.ReadAllText(Log), System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            maker.Kill();
            maker.WaitForExit();
            Unset("gitproc.onCreate");

            Assert.Equal("checkout-2", Path.GetFileName(Acquire()));
            Assert.Empty(Gitproc("reap").Output);
            var refused = _pool.Program.Run(
                _pool.Home, "acquire", _pool.Source, "--hold", "--name", "checkout-1");
            Assert.Contains("was not finished, but processes still run in it", refused.Error, StringComparison.Ordinal);
            Assert.Contains(
                "processes run in it", _pool.Program.Run(_pool.Home, "release", "checkout-1", "--force").Error,
                StringComparison.Ordinal);
            Assert.True(Directory.Exists(Path.Combine(_pool.Pool.Path, "checkout-1")));

            Gitproc("acquire", _pool.Source, "--hold", "--name", "checkout-1", "--stop-processes");
            Assert.True(hook.WaitForExit(10_000));
        }
        finally
        {
            hook.Kill();
        }
    }

    [Theory]
    [InlineData("gitproc.onRelease")]
    [InlineData("gitproc.onRemove")]
    public void A_checkout_can_be_given_back_if_its_hook_fails(string name)
    {
        Set(name, "exit 3");
        var path = Acquire();
        var released = Gitproc("release", path);
        var removed = Gitproc("remove", "checkout-1");

        Assert.Empty(_pool.List());
        Assert.Contains("exit code 3", released.Error + removed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_takes_too_long_is_ended()
    {
        Set("gitproc.hookTimeout", "1s");
        Set("gitproc.onAcquire", $"sleep 600 & echo $! > '{Log}'; wait");
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ran for more than 1 s and was ended", result.Error, StringComparison.Ordinal);
        var started = int.Parse(File.ReadAllText(Log), CultureInfo.InvariantCulture);
        Eventually.True(() => ProcessTable.Find(started) is null);
    }

    [Fact]
    public void A_server_that_it_starts_does_not_keep_the_acquire()
    {
        Set("gitproc.onAcquire", $"sleep 600 & echo $! > '{Log}'");
        try
        {
            Acquire();
        }
        finally
        {
            System.Diagnostics.Process.GetProcessById(int.Parse(
                File.ReadAllText(Log), System.Globalization.CultureInfo.InvariantCulture)).Kill();
        }
    }

    [Fact]
    public void It_may_be_for_some_repositories_only()
    {
        var other = TestGit.MakeRepository(_pool["elsewhere/other"]);
        Set($"gitproc.{_pool["elsewhere"]}.onAcquire", $"echo elsewhere >> '{Log}'");
        Set($"gitproc.{_pool["else"]}.onAcquire", $"echo wrong >> '{Log}'");
        Set($"gitproc.{_pool.Source}.onAcquire", $"echo source >> '{Log}'");

        Acquire();
        Gitproc("acquire", other, "--hold");

        Assert.Equal(["source", "elsewhere"], File.ReadAllLines(Log));
    }

    [Fact]
    public void One_for_no_repository_of_the_pool_is_named()
    {
        Set("gitproc.github.com/ownr.onAcquire", "true");
        Set($"gitproc.{_pool.Source}.onAcquire", "true");
        Assert.DoesNotContain("that the pool knows", Gitproc("doctor").Output, StringComparison.Ordinal);
        Acquire();

        var finding = Assert.Single(
            Gitproc("doctor").Output.Split('\n'),
            line => line.Contains("that the pool knows", StringComparison.Ordinal));
        Assert.Contains("gitproc.github.com/ownr.onAcquire is for no repository", finding, StringComparison.Ordinal);
        Assert.EndsWith("To see these: gitproc repositories", finding, StringComparison.Ordinal);
    }

    [Fact]
    public void No_repository_can_set_one()
    {
        var own = _pool["own"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, own);
        TestGit.Run(own, "config", "gitproc.onAcquire", $"echo stolen > '{Log}'");
        TestGit.Run(own, "config", "gitproc.onRelease", $"echo stolen > '{Log}'");
        TestGit.Run(own, "config", "core.hooksPath", _pool["hooks"]);
        PostCheckout($"echo stolen > '{Log}'");

        foreach (var directory in new[] { own, own })
        {
            var result = _pool.Program.Run(directory, "acquire", "--hold");
            Assert.Equal(0, result.ExitCode);
            var path = result.Output.Trim();
            TestGit.Run(path, "config", "gitproc.onRelease", $"echo stolen > '{Log}'");
            Assert.Equal(0, _pool.Program.Run(path, "release").ExitCode);
        }

        Assert.False(File.Exists(Log));
        Assert.Contains(
            "gitproc.onacquire",
            _pool.Program.Run(own, "doctor").Output + _pool.Program.Run(own, "acquire", "--hold").Error,
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_users_post_checkout_runs_where_the_caller_gets_the_checkout()
    {
        PostCheckout($"echo \"$PWD $1 $2 $3\" >> '{Log}'");
        Set("core.hooksPath", _pool["hooks"]);

        var path = Acquire();
        Gitproc("release", path);
        Acquire();

        var line = $"{path} {new string('0', 40)} {TestGit.Run(path, "rev-parse", "HEAD")} 1";
        Assert.Equal([line, line], File.ReadAllLines(Log));
    }

    [Fact]
    public void A_post_checkout_in_the_commit_does_not_run()
    {
        Directory.CreateDirectory(Path.Combine(_pool.Source, "hooks"));
        var hook = Path.Combine(_pool.Source, "hooks", "post-checkout");
        WriteProgram(hook, $"echo stolen > '{Log}'");
        _pool.Commit("hooked");
        Set("core.hooksPath", "hooks");

        var path = Acquire();

        Assert.True(File.Exists(Path.Combine(path, "hooks", "post-checkout")));
        Assert.False(File.Exists(Log));
    }

    [Fact]
    public void A_post_checkout_that_fails_is_a_warning()
    {
        PostCheckout("exit 5");
        Set("core.hooksPath", _pool["hooks"]);
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("post-checkout in checkout-1", result.Error, StringComparison.Ordinal);
    }

    private void Set(string name, string value) =>
        TestGit.Run(_pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "--add", name, value);

    private void Unset(string name) =>
        TestGit.Run(_pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "--unset-all", name);

    private void PostCheckout(string script)
    {
        Directory.CreateDirectory(_pool["hooks"]);
        WriteProgram(Path.Combine(_pool["hooks"], "post-checkout"), script);
    }

    private static void WriteProgram(string file, string script)
    {
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Acquire() => Gitproc("acquire", _pool.Source, "--hold").Output.Trim();

    private GitprocProgram.Result Gitproc(params string[] arguments)
    {
        var result = _pool.Program.Run(_pool.Home, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
