using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

/// <summary>What <c>gitproc run</c> gives its command, and what it leaves.</summary>
public sealed class RunTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Called_by_a_hook_the_command_works_on_the_checkout_and_not_on_the_hook_s_repository()
    {
        (string, string)[] ofHook =
        [
            ("GIT_DIR", Path.Combine(_pool.Source, ".git")),
            ("GIT_WORK_TREE", _pool.Source),
            ("GIT_INDEX_FILE", Path.Combine(_pool.Source, ".git", "index")),
            ("GIT_PREFIX", ""),
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "some.key"),
            ("GIT_CONFIG_VALUE_0", "kept"),
        ];
        var result = GitprocProgram.Finish(
            _pool.Program.Start(
                _pool.Home,
                ofHook,
                "run",
                _pool.Source,
                "--",
                "sh",
                "-c",
                "git rev-parse --show-toplevel; git config some.key; env | grep -c '^GIT_\\(DIR\\|WORK_TREE\\|INDEX_FILE\\|PREFIX\\)='"
            ));
        Assert.Equal(
            [UnixTools.Slashes(Path.Combine(_pool.Pool.Path, "checkout-1")), "kept", "0"], result.Output.Split('\n'));
    }

    [Theory]
    [InlineData("--hold")]
    [InlineData("--owner-pid", true)]
    public void What_the_command_has_kept_stays_locked_with_its_work(string option, bool takesOwner = false)
    {
        string[] change = takesOwner ? [option, $"{Environment.ProcessId}"] : [option];
        var result = _pool.Program.Run(
            _pool.Home,
            [
                "run",
                _pool.Source,
                "--",
                "sh",
                "-c",
                $"echo x > work; '{GitprocProgram.File}' renew {string.Join(' ', change)}",
            ]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("checkout-1 stays locked", result.Error, StringComparison.Ordinal);
        Assert.True(_pool.Find("checkout-1").Locked);
        Assert.True(File.Exists(Path.Combine(_pool.Find("checkout-1").Path, "work")));
    }

    [Fact]
    public void A_label_with_a_password_is_kept_without_it()
    {
        Assert.Equal(
            0,
            _pool
                .Program.Run(
                    _pool.Home,
                    "acquire",
                    _pool.Source,
                    "--hold",
                    "--label",
                    "of https://user:secret@host/x",
                    "--env",
                    "from=https://other:secret@host/y")
                .ExitCode);
        Assert.Equal(
            0,
            _pool
                .Program.Run(_pool.Home, "renew", "checkout-1", "--label", "now https://user:secret@host/z", "--force")
                .ExitCode);
        Assert.Contains("host/z", _pool.Find("checkout-1").Label, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _pool.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "secret",
            File.ReadAllText(Path.Combine(_pool.Find("checkout-1").Path, ".git", "gitproc", "lease")),
            StringComparison.Ordinal);
    }
}
