using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gitproc.Unit.Support;

/// <summary>
/// Runs the real <c>gitproc</c> program in a terminal of 24 lines and 80 columns, by tests/Support/pseudo-terminal.py.
/// </summary>
public static partial class PseudoTerminal
{
    public sealed record Result(string Output, int ExitCode, bool IsRestored, double Seconds);

    public static object[] WaitFor(string text) => ["wait", text];

    public static object[] Send(string text) => ["send", text];

    public static object[] Resize(int rows, int columns) => ["size", rows, columns];

    public static object[] Signal(int number) => ["signal", number];

    /// <summary>Runs the program outside the terminal.</summary>
    public static object[] Meanwhile(params string[] arguments) => ["run", GitprocProgram.File, .. arguments];

    public static object[] Pause(double seconds) => ["pause", seconds];

    public static Result Run(
        PoolFixture pool, object[][] steps, (string Name, string Value)[] environment, params string[] arguments
    ) => RunCommand(pool, steps, environment, [GitprocProgram.File, .. arguments]);

    /// <summary>Runs any program in the terminal.</summary>
    public static Result RunCommand(
        PoolFixture pool, object[][] steps, (string Name, string Value)[] environment, params string[] command)
    {
        var start = new ProcessStartInfo(
            "python3",
            [Path.Combine(AppContext.BaseDirectory, "pseudo-terminal.py"), JsonSerializer.Serialize(steps), .. command])
        {
            WorkingDirectory = pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, pool.Pool.Path, pool.Home);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        var root = json.RootElement;
        var output = root.GetProperty("output").GetString()!;
        Assert.True(
            root.GetProperty("problem").GetString() is not { } problem, $"{root.GetProperty("problem")}: {output}");
        return new Result(
            output,
            root.GetProperty("exitCode").GetInt32(),
            root.GetProperty("restored").GetBoolean(),
            root.GetProperty("cpu").GetDouble());
    }

    /// <summary>The output without escape sequences, so it has the overwritten text of each line too.</summary>
    public static string WithoutSequences(string output) => Sequence().Replace(output, "");

    [GeneratedRegex(@"\e(\[[?\d;]*[A-Za-z]|[=>])")]
    private static partial Regex Sequence();
}
