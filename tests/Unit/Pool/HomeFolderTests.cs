using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class HomeFolderTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void The_pool_is_in_a_home_that_does_not_exist_yet()
    {
        var result = Acquire(_pool["new/home"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_pool["new/home/.gitproc_pool/checkout-1"], result.Output);
    }

    [Fact]
    public void No_pool_is_made_where_one_stands()
    {
        var result = Acquire("home");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("HOME", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_pool["stand"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void Without_one_the_user_database_is_asked(string? home)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no user database that tells the home.");
        // Only where it looks, not a pool there.
        var result = Run(home, "release");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(Path.Combine(Home(), ".gitproc_pool"), result.Error, StringComparison.Ordinal);
    }

    private static string Home()
    {
        using var id = Process.Start(
            new ProcessStartInfo("sh", ["-c", "unset HOME; eval echo ~$(id -un)"]) { RedirectStandardOutput = true }
        )!;
        return Paths.Real(id.StandardOutput.ReadToEnd().Trim());
    }

    private GitprocProgram.Result Acquire(string? home) => Run(home, "acquire", _pool.Source);

    private GitprocProgram.Result Run(string? home, params string[] arguments)
    {
        var start = new ProcessStartInfo(GitprocProgram.File, arguments)
        {
            WorkingDirectory = Directory.CreateDirectory(_pool["stand"]).FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, "", home ?? "");
        if (home is null)
            start.Environment.Remove("HOME");
        return GitprocProgram.Finish(Process.Start(start)!);
    }
}
