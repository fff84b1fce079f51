using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

/// <summary>How long help is shown in a terminal of 24 lines and 80 columns.</summary>
public sealed class PagerTests : IDisposable
{
    // Marks each line that the pager writes.
    private const string Marking = "sed s/^/paged:/";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [TerminalFact]
    public void Long_help_goes_through_the_users_pager()
    {
        Assert.Contains("paged:NAME", Show([("PAGER", Marking)], "help", "acquire"), StringComparison.Ordinal);
        Assert.Contains("paged:Usage:", Show([("PAGER", Marking)], "acquire", "--help"), StringComparison.Ordinal);
        Assert.Contains(
            "paged:NAME",
            Show([("PAGER", "false"), ("GIT_PAGER", Marking)], "help", "acquire"),
            StringComparison.Ordinal);
    }

    [TerminalFact]
    public void Help_that_fits_is_printed() =>
        Assert.StartsWith(
            "Description:", Show([("PAGER", Marking)], "completion", "--help"), StringComparison.Ordinal);

    [TerminalFact]
    public void Without_a_pager_that_starts_help_is_printed()
    {
        var whole = _pool.Program.Run(_pool.Home, "help", "reap").Output.Split('\n')[^1];
        foreach (var pager in new[] { "", "cat", "/nowhere/pager", "gitproc-no-such-pager -x" })
        {
            var text = Show([("PAGER", pager)], "help", "reap");
            Assert.Contains("NAME\r\n    gitproc reap", text, StringComparison.Ordinal);
            Assert.EndsWith(whole, text.TrimEnd(), StringComparison.Ordinal);
        }
    }

    [TerminalFact]
    public void A_pager_that_is_left_early_is_no_error() =>
        Assert.Equal("", Show([("PAGER", "true")], "help"));

    [TerminalFact]
    public void Less_shows_a_page_and_keeps_the_terminal_after_a_control_c()
    {
        Assert.SkipWhen(ProgramPath.Find("less") is null, "less is not installed.");
        var result = PseudoTerminal.Run(
            _pool,
            [
                PseudoTerminal.WaitFor("SYNOPSIS"),
                // SIGINT. Typed, it would also discard what is typed next.
                PseudoTerminal.Signal(2),
                PseudoTerminal.Send("G"),
                PseudoTerminal.WaitFor("SEE ALSO"),
                PseudoTerminal.Send("q"),
            ],
            [],
            "help",
            "acquire");

        Assert.Equal((0, true), (result.ExitCode, result.IsRestored));
    }

    [Fact]
    public void Help_in_a_pipe_is_not_paged() =>
        Assert.StartsWith(
            "NAME\n",
            GitprocProgram.Finish(_pool.Program.Start(_pool.Home, [("PAGER", Marking)], "help", "acquire")).Output,
            StringComparison.Ordinal);

    [TerminalFact]
    public void Help_that_explains_an_error_is_not_paged()
    {
        var result = PseudoTerminal.Run(_pool, [], [("PAGER", Marking)]);
        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain("paged:", result.Output, StringComparison.Ordinal);
    }

    private string Show((string Name, string Value)[] environment, params string[] command)
    {
        var result = PseudoTerminal.Run(_pool, [], environment, command);
        Assert.Equal(0, result.ExitCode);
        return PseudoTerminal.WithoutSequences(result.Output);
    }
}
