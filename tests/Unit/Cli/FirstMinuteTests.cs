using System.Text.RegularExpressions;
using Gitproc.Processes;
using Gitproc.Terminal;
using Gitproc.Unit.Support;
using static Gitproc.Unit.Support.PseudoTerminal;

namespace Gitproc.Unit.Cli;

/// <summary>The first minute with the README, typed in each shell in terminals of two sizes.</summary>
public sealed partial class FirstMinuteTests : IDisposable
{
    private const string Prompt = "go; ";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [TerminalFact]
    public void Bash_at_80_columns() => Session("bash", 24, 80);

    [TerminalFact]
    public void Bash_at_120_columns() => Session("bash", 40, 120);

    [TerminalFact]
    public void Zsh_at_80_columns() => Session("zsh", 24, 80);

    [TerminalFact]
    public void Zsh_at_120_columns() => Session("zsh", 40, 120);

    [TerminalFact]
    public void Fish_at_80_columns() => Session("fish", 24, 80);

    [TerminalFact]
    public void Fish_at_120_columns() => Session("fish", 40, 120);

    private void Session(string shell, int rows, int columns)
    {
        Assert.SkipUnless(ProgramPath.Find(shell) is not null, $"{shell} is not installed.");
        var source = TestGit.MakeRepository(
            _pool["日本語の名前がとても長いリポジトリ-with-a-name-that-is-longer-than-any-column-of-a-terminal"]);
        var isFish = shell == "fish";
        var code = isFish ? "$status" : "$?";
        var acquire = isFish
            ? "set checkout (gitproc acquire $SOURCE); and cd $checkout"
            : "checkout=$(gitproc acquire \"$SOURCE\") && cd \"$checkout\"";

        var result = RunCommand(
            _pool,
            [
                .. Type($"{acquire}; echo \"acquired={code}\"", "acquired=0"),
                // The shell is in the checkout.
                .. Type($"gitproc current; echo \"entered={code}\"", "checkout-1", "entered=0"),
                .. Type($"gitproc list; echo \"listed={code}\"", "NAME", "checkout-1", "Locked", "listed=0"),
                .. Type($"gitproc relase; echo \"wrong={code}\"", "Did you mean", "wrong=2"),
                // Tab completes the name of the only command that begins so.
                .. Type($"gitproc curr\t; echo \"completed={code}\"", "checkout-1", "completed=0"),
                .. Type($"gitproc release; echo \"released={code}\"", "released=0"),
                .. Type($"gitproc list; echo \"listed={code}\"", "NAME", "Free", "listed=0"),
                WaitFor(Prompt), Send("exit 0\n"),
            ],
            [
                ("PATH", GitprocProgram.Folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH")),
                ("SOURCE", source),
                ("ZDOTDIR", _pool.Home),
            ],
            ["sh", "-c", $"stty rows {rows} cols {columns}; exec \"$0\" \"$@\"", shell, .. Start(shell)]);

        Assert.Equal(0, result.ExitCode);
        var shown = WithoutSequences(result.Output);
        Assert.DoesNotMatch(@"   at \w+\.|Unhandled|Exception", shown);
        var table = shown.Split('\n')
            .Select(line => line.TrimEnd('\r').Split('\r')[^1])
            .Where(line => TableLine().IsMatch(line))
            .ToList();
        Assert.Equal(4, table.Count);
        Assert.All(table, line => Assert.True(CellText.Width(line) <= columns, $"{shell} at {columns}: {line}"));
    }

    private static object[][] Type(string line, params string[] answers) =>
        [WaitFor(Prompt), Send(line + "\n"), .. answers.Select(WaitFor)];

    // The shell reads what the documentation says belongs into its file.
    private string[] Start(string shell)
    {
        var file = Path.Combine(_pool.Home, shell == "zsh" ? ".zshrc" : "rc");
        File.WriteAllText(file, shell switch
        {
            "bash" => $"eval \"$(gitproc shell-init bash)\"; PS1='{Prompt}'\n",
            "zsh" => $"autoload -U compinit; compinit -u -D; eval \"$(gitproc shell-init zsh)\"; PS1='{Prompt}'\n",
            _ => $"set -g fish_greeting; function fish_prompt; echo -n '{Prompt}'; end; "
                + "gitproc shell-init fish | source\n",
        });
        return shell switch
        {
            "bash" => ["--noprofile", "--rcfile", file, "-i"],
            "zsh" => ["-d", "-i"],
            _ => ["--no-config", "-i", "-C", $"source '{file}'"],
        };
    }

    [GeneratedRegex(@"^(NAME |checkout-\d+ )")]
    private static partial Regex TableLine();
}
