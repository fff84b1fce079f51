using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gitproc.Processes;
using Gitproc.Unit.Support;
using static Gitproc.Unit.Support.PseudoTerminal;

namespace Gitproc.Unit.Cli;

/// <summary><c>gitproc top</c>, with and without a terminal.</summary>
public sealed class TopTests : IDisposable
{
    private const string Entered = "\e[?1049h";
    private const string Left = "\e[?1049l";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Without_a_terminal_it_is_one_plain_table()
    {
        Assert.Equal((0, "", ""), Answer("top"));
        Assert.False(File.Exists(Path.Combine(_pool.Pool.Path, "gitproc.db")));
        var held = _pool.Acquire(
            _pool.Request() with
            {
                Terms = new() { Owner = PoolFixture.Self, Label = "nightly" },
            });
        var lines = Answer("top").Output.Split('\n');
        Assert.Equal(
            ["NAME", "STATE", "AGE", "REPOSITORY", "BRANCH", "HOLDER", "DOING"],
            lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(
            $@"^checkout-1  Locked  +\d+ s  {Regex.Escape(_pool.Key)}  main +{Environment.ProcessId} .* nightly$", lines[1]);
        Assert.DoesNotContain('\e', Answer("top").Output);
        Assert.Equal("", Answer("top", "--repo", TestGit.MakeRepository(_pool["other"])).Output);
        Assert.Equal(1, Answer("top", "--repo", "nobody").ExitCode);

        Assert.Contains(
            "checkout-1 *", _pool.Program.Run(Path.Combine(held.Path, ".git"), "top").Output, StringComparison.Ordinal);
        Assert.Contains(
            "checkout-1 *",
            _pool.Program.Run(Path.Combine(held.Path, ".git"), "list").Output,
            StringComparison.Ordinal);
        Assert.DoesNotContain('*', Answer("list").Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_web_it_serves_the_page_of_this_pool_and_ends_with_it(bool isKilled)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && !isKilled, UnixTools.NoSignals);
        _pool.Acquire();
        // The agent is found beside the program, or on the PATH.
        using var top = _pool.Program.Start(
            _pool.Home,
            [
                ("PATH", Path.GetDirectoryName(AgentProcess.File)
                    + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH")),
            ],
            "top",
            "--web");
        var address = new Uri(top.StandardOutput.ReadLine()!);
        Assert.True(address.IsLoopback);
        using (var client = new HttpClient())
        using (var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, address)))
        using (var page = new StreamReader(answer.Content.ReadAsStream()))
            Assert.Contains(_pool.Pool.Path, page.ReadToEnd(), StringComparison.Ordinal);

        if (isKilled)
        {
            top.Kill();
            GitprocProgram.Finish(top);
        }
        else
        {
            using var kill = Process.Start("kill", ["-TERM", $"{top.Id}"]);
            Assert.Equal(0, GitprocProgram.Finish(top).ExitCode);
        }

        // Only an agent that has ended leaves the port to others.
        Eventually.True(() =>
        {
            using var port = new TcpListener(IPAddress.Loopback, address.Port);
            try
            {
                port.Start();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    [Fact]
    public void Without_an_agent_web_is_an_error()
    {
        var program = Path.Combine(_pool.Home, Path.GetFileName(GitprocProgram.File));
        if (GitprocProgram.File.Contains("native", StringComparison.Ordinal))
        {
            UnixTools.SkipWithoutLinks();
            File.CreateSymbolicLink(Path.Combine(_pool.Home, "git"), ProgramPath.Find("git")!);
            TestProcess.CopyProgram(GitprocProgram.File, program);
            var start = new ProcessStartInfo(program, ["top", "--web"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
            start.Environment["PATH"] = _pool.Home;
            var result = GitprocProgram.Finish(Process.Start(start)!);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Contains("neither beside gitproc nor on the PATH", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(2, _pool.Program.Run(_pool.Home, "top", "--web", "--repo", "x").ExitCode);
    }

    [TerminalFact]
    public void It_ends_with_q_and_leaves_the_terminal_as_it_was()
    {
        _pool.Acquire();
        var result = Run(_pool, [WaitFor("checkout-1"), Send("x"), Send("q")], [], "top");
        Assert.Equal((0, true), (result.ExitCode, result.IsRestored));
        AssertLeft(result.Output);
        Assert.DoesNotContain("x\e", result.Output, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void It_ends_with_control_C_as_with_q()
    {
        var result = Run(_pool, [WaitFor("no checkout"), Send("\x03")], [], "top");
        Assert.Equal((0, true), (result.ExitCode, result.IsRestored));
        AssertLeft(result.Output);
    }

    [TerminalFact]
    public void Keys_come_from_the_terminal_though_standard_input_is_none()
    {
        foreach (var key in new[] { "q", "\x03" })
        {
            var result = RunCommand(
                _pool,
                [WaitFor("q quits"), Send(key)],
                [],
                "sh",
                "-c",
                "exec \"$0\" top < /dev/null",
                GitprocProgram.File);
            Assert.Equal((0, true), (result.ExitCode, result.IsRestored));
        }
    }

    [TerminalFact]
    public void A_terminal_that_cannot_be_read_says_how_it_ends()
    {
        var result = RunCommand(
            _pool,
            [WaitFor("Ctrl+C quits"), Send("\x03")],
            [],
            "sh",
            "-c",
            "exec \"$0\" top > \"$(tty)\" < /dev/null",
            GitprocProgram.File);
        Assert.Equal((130, true), (result.ExitCode, result.IsRestored));
    }

    [TerminalFact]
    public void The_last_column_of_a_terminal_is_not_erased()
    {
        _pool.Acquire(_pool.Request() with { Terms = new() { Owner = PoolFixture.Self, Label = new string('x', 80) } });
        var output = Run(_pool, [WaitFor("checkout-1"), WaitFor("q quits"), Send("q")], [], "top").Output;
        var parts = output[
            output.IndexOf("\e[2J\e[1;1H", StringComparison.Ordinal)..output.LastIndexOf(
                "\e[?1049l", StringComparison.Ordinal)
        ]
            .Split("\e[K");
        Assert.Contains(parts, part => WithoutSequences(part).Length == 80);
        Assert.All(parts[..^1], part => Assert.Matches(@"\e\[\d+;1H$", part));
    }

    [TerminalFact]
    public void It_ends_when_it_is_asked_to()
    {
        foreach (var end in new[] { Signal(15), Signal(1) })
        {
            var result = Run(_pool, [WaitFor("no checkout"), end], [], "top");
            Assert.Equal((130, true), (result.ExitCode, result.IsRestored));
            AssertLeft(result.Output[..result.Output.LastIndexOf("gitproc: interrupted", StringComparison.Ordinal)]);
        }
    }

    [TerminalFact]
    public void It_takes_the_size_that_the_terminal_has()
    {
        for (var i = 0; i < 9; i++)
            _pool.Acquire();
        object[][] steps =
        [
            WaitFor("\e[24;1H\e[Kq quits"), Resize(8, 30), Signal(28), WaitFor("\e[8;1H\e[K1 to 5 of 9"),
            Send("\e[B"), WaitFor("2 to 6 of 9"), Send("\e[6~"), WaitFor("5 to 9 of 9"),
            Send("\e[A\e[A"), WaitFor("3 to 7 of 9"), Send("q"),
        ];
        var result = Run(_pool, steps, [], "top");
        var small = result.Output[result.Output.IndexOf("\e[8;1H\e[K1 to", StringComparison.Ordinal)..];
        Assert.DoesNotContain("\e[9;1H", small, StringComparison.Ordinal);
        Assert.All(small.Split("\e["), part => Assert.True(WithoutSequences("\e[" + part).Length <= 30, part));
    }

    [TerminalFact]
    public void It_shows_what_changes_and_nothing_else()
    {
        var (held, other) = (_pool.Acquire(), _pool.Acquire());
        // So old that no age changes; and a label as wide as the title of its column.
        _pool.Execute(
            "UPDATE checkout SET lease = json_set(lease, '$.acquiredAt', 1000), created_at = 1000, last_used_at = 1000"
        );
        object[][] steps =
        [
            WaitFor("q quits"),
            Pause(2.5),
            Meanwhile("renew", other.Name, "--label", "later"),
            WaitFor("later"),
            Send("q"),
        ];
        var output = Run(_pool, steps, [], "top").Output;
        var changes = output[(output.IndexOf("q quits", StringComparison.Ordinal) + "q quits".Length)..];
        Assert.Contains(other.Name, changes, StringComparison.Ordinal);
        Assert.DoesNotContain(held.Name, changes, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void It_costs_next_to_nothing()
    {
        _pool.Acquire();
        var brief = Run(_pool, [WaitFor("checkout-1"), Send("q")], [], "top").Seconds;
        var longer = Run(_pool, [WaitFor("checkout-1"), Pause(5), Send("q")], [], "top").Seconds;
        Assert.InRange(longer - brief, -1, 0.5);
    }

    // What is entered is left, and only what was written there is on the other screen.
    private static void AssertLeft(string output)
    {
        Assert.Equal(1, output.Split(Entered).Length - 1);
        Assert.Equal(1, output.Split(Left).Length - 1);
        Assert.Equal(
            "",
            WithoutSequences(
                output[..output.IndexOf(Entered, StringComparison.Ordinal)]
                    + output[output.IndexOf(Left, StringComparison.Ordinal)..]));
        Assert.EndsWith("\e[?7h\e[?25h\e[?1049l\e[?1l\e>", output, StringComparison.Ordinal);
    }

    private (int ExitCode, string Output, string Error) Answer(params string[] arguments)
    {
        var result = _pool.Program.Run(_pool.Home, arguments);
        return (result.ExitCode, result.Output, result.Error);
    }
}
