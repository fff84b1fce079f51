using System.Diagnostics;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture;

/// <summary>A process of this program. It ends when its input does, so none outlives the run.</summary>
internal sealed class Child : IDisposable
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "Gitproc.Torture" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    private readonly Process _process;

    /// <summary>Starts one.</summary>
    /// <param name="ground">Where it works.</param>
    /// <param name="onLine">Told of each line that it writes, on any thread.</param>
    /// <param name="arguments">Its command line: the mode, the folder, and more.</param>
    public Child(Ground ground, Action<Child, string> onLine, params string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, arguments)
            {
                WorkingDirectory = ground.Home,
                // Who is killed would leave its pipes for debuggers behind, in the folder for temporary files.
                Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
                onLine(this, text);
        };
        _process.Start();
        _process.BeginOutputReadLine();
    }

    /// <summary>What it has said last that it is about; complete when it was killed.</summary>
    public Operation Doing { get; set; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it answered when it ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The time of a processor that it has taken.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Writes it a line.</summary>
    /// <param name="line">The line.</param>
    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Asks it to end.</summary>
    public void Finish() => _process.StandardInput.Close();

    /// <summary>Waits until it has ended and all that it wrote was told.</summary>
    /// <param name="longest">How long.</param>
    /// <returns>Whether it has.</returns>
    public bool WaitForEnd(TimeSpan longest)
    {
        if (!_process.WaitForExit(longest))
            return false;
        _process.WaitForExit();
        return true;
    }

    /// <summary>Kills it (SIGKILL), but not what it has started, and waits until it is gone.</summary>
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
