using System.Diagnostics;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

/// <summary>The working directory of the caller was removed under it.</summary>
public sealed class VanishedFolderTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_command_that_needs_nothing_of_the_working_directory_works_where_it_is_gone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows removes no folder that somebody stands in.");
        var repository = _pool.Source;
        // Without PWD nothing tells where the folder was.
        foreach (var start in (string[])["", "env -u PWD "])
        {
            foreach (var command in (string[])
                    [
                        $"acquire {repository} --hold",
                        "list",
                        "history",
                        "rescue list",
                        "repos",
                        "release checkout-1 --force",
                        "reap",
                        "prune --dry-run",
                        "repair",
                        $"run {repository} -- true",
                        $"warm {repository} --count 1",
                    ])
            {
                var result = RunGone(start, command);
                Assert.True(result.ExitCode == 0, $"{start}{command}: {result.Error}");
            }
        }
    }

    [Fact]
    public void One_that_needs_it_says_so_in_a_sentence()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows removes no folder that somebody stands in.");
        foreach (var command in (string[])["acquire", "release"])
        {
            var result = RunGone("", command);
            Assert.True(result.ExitCode is 1 or 2, result.Error);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.Split('\n'));
        }
    }

    private GitprocProgram.Result RunGone(string start, string command)
    {
        var info = new ProcessStartInfo(
            "sh",
            ["-c", $"mkdir gone && cd gone && rmdir ../gone && {start}'{GitprocProgram.File}' {command}"])
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(info, _pool.Pool.Path, _pool.Home);
        return GitprocProgram.Finish(Process.Start(info)!);
    }
}
