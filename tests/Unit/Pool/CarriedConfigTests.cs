using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What a checkout gets of the config of the repository around the working directory.</summary>
public sealed class CarriedConfigTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly string _own;

    public CarriedConfigTests()
    {
        _own = _pool["own"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, _own);
        Set("user.name", "Work \"quoted\" \\ name");
        Set("user.email", "work@company.example");
    }

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(".")]
    public void Commits_are_made_by_whom_the_repository_names(string? repository)
    {
        var checkout = Acquire(repository);
        Assert.Equal("Work \"quoted\" \\ name", Get(checkout, "user.name"));
        Assert.Equal("work@company.example", Get(checkout, "user.email"));
        Assert.Equal("origin", TestGit.Run(checkout.Path, "remote"));
    }

    [Fact]
    public void The_next_holder_from_elsewhere_has_none_of_it()
    {
        var checkout = Acquire(null);
        _pool.Release(checkout);
        var next = _pool.Acquire();
        Assert.Equal(checkout.Path, next.Path);
        Assert.Equal("", Get(next, "user.email"));
    }

    [Fact]
    public void Another_repository_s_checkout_gets_nothing()
    {
        var other = TestGit.MakeRepository(_pool["other"]);
        Assert.Equal("", Get(Acquire(other), "user.email"));
    }

    [Fact]
    public void What_is_not_carried_is_told_once_with_the_setting_that_carries_it()
    {
        Set("core.hooksPath", ".husky/_");
        Age();
        _pool.Release(Acquire(null));
        var told = Assert.Single(
            _pool.Reports, report => report.Text.Contains("core.hookspath", StringComparison.Ordinal));
        Assert.Equal(ReportKind.Notice, told.Kind);
        Assert.Contains("git config --add gitproc.carryConfig core.hookspath", told.Text, StringComparison.Ordinal);
        _pool.Release(Acquire(null));
        Assert.Single(_pool.Reports, report => report.Text.Contains("core.hookspath", StringComparison.Ordinal));

        Set("gitproc.carryConfig", "core.hooksPath");
        Assert.Equal(".husky/_", Get(Acquire(null), "core.hooksPath"));
    }

    [Theory]
    [InlineData("core.worktree")]
    [InlineData("extensions.worktreeConfig")]
    [InlineData("include.path")]
    [InlineData("nokey")]
    public void What_would_make_another_repository_of_the_checkout_is_refused(string key)
    {
        Set("gitproc.carryConfig", key);
        var error = Assert.Throws<GitprocException>(() => Acquire(null));
        Assert.Equal(ErrorReason.InvalidSetting, error.Reason);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Empty(_pool.List());
    }

    private Checkout Acquire(string? repository) =>
        _pool
            .Pool.Acquiring.Acquire(_pool.Request() with { Repository = repository, WorkingDirectory = _own })
            .Single();

    private void Set(string key, string value) => TestGit.Run(_own, "config", key, value);

    // An answer is kept only when all that it depends on had been at rest.
    private void Age()
    {
        File.SetLastWriteTimeUtc(Path.Combine(_own, ".git", "config"), DateTime.UtcNow.AddMinutes(-1));
        Directory.SetLastWriteTimeUtc(Path.Combine(_own, ".git"), DateTime.UtcNow.AddMinutes(-1));
    }

    private static string Get(Checkout checkout, string key) =>
        TestGit.Run(checkout.Path, "config", "--local", "--default", "", key);
}
