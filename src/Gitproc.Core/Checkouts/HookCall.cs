using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Gitproc.Git.Running;
using Gitproc.Processes;
using Gitproc.Text;

namespace Gitproc.Checkouts;

/// <summary>
/// One run of a hook. <c>sh</c> runs it in the folder of the checkout, as it runs git's own hooks and aliases.
/// </summary>
internal sealed record HookCall
{
    // A hook may start a server that keeps the pipe open. What comes later than this is not shown.
    private static readonly TimeSpan AfterExit = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan ShellTimeout = TimeSpan.FromSeconds(10);
    private static readonly string[] ShellFolders = ["bin", "usr/bin"];

    /// <summary>The name of the setting without <c>gitproc.</c>, or of git's hook.</summary>
    public required string Name { get; init; }

    /// <summary>What the user knows it by.</summary>
    public required string Command { get; init; }

    /// <summary>What follows <c>sh -c</c>; null for the command.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>The absolute path of the checkout.</summary>
    public required string Checkout { get; init; }

    /// <summary>What it gets on its standard input.</summary>
    public required string Told { get; init; }

    /// <summary>Variables that it gets besides those of this process.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    /// <summary>Its name and command, for a sentence.</summary>
    public string Shown => $"{Name} ({Redaction.Redact(Command)})";

    /// <summary>Runs it, and ends it with all that it has started if it takes too long.</summary>
    /// <param name="timeout">How long it may run; may be infinite.</param>
    /// <param name="print">Receives each line of its output, without passwords in URLs.</param>
    /// <returns>What went wrong, as the rest of a sentence; null if it ended well.</returns>
    public string? Run(TimeSpan timeout, Action<string> print, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            if (FindShell() is not { } sh)
                return "cannot run: sh is not on the PATH.";
            process = Start(sh);
        }
        catch (Win32Exception e)
        {
            return $"cannot run: {e.Message}";
        }

        using (process)
        {
            var lines = new BlockingCollection<string>();
            var open = 2;
            StartThread(() => Read(process.StandardOutput));
            StartThread(() => Read(process.StandardError));
            StartThread(() => Tell(process.StandardInput));
            try
            {
                Follow(process, lines, timeout, print, cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                if (e is OperationCanceledException)
                    throw;
                var seconds = timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
                return $"ran for more than {seconds} s and was ended. "
                    + "To give it more time: git config --global gitproc.hookTimeout 30m.";
            }

            return process.ExitCode == 0 ? null : $"failed with exit code {process.ExitCode}.";

            void Read(StreamReader reader)
            {
                try
                {
                    while (reader.ReadLine() is { } line)
                        lines.Add(line, CancellationToken.None);
                }
                catch (IOException)
                {
                    // The pipe is broken. What came before counts.
                }

                if (Interlocked.Decrement(ref open) == 0)
                    lines.CompleteAdding();
            }
        }
    }

    // Reading a pipe blocks. A thread pool has as few threads as the machine has cores, and is slow to add one.
    private static void StartThread(Action work) => new Thread(() => work()) { IsBackground = true }.Start();

    private static void Follow(
        Process process,
        BlockingCollection<string> lines,
        TimeSpan timeout,
        Action<string> print,
        CancellationToken cancellationToken)
    {
        var time = Stopwatch.StartNew();
        TimeSpan? exitedAt = null;
        while (!lines.IsCompleted && !(time.Elapsed - exitedAt > AfterExit))
        {
            if (lines.TryTake(out var line, AfterExit / 2))
                print(Redaction.Redact(line));
            if (process.HasExited)
                exitedAt ??= time.Elapsed;
            MustGoOn();
        }

        while (!process.WaitForExit(AfterExit / 2))
            MustGoOn();

        void MustGoOn()
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (timeout > TimeSpan.Zero && time.Elapsed > timeout && !process.HasExited)
                throw new TimeoutException();
        }
    }

    private Process Start(string sh)
    {
        var start = new ProcessStartInfo(sh, ["-c", .. Arguments ?? [Command]])
        {
            WorkingDirectory = Checkout,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            StandardInputEncoding = new UTF8Encoding(false),
            CreateNoWindow = SharedConsole.IsMissing,
        };
        GitEnvironment.Scrub(start.Environment);
        GitEnvironment.AskNobodyInCi(start.Environment);
        foreach (var (variable, value) in Variables)
            start.Environment[variable] = value;
        return Process.Start(start)!;
    }

    // Git for Windows has its sh in bin, MinGit in usr/bin, and only the folder of git.exe is on the PATH. git is asked
    // where it is installed, because that git.exe may be one that starts another (Scoop), and what lies beside it may
    // be anybody's.
    private static string? FindShell()
    {
        if (!OperatingSystem.IsWindows() || ProgramPath.Find("git") is not { } git)
            return ProgramPath.Find("sh");
        var asked = ProgramAnswer.Ask(
            git, ["--exec-path"], Path.GetDirectoryName(git)!, [], ShellTimeout, CancellationToken.None);
        // DIR/mingw64/libexec/git-core.
        return asked.Output?.Trim() is not { } path || !Path.IsPathFullyQualified(path)
            ? ProgramPath.Find("sh")
            : ShellFolders
                .Select(folder => Path.GetFullPath($"{path}/../../../{folder}/sh.exe"))
                .FirstOrDefault(File.Exists) ?? ProgramPath.Find("sh");
    }

    // A hook need not read it.
    private void Tell(StreamWriter input)
    {
        try
        {
            using (input)
                input.Write(Told);
        }
        catch (IOException)
        {
            // It has closed its input.
        }
    }
}
