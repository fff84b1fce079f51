using System.Diagnostics;
using System.Text.Json;
using Gitproc.Processes;
using Gitproc.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Variables of the user's config for what runs in a checkout.</summary>
public sealed class VariableTests : IDisposable
{
    private static readonly string[] Names = ["number", "name"];

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("4000 + {number} * 10", "4030")]
    [InlineData("(4000+{number})*10", "40030")]
    [InlineData("{number}-1-1", "1")]
    [InlineData("7 / {number} / 2", "1")]
    [InlineData("-{number} * -(2)", "6")]
    [InlineData("{number}", "3")]
    [InlineData("40{number}0", "4030")]
    [InlineData("127.0.0.{number}", "127.0.0.3")]
    [InlineData("2026-11-29", "2026-11-29")]
    [InlineData("db_{number}_{name}", "db_3_checkout-3")]
    [InlineData("{\"a\": {}, \"b\": {1}}", "{\"a\": {}, \"b\": {1}}")]
    [InlineData("4000 + {name}", "4000 + checkout-3")]
    public void Template_has_a_value(string text, string expected)
    {
        Assert.Null(Template.FindError(text, Names));
        Assert.Equal(expected, Template.Fill(text, name => name == "number" ? "3" : "checkout-3"));
    }

    [Theory]
    [InlineData("4000 + {nummer}")]
    [InlineData("4000 + {number} *")]
    [InlineData("(4000 + {number}")]
    [InlineData("4000 + {number})")]
    [InlineData("40{number}0 + {number} 1")]
    [InlineData("()+{number}")]
    [InlineData("9 + 9 {number}")]
    public void Template_has_an_error(string text) => Assert.NotNull(Template.FindError(text, Names));

    [Fact]
    public void Depth_of_parentheses_has_a_limit() =>
        Assert.NotNull(Template.FindError($"{new string('(', 100_000)}{{number}}", Names));

    [Fact]
    public void Hooks_and_commands_have_them_and_no_repository_sets_them()
    {
        Set("gitproc.env.port", "4000 + {number} * 10");
        Set("gitproc.env.DB-NAME", "{label} of {name}");
        Set("gitproc.env.gone", "x");
        Set("gitproc.env.gone", "");
        Set("gitproc.onAcquire", $"env > '{_pool["log"]}'");
        TestGit.Run(_pool.Source, "config", "gitproc.env.port", "evil");
        TestGit.Run(_pool.Source, "config", "gitproc.env.other", "evil");

        var output = _pool.Program.Run(
            _pool.Source, "run", _pool.Source, "--label", "it's\u001b[31m", "--", "env").Output.Split('\n');

        foreach (var lines in new[] { output, File.ReadAllLines(_pool["log"]) })
        {
            Assert.Contains("PORT=4010", lines);
            Assert.Contains($"DB_NAME={PrintableText.Of("it's\u001b[31m")} of checkout-1", lines);
            Assert.Contains("GITPROC_NAME=checkout-1", lines);
            Assert.Contains($"GITPROC_CHECKOUT={_pool["pool/checkout-1"]}", lines);
            Assert.DoesNotContain(lines, line => line.Contains("evil", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, line => line.StartsWith("GONE=", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("sh")]
    [InlineData("bash")]
    [InlineData("pwsh")]
    public void Shell_takes_them(string shell)
    {
        const string nasty = "it's $(touch pwned) `touch pwned` \\ \" ’ ‘; touch pwned #";
        Set("gitproc.env.nasty", $"{{number}} {nasty}\nand more");
        var path = Gitproc("acquire", _pool.Source, "--hold").Output.Trim();
        var script = _pool[$"script.{(shell == "pwsh" ? "ps1" : "sh")}"];
        ProgramFactAttribute.AddPwshToPath();
        Assert.SkipWhen(
            OperatingSystem.IsWindows() && ProgramPath.Find(shell) is null, $"{shell} is not installed.");
        File.WriteAllText(
            script,
            Gitproc("env", path, "--shell", shell).Output
                + (shell == "pwsh" ? "\n[Console]::Write($env:NASTY)\n" : "\nprintf %s \"$NASTY\"\n"));

        var start = new ProcessStartInfo(
            shell == "bash" ? UnixTools.Bash : shell,
            shell == "pwsh" ? ["-NoProfile", "-File", script] : [script])
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Assert.Equal($"1 {nasty}\nand more", GitprocProgram.Finish(Process.Start(start)!).Output);
        Assert.False(File.Exists(Path.Combine(_pool.Home, "pwned")));
    }

    [Fact]
    public void Json_has_them()
    {
        Set("gitproc.env.port", "{number}");
        var path = Gitproc("acquire", _pool.Source, "--hold").Output.Trim();

        using var json = JsonDocument.Parse(_pool.Program.Run(path, "env", "--json").Output);

        Assert.Equal("1", json.RootElement.GetProperty("PORT").GetString());
        Assert.Equal("main", json.RootElement.GetProperty("GITPROC_BRANCH").GetString());
    }

    [Theory]
    [InlineData("path", "x", "PATH")]
    [InlineData("LD-PRELOAD", "x", "LD_")]
    [InlineData("git-dir", "x", "GIT_")]
    [InlineData("gitproc-pool", "x", "GITPROC_")]
    [InlineData("port", "4000 + {nummer}", "{nummer}")]
    [InlineData("port", "(4000 + {number}", "arithmetic")]
    public void What_is_not_possible_is_refused_before_anything_is_acquired(string name, string text, string why)
    {
        Set($"gitproc.env.{name}", text);

        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"gitproc.env.{name.Replace('-', '_').ToUpperInvariant()} ", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_pool["pool/checkout-1"]));
    }

    [Fact]
    public void One_that_has_no_value_for_a_checkout_fails_the_acquire_and_gives_the_checkout_back()
    {
        Set("gitproc.env.port", "100 / ({number} - 1)");

        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("gitproc.env.PORT", result.Error, StringComparison.Ordinal);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Fact]
    public void Doctor_knows_the_setting()
    {
        Set("gitproc.env.port", "{number}");

        Assert.DoesNotContain(
            "no setting", _pool.Program.Run(_pool.Home, "doctor").Output, StringComparison.Ordinal);
    }

    private void Set(string name, string value) =>
        TestGit.Run(_pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "--add", name, value);

    private GitprocProgram.Result Gitproc(params string[] arguments)
    {
        var result = _pool.Program.Run(_pool.Home, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
