using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>Hooks that a job's packages have installed, and the packages.</summary>
public sealed class InstalledGateTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public InstalledGateTests()
    {
        File.WriteAllText(Path.Combine(_pool.Source, ".gitignore"), "node_modules/\n.husky/_/\n");
        Directory.CreateDirectory(Path.Combine(_pool.Source, ".githooks"));
        File.WriteAllText(Path.Combine(_pool.Source, ".githooks", "pre-commit"), "#!/bin/sh\nexit 1\n");
        _pool.Commit("first");
    }

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(".husky/_")]
    [InlineData("./.husky/_/")]
    [InlineData(".githooks")]
    public void Packages_go_with_the_hooks_that_they_have_set(string path)
    {
        var checkout = Install();
        Directory.CreateDirectory(Path.Combine(checkout.Path, ".husky", "_"));
        TestGit.Run(checkout.Path, "config", "core.hooksPath", path);

        _pool.Release(checkout);

        Assert.False(Directory.Exists(Packages(checkout)));
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning
                && report.Text.Contains($"core.hooksPath={path}", StringComparison.Ordinal)
                && report.Text.Contains("gitproc.carryConfig", StringComparison.Ordinal));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Theory]
    [InlineData("pre-commit", true)]
    [InlineData("commit-msg", true)]
    [InlineData("pre-push", false)]
    [InlineData("post-checkout", false)]
    public void Packages_go_with_hooks_that_can_refuse_a_commit(string hook, bool isGate)
    {
        var checkout = Install();
        File.WriteAllText(
            Path.Combine(Directory.CreateDirectory(Path.Combine(checkout.Path, ".git", "hooks")).FullName, hook),
            "#!/bin/sh\nexit 1\n");

        _pool.Release(checkout);

        Assert.Equal(!isGate, Directory.Exists(Packages(checkout)));
        Assert.False(File.Exists(Path.Combine(checkout.Path, ".git", "hooks", hook)));
    }

    [Theory]
    [InlineData("/usr/share/hooks")]
    [InlineData("../hooks")]
    [InlineData(".nothing")]
    public void Packages_stay_if_the_hooks_are_not_of_the_checkout(string path)
    {
        var checkout = Install();
        TestGit.Run(checkout.Path, "config", "core.hooksPath", path);

        _pool.Release(checkout);

        Assert.True(Directory.Exists(Packages(checkout)));
    }

    [Fact]
    public void Packages_stay_if_the_next_holder_gets_the_hooks_of_the_users_clone()
    {
        var own = _pool["own"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, own);
        TestGit.Run(own, "config", "core.hooksPath", ".husky/_");
        TestGit.Run(_pool.Home, "config", "--file", _pool.Home + "/.gitconfig", "gitproc.carryConfig", "core.hooksPath");
        var path = _pool.Program.Run(own, "acquire", "--hold").Output.Trim();
        Directory.CreateDirectory(Path.Combine(path, "node_modules"));
        File.WriteAllText(Path.Combine(path, "node_modules", "package.js"), "");
        var hook = Path.Combine(Directory.CreateDirectory(Path.Combine(path, ".husky", "_")).FullName, "pre-commit");
        File.WriteAllText(hook, "#!/bin/sh\nexit 1\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Equal(0, _pool.Program.Run(path, "release").ExitCode);
        var again = _pool.Program.Run(own, "acquire", "--hold").Output.Trim();

        Assert.Equal(path, again);
        Assert.True(File.Exists(Path.Combine(path, "node_modules", "package.js")));
        Assert.Equal(".husky/_", TestGit.Run(path, "config", "core.hooksPath"));
    }

    private Checkout Install()
    {
        var checkout = _pool.Acquire();
        Directory.CreateDirectory(Packages(checkout));
        File.WriteAllText(Path.Combine(Packages(checkout), "package.js"), "");
        return checkout;
    }

    private static string Packages(Checkout checkout) => Path.Combine(checkout.Path, "node_modules");
}
