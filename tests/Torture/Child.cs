using System.Diagnostics;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture;

/// <summary>A child process that runs this program. It ends when its input does, so none outlives the run.</summary>
internal sealed class Child : IDisposable
{
    /// <summary>The program of this run.</summary>
    public static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "Gitproc.Torture" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    private readonly Process _process;

    /// <param name="onLine">Called with each line that the process writes, on any thread.</param>
    /// <param name="arguments">The command line: the mode, the folder, and what the mode needs.</param>
    public Child(Ground ground, Action<Child, string> onLine, params string[] arguments)
        : this(Program, ground, onLine, arguments, [])
    {
    }

    /// <param name="program">Another program.</param>
    /// <param name="variables">Variables of its environment.</param>
    public Child(
        string program,
        Ground ground,
        Action<Child, string> onLine,
        IEnumerable<string> arguments,
        IEnumerable<(string Name, string Value)> variables)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = ground.Home,
                // A killed .NET process would leave its diagnostic pipes in the folder for temporary files.
                Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        foreach (var (name, value) in variables)
            _process.StartInfo.Environment[name] = value;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
                onLine(this, text);
        };
        _process.Start();
        _process.BeginOutputReadLine();
    }

    /// <summary>The operation that the process announced last. Complete only when the process has ended.</summary>
    public Operation Doing { get; set; }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The processor time that the process has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Asks the process to end by closing its input.</summary>
    public void Finish() => _process.StandardInput.Close();

    /// <summary>Waits until the process has ended and every line that it wrote was delivered.</summary>
    /// <returns>False if the process still runs.</returns>
    public bool WaitForEnd(TimeSpan longest)
    {
        if (!_process.WaitForExit(longest))
            return false;
        _process.WaitForExit();
        return true;
    }

    /// <summary>Kills the process (SIGKILL), but not its child processes, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
