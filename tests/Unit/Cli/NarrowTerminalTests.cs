using Gitproc.Terminal;
using Gitproc.Unit.Support;
using static Gitproc.Unit.Support.PseudoTerminal;

namespace Gitproc.Unit.Cli;

/// <summary>The lists of the program in terminals of several widths.</summary>
public sealed class NarrowTerminalTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly string _source;

    public NarrowTerminalTests() => _source = TestGit.MakeRepository(
        _pool["日本語の名前がとても長いリポジトリ-with-a-name-that-is-longer-than-any-column-of-a-terminal"]);

    public void Dispose() => _pool.Dispose();

    [TerminalFact]
    public void Lists_are_never_wider_than_the_terminal()
    {
        var request = _pool.Request() with
        {
            Repository = _source,
            NewBranch = "feature/ein-Zweig-mit-長い名前-that-does-not-end",
            Terms = new() { Owner = PoolFixture.Self, Label = "nightly build of a label that is long" },
        };
        var held = _pool.Acquire(request);
        File.WriteAllText(Path.Combine(held.Path, "new"), "work");
        Answer("release", held.Name, "--force");
        _pool.Acquire(request);
        Answer("link", Path.Combine(_pool.Home, "ein-Ordner-mit-長い名前-that-does-not-end"), "--base", _source);
        string[][] commands =
        [
            ["list"], ["list", "--status"], ["repos"], ["rescue", "list"], ["history"],
            ["link", "list", "--base", _source],
        ];
        foreach (var command in commands)
        {
            foreach (var (rows, columns) in new[] { (24, 80), (24, 60), (40, 120), (24, 30) })
            {
                var lines = Shown(rows, columns, command);
                Assert.True(lines.Length >= 1, string.Join(' ', command));
                Assert.All(
                    lines,
                    line => Assert.True(CellText.Width(line) <= columns, $"{command[0]} at {columns}: {line}"));
                if (columns == 60)
                    Assert.Contains(lines, line => line.Contains('…', StringComparison.Ordinal));
            }

            Assert.DoesNotContain('…', Answer(command));
        }

        Assert.Equal(["NAME", "STATE", "REPOSITORY", "BRANCH", "OWNER"], Titles(80, "list"));
        Assert.Equal(["NAME", "STATE", "REPOSITORY", "OWNER"], Titles(56, "list"));
        Assert.Equal(["NAME", "STATE", "REPOSITORY", "BRANCH", "OWNER", "SINCE"], Titles(120, "list"));
        Assert.Contains(": ni", string.Join('\n', Shown(24, 80, ["list"])), StringComparison.Ordinal);
    }

    private string[] Titles(int columns, params string[] command) =>
        Shown(24, columns, command)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string[] Shown(int rows, int columns, string[] command)
    {
        var result = RunCommand(
            _pool,
            [],
            [],
            ["sh", "-c", $"stty rows {rows} cols {columns}; exec \"$0\" \"$@\"", GitprocProgram.File, .. command]);
        Assert.Equal(0, result.ExitCode);
        return
        [
            .. WithoutSequences(result.Output).Split('\n')
                .Select(line => line.TrimEnd('\r'))
                .Where(line => line.Length > 0),
        ];
    }

    private string Answer(params string[] arguments) => _pool.Program.Run(_pool.Home, arguments).Output;
}
