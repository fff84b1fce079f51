using System.Diagnostics;
using System.Text;

namespace Gitproc.Unit.Support;

/// <summary>Runs the real <c>gitproc</c> program, with a pool and a home of the test.</summary>
public sealed class GitprocProgram(string pool, string home)
{
    public sealed record Result(int ExitCode, string Output, string Error);

    /// <summary>
    /// The native program if it was published after the tests were built, otherwise the one that was built with them.
    /// </summary>
    public static string File { get; } = Find();

    /// <summary>The folder of <see cref="File"/>, for a PATH.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(File)!;

    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "gitproc.exe" : "gitproc";
        var native = Path.Combine(AppContext.BaseDirectory, "native", name);
        var isNewest =
            System.IO.File.Exists(native)
            && Array.TrueForAll(
                ["gitproc.dll", "Gitproc.Core.dll", "Gitproc.Model.dll"],
                built =>
                    System.IO.File.GetLastWriteTimeUtc(Path.Combine(AppContext.BaseDirectory, built))
                    < System.IO.File.GetLastWriteTimeUtc(native));
        return isNewest ? native : Path.Combine(AppContext.BaseDirectory, name);
    }

    public Process Start(string directory, params string[] arguments) => Start(directory, [], arguments);

    public Process Start(string directory, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(File, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Windows has another default.
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        Isolate(start, pool, home);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public Result Run(string directory, params string[] arguments) => Finish(Start(directory, arguments));

    /// <summary>Waits until a program has ended.</summary>
    /// <returns>What it wrote, with the line ends of Unix.</returns>
    public static Result Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new Result(process.ExitCode, Text(output), Text(error.Result));
        }

        static string Text(string written) => written.Replace(Environment.NewLine, "\n").TrimEnd();
    }

    public static void Isolate(ProcessStartInfo start, string pool, string home)
    {
        foreach (
            var name in start.Environment.Keys.Where(name => name.StartsWith("GIT", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GITPROC_POOL"] = pool;
        start.Environment["HOME"] = home;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(home, ".config");
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["NO_COLOR"] = "1";
    }
}
