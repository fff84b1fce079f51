using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

public sealed class GitProgramTests : IDisposable
{
    private static readonly string Name = OperatingSystem.IsWindows() ? "git.exe" : "git";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(".:")]
    [InlineData(":")]
    public void A_git_in_the_current_folder_is_not_run(string before)
    {
        TestGit.WriteScript(Path.Combine(_pool.Home, Name), $"#!/bin/sh\ntouch '{_pool["run"]}'\nexit 1\n");

        var result = Acquire(
            before.Replace(':', Path.PathSeparator) + Environment.GetEnvironmentVariable("PATH"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.False(File.Exists(_pool["run"]));
    }

    [Fact]
    public void What_is_no_program_is_passed_over()
    {
        Directory.CreateDirectory(_pool[$"one/{Name}"]);
        Directory.CreateDirectory(_pool["two"]);
        // On Windows each file of this ending is a program.
        if (!OperatingSystem.IsWindows())
            File.WriteAllText(_pool["two/git"], "");

        var result = Acquire(string.Join(
            Path.PathSeparator,
            _pool["one"], _pool["two"], _pool["none"], Environment.GetEnvironmentVariable("PATH")));

        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void Without_one_on_the_path_it_is_said()
    {
        TestGit.WriteScript(Path.Combine(_pool.Home, Name), "#!/bin/sh\n");
        var result = Acquire(_pool["none"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Install git", result.Error, StringComparison.Ordinal);
    }

    private GitprocProgram.Result Acquire(string path) =>
        GitprocProgram.Finish(_pool.Program.Start(_pool.Home, [("PATH", path)], "acquire", _pool.Source));
}
