using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Under a git that is told to allow less.</summary>
public sealed class HardenedGitTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_bare_repository_that_git_does_not_look_for_is_named()
    {
        File.WriteAllText(Path.Combine(_pool.Home, ".gitconfig"), "[safe]\n\tbareRepository = explicit\n");
        AssertMade(_pool.Program.Start(_pool.Home, "acquire", _pool.Source));
    }

    [Fact]
    public void What_is_forbidden_for_urls_is_not_for_the_pools_own_folders()
    {
        using var server = Serve();
        File.WriteAllText(Path.Combine(_pool.Home, ".gitconfig"), "[protocol \"file\"]\n\tallow = never\n");
        AssertMade(_pool.Program.Start(_pool.Home, "acquire", Url(server)));
        AssertMade(_pool.Program.Start(_pool.Home, [("GIT_ALLOW_PROTOCOL", "http:https")], "acquire", Url(server)));
    }

    [Fact]
    public void What_is_forbidden_stays_forbidden_for_the_users_repository()
    {
        var result = GitprocProgram.Finish(
            _pool.Program.Start(_pool.Home, [("GIT_ALLOW_PROTOCOL", "http:https")], "acquire", _pool.Source));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'file' not allowed", result.Error, StringComparison.Ordinal);
    }

    private PasswordServer Serve()
    {
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool["served/repo.git"]);
        TestGit.Run(_pool["served/repo.git"], "update-server-info");
        return new PasswordServer(_pool["served"], "me", "password");
    }

    private static string Url(PasswordServer server) => $"http://me:password@{server.Host}/repo.git";

    private static void AssertMade(System.Diagnostics.Process process)
    {
        var result = GitprocProgram.Finish(process);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(File.Exists(Path.Combine(result.Output, "file-0.txt")));
    }
}
