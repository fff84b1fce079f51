using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Gitproc.Flows;

/// <summary>A folder of a flow's own, with a home, a pool and a repository.</summary>
internal sealed class Ground : IDisposable
{
    private const int PatienceSeconds = 60;

    private readonly string _gitproc;
    private readonly List<Process> _started = [];

    public Ground(string gitproc)
    {
        _gitproc = gitproc;
        Folder = Directory.CreateTempSubdirectory("gitproc-flows-").FullName;
        Pool = Path.Combine(Folder, "pool");
        Home = Directory.CreateDirectory(Path.Combine(Folder, "home")).FullName;
        Source = Directory.CreateDirectory(Path.Combine(Folder, "source")).FullName;
        Git(Home, "config", "--global", "user.name", "Flow");
        Git(Home, "config", "--global", "user.email", "flow@example.com");
        Git(Source, "init", "--quiet", "--initial-branch=main");
        Commit("a.txt", "one\n");
        Commit(".gitignore", "bin/\n");
    }

    public string Folder { get; }

    public string Home { get; }

    public string Pool { get; set; }

    /// <summary>Variables for gitproc and git.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The repository.</summary>
    public string Source { get; }

    /// <summary>Commits a file in the repository.</summary>
    public void Commit(string file, string content)
    {
        var path = Path.Combine(Source, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        Git(Source, "-c", "core.longpaths=true", "add", "--all");
        Git(Source, "commit", "--quiet", "--message", file.Length > 50 ? "long" : file);
    }

    /// <summary>Runs git. It must succeed.</summary>
    /// <returns>Its output.</returns>
    public string Git(string folder, params string[] arguments) => Finish(Start("git", folder, arguments)).Must(0).Output;

    /// <summary>Runs gitproc in the home.</summary>
    public Result Run(params string[] arguments) => RunIn(Home, arguments);

    public Result RunIn(string folder, params string[] arguments) => Finish(Start(_gitproc, folder, arguments));

    /// <summary>Acquires a checkout of the repository.</summary>
    /// <returns>Its path.</returns>
    public string Acquire(params string[] options) => Run(["acquire", Source, "--hold", .. options]).Must(0).Output;

    public void Release(string path) => Run("release", path).Must(0);

    /// <summary>What a list shows, by names.</summary>
    public Dictionary<string, JsonElement> List(params string[] list)
    {
        var output = Run([.. list, "--json"]).Must(0).Output;
        return JsonDocument.Parse(output).RootElement.EnumerateArray()
            .ToDictionary(one => (one.TryGetProperty("name", out var name) ? name : one.GetProperty("id")).ToString());
    }

    /// <summary>Starts gitproc, and does not wait for it.</summary>
    public Process Begin(params string[] arguments) => Start(_gitproc, Home, arguments);

    /// <summary>Runs gitproc by another program.</summary>
    /// <param name="program">The program, and what precedes gitproc and its arguments.</param>
    public Result RunBy(string[] program, params string[] arguments) =>
        Finish(Start(program[0], Home, [.. program[1..], _gitproc, .. arguments]));

    /// <summary>Runs gitproc in a process group of its own on Windows.</summary>
    public Process BeginGroup(params string[] arguments) =>
        Start(_gitproc, Home, arguments, keepsInput: true, isGroup: true);

    /// <summary>Starts a process that does nothing until it is killed.</summary>
    public Process Idle() => Start("git", Source, ["cat-file", "--batch"], keepsInput: true);

    /// <summary>Waits for a process.</summary>
    public static Result Finish(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(PatienceSeconds)))
        {
            process.Kill(entireProcessTree: true);
            throw new FlowException($"{process.StartInfo.FileName} did not end within {PatienceSeconds} s.");
        }

        var command = $"{Path.GetFileName(process.StartInfo.FileName)} {string.Join(' ', process.StartInfo.ArgumentList)}";
        return new Result(command, process.ExitCode, output.Result.TrimEnd('\r', '\n'), error.Result);
    }

    /// <summary>Removes everything. Somebody who has still something open in it is found so on Windows.</summary>
    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        }))
        {
            file.IsReadOnly = false;
        }

        Directory.Delete(Folder, recursive: true);
    }

    private Process Start(
        string program, string folder, string[] arguments, bool keepsInput = false, bool isGroup = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            StandardErrorEncoding = System.Text.Encoding.UTF8,
            CreateNoWindow = !isGroup,
        };
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = isGroup;
        foreach (var name in start.Environment.Keys.Where(name =>
            name.StartsWith("GITPROC_", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("GIT_", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = Home;
        start.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(Home, ".gitconfig");
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GITPROC_POOL"] = Pool;
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        try
        {
            var process = Process.Start(start)!;
            if (!keepsInput)
                process.StandardInput.Close();
            lock (_started)
                _started.Add(process);
            return process;
        }
        catch (Win32Exception e)
        {
            throw new FlowException($"{program} cannot be started: {e.Message}");
        }
    }
}

/// <summary>How a command ended.</summary>
internal sealed record Result(string Command, int ExitCode, string Output, string Error)
{
    public Result Must(int exitCode) => ExitCode == exitCode
        ? this
        : throw new FlowException($"{Command} exited with {ExitCode} and not with {exitCode}: {Error}{Output}");
}

/// <summary>What a flow has found to be wrong.</summary>
internal sealed class FlowException(string message) : Exception(message);
