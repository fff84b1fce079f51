using System.Diagnostics;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>
/// A shell script that runs until the object is disposed, which kills it and all that it has started.
/// </summary>
public sealed class TestProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>
    /// Starts the script and waits until it has written a line, so that everything before that line has happened.
    /// </summary>
    public TestProcess(string directory, string script)
        : this(directory, "sh", "-c", script) =>
        FirstLine =
            _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"'{script}' wrote nothing.");

    private TestProcess(string directory, string program, params string[] arguments)
    {
        _process = Process.Start(
            new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true }
        )!;
        Entry = ProcessTable.Find(_process.Id)!;
    }

    public string FirstLine { get; } = "";

    public int Id => _process.Id;

    internal ProcessEntry Entry { get; private set; }

    internal bool IsAlive => ProcessTable.IsAlive(Entry.Identity);

    /// <summary>Starts a process that does nothing, and that no shell has started.</summary>
    public static TestProcess Sleep(string directory)
    {
        var process = new TestProcess(directory, "sleep", "600");
        // A process that Linux has just started has the name of its parent for a moment.
        Eventually.True(() => ProcessTable.Find(process.Id)?.Name == "sleep");
        process.Entry = ProcessTable.Find(process.Id)!;
        return process;
    }

    /// <summary>
    /// Copies a program to start it under another name. Another process makes the copy: while this process has a file
    /// open for writing, each program that a test starts at that moment inherits it, and the file cannot be run.
    /// </summary>
    public static void CopyProgram(string program, string copy)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Copy(program, copy);
            return;
        }

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
