using System.Diagnostics;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>A shell script that runs until the test is over, with all that it starts.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it; returns when the script has written a line, so that what came before has happened.</summary>
    public TestProcess(string directory, string script)
    {
        _process = Process.Start(
            new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = directory, RedirectStandardOutput = true }
        )!;
        FirstLine =
            _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"'{script}' wrote nothing.");
        Entry = ProcessTable.Find(_process.Id)!;
    }

    public string FirstLine { get; }

    public int Id => _process.Id;

    internal ProcessEntry Entry { get; private set; }

    internal bool IsAlive => ProcessTable.IsAlive(Entry.Identity);

    public static TestProcess Sleep(string directory)
    {
        var process = new TestProcess(directory, "echo; exec sleep 600");
        // It is a shell still when it has written its line.
        Eventually.True(() => ProcessTable.Find(process.Id)?.Name == "sleep");
        process.Entry = ProcessTable.Find(process.Id)!;
        return process;
    }

    /// <summary>
    /// Copies a program, to be started under another name. By another process: while a file is open to be written in
    /// this one, whatever a test starts at that moment has it open too, and nobody can start it.
    /// </summary>
    public static void CopyProgram(string program, string copy)
    {
        using var process = Process.Start("cp", [program, copy]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
