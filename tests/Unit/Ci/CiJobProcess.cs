using System.Diagnostics;
using System.Globalization;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Ci;

/// <summary>
/// A process of the name that a CI's own has for a job: a shell under that name, which runs each step in a shell of its
/// own and lives until it is told to end, or is killed.
/// </summary>
public sealed class CiJobProcess : IDisposable
{
    private readonly PoolFixture _pool;
    private readonly Process _process;
    private int _steps;

    public CiJobProcess(PoolFixture pool, string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoCopies);
        _pool = pool;
        var program = pool[name];
        if (!File.Exists(program))
            TestProcess.CopyProgram("/bin/bash", program);
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = pool.Home,
        };
        GitprocProgram.Isolate(start, pool.Pool.Path, pool.Home);
        start.Environment["PATH"] =
            $"{GitprocProgram.Folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        _process = Process.Start(start)!;
    }

    /// <summary>What later steps have in their environment.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public sealed record Result(int ExitCode, string Output);

    /// <summary>Runs a step's script, as the CIs run bash: it stops at the first error.</summary>
    /// <param name="script">The script.</param>
    /// <param name="environment">What this step has in its environment beside what all have.</param>
    public Result Step(string script, params (string Name, string Value)[] environment)
    {
        var file = _pool[$"step-{++_steps}"];
        var variables = Variables.Select(pair => (pair.Key, pair.Value)).Concat(environment);
        File.WriteAllText(
            file, string.Concat(variables.Select(pair => $"export {pair.Item1}={Quote(pair.Item2)}\n")) + script);
        _process.StandardInput.Write(
            $"bash --noprofile --norc -eo pipefail {Quote(file)} >{Quote(file + ".out")} 2>&1; echo $?\n");
        _process.StandardInput.Flush();
        var exitCode = int.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return new Result(exitCode, File.ReadAllText(file + ".out"));
    }

    /// <summary>Ends as when the CI's machine kills it: nothing else runs.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
