using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class PasswordTests : IDisposable
{
    private const string Secret = "s3cret-t0ken";

    private readonly PoolFixture _pool = new();
    private readonly PasswordServer _server;

    public PasswordTests()
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool["served/repo.git"]);
        TestGit.Run(_pool["served/repo.git"], "update-server-info");
        _server = new PasswordServer(_pool["served"], "me", Secret);
    }

    public void Dispose()
    {
        _server.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void A_password_in_a_url_is_used_and_kept_nowhere()
    {
        // The user's own helper would store what it is told.
        var helper = _pool["helper"];
        TestGit.WriteScript(
            helper, $"#!/bin/sh\necho \"$1\" >> '{_pool["helper.log"]}'\ncat >> '{_pool["helper.log"]}'\n");
        File.WriteAllText(Path.Combine(_pool.Home, ".gitconfig"), $"[credential]\n\thelper = {helper}\n");

        var result = _pool.Program.Run(
            _pool.Home, "acquire", $"http://me:{Secret}@{_server.Host}/repo.git", "--verbose");

        Assert.True(result.ExitCode == 0, result.Error);
        var path = result.Output;
        Assert.Equal($"http://{_server.Host}/repo.git", TestGit.Run(path, "config", "remote.origin.url"));
        Assert.DoesNotContain(
            Secret,
            result.Error + _pool.Dump() + _pool.Program.Run(_pool.Home, "list", "--json").Output,
            StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "*", SearchOption.AllDirectories))
            Assert.False(File.ReadAllText(file).Contains(Secret, StringComparison.Ordinal), file);
        Assert.False(File.Exists(_pool["helper.log"]));
    }

    [Fact]
    public void Without_a_password_the_users_own_helper_is_asked()
    {
        File.WriteAllText(
            Path.Combine(_pool.Home, ".gitconfig"),
            $"[credential]\n\thelper = \"!f() {{ test \\\"$1\\\" = get && echo username=me && echo password={Secret}; }}; f\"\n"
        );
        var result = _pool.Program.Run(_pool.Home, "acquire", $"http://{_server.Host}/repo.git");
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void A_wrong_password_is_told_to_nobody()
    {
        const string wrong = "wr0ng-t0ken";
        var result = GitprocProgram.Finish(
            _pool.Program.Start(
                _pool.Home,
                [("GIT_TERMINAL_PROMPT", "0")],
                "acquire",
                $"http://me:{wrong}@{_server.Host}/repo.git",
                "--verbose"));
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain(wrong, result.Error, StringComparison.Ordinal);
        Assert.Contains($"http://{_server.Host}/repo.git", result.Error, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "*", SearchOption.AllDirectories))
            Assert.False(File.ReadAllText(file).Contains(wrong, StringComparison.Ordinal), file);
    }

    [Fact]
    public void A_password_in_the_callers_origin_is_used_and_kept_nowhere()
    {
        var here = TestGit.MakeRepository(_pool["here"]);
        TestGit.Run(here, "remote", "add", "origin", $"http://me:{Secret}@{_server.Host}/repo.git");
        Thread.Sleep(100);
        for (var i = 0; i < 2; i++)
        {
            var result = _pool.Program.Run(here, "acquire");
            Assert.True(result.ExitCode == 0, result.Error);
            FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        }

        Assert.DoesNotContain(Secret, _pool.Dump(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://u:s3cr'et-t0ken@127.0.0.1:1/x")]
    [InlineData("https://u:s3cr\"et-t0ken@127.0.0.1:1/x")]
    [InlineData("https://u:12/et-t0ken@127.0.0.1:1/x")]
    [InlineData("https://u:s3cr et-t0ken@127.0.0.1:1/x")]
    [InlineData("https://127.0.0.1:1/x?access_token=et-t0ken")]
    [InlineData("u:et-t0ken@127.0.0.1:x")]
    public void No_character_in_a_password_makes_it_known(string url)
    {
        var here = TestGit.MakeRepository(_pool["here"]);
        TestGit.Run(here, "remote", "add", "origin", url);
        Thread.Sleep(100);
        AssertUnknown("et-t0ken", _pool.Program.Run(here, "acquire", "--verbose"));
        AssertUnknown("et-t0ken", _pool.Program.Run(_pool.Home, "acquire", url, "--verbose"));
    }

    [Fact]
    public void A_password_that_insteadOf_brings_is_not_made_known()
    {
        File.WriteAllText(
            Path.Combine(_pool.Home, ".gitconfig"),
            "[url \"http://u:x'et-t0ken@127.0.0.1:1/\"]\n\tinsteadOf = mine:\n");
        Thread.Sleep(100);
        AssertUnknown("et-t0ken", _pool.Program.Run(_pool.Home, "acquire", "mine:x", "--verbose"));
    }

    private void AssertUnknown(string secret, GitprocProgram.Result result)
    {
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain(secret, result.Error + result.Output + _pool.Dump(), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "*", SearchOption.AllDirectories))
            Assert.False(File.ReadAllText(file).Contains(secret, StringComparison.Ordinal), file);
    }
}
