using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Git.Running;

/// <summary>
/// Runs the user's own git, so that credentials, ssh, LFS, includes and hooks work as usual. No other type starts git.
/// </summary>
/// <remarks>
/// <para>
/// Every argument is passed in a list, never through a shell. The environment is the caller's, without the
/// variables that bind git to the caller's repository (<see cref="GitEnvironment"/>). Config of a single call is passed
/// in the environment, because a process list shows arguments.
/// </para>
/// <para>
/// While git runs, the calling thread reads its standard error and reports progress. Other threads write its input and
/// read its output. A git that transfers nothing for <see cref="SilenceTimeout"/> is ended, and so is git if the caller
/// cancels: first with a signal, so that it removes its lock files, then with a kill (<see cref="RunningGit"/>).
/// </para>
/// <para>
/// If a call with a <see cref="GitCall.Base"/> fails, damage of that repository may be the cause. The runner asks for
/// it to be healed, and then runs the call once more.
/// </para>
/// <para>Thread-safe if the receiver of reports is.</para>
/// </remarks>
/// <param name="reports">Receives each command and git's progress, on the calling thread; may be null.</param>
/// <param name="heal">
/// Called once after a call with a <see cref="GitCall.Base"/> failed, with git's error and the start time in UTC.
/// Returns true if damage was healed and the call is to be run again. An exception that it throws replaces git's
/// failure. May be null.
/// </param>
internal sealed class GitRunner(
    IProgress<PoolReport>? reports, Func<GitCall, string, DateTime, CancellationToken, bool>? heal = null)
{
    // The error codes for a missing or invalid program: ENOENT, EACCES and ENOEXEC (errno(3)); on Windows
    // ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED and ERROR_BAD_EXE_FORMAT.
    private static readonly int[] NoProgram = OperatingSystem.IsWindows() ? [2, 5, 193] : [2, 13, 8];

    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \t\"'$\\`*?#&;|<>()");

    /// <summary>The receiver of reports; may be null.</summary>
    public IProgress<PoolReport>? Reports => reports;

    /// <summary>The default of <see cref="SilenceTimeout"/>.</summary>
    public static readonly TimeSpan DefaultSilenceTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The maximum time in which git neither writes output nor reads input, unless the call sets its own. May be
    /// infinite.
    /// </summary>
    public TimeSpan SilenceTimeout { get; set; } = DefaultSilenceTimeout;

    /// <summary>
    /// True if the addresses that git is given come from a commit and not from the user, so that its stricter rules
    /// apply (git(1), <c>GIT_PROTOCOL_FROM_USER</c>).
    /// </summary>
    public bool AreAddressesForeign { get; init; }

    /// <summary>Runs a command and waits for it.</summary>
    /// <exception cref="GitprocException">git cannot be started, hangs or fails.</exception>
    public GitResult Run(GitCall call, CancellationToken cancellationToken) => Healed(
        call,
        () =>
        {
            using var running = Begin(call, cancellationToken);
            return Finish(running, cancellationToken);
        },
        result => result.Error,
        cancellationToken);

    /// <summary>Runs two commands at the same time and waits for both.</summary>
    /// <param name="use">
    /// Called with the result of the shorter command, while the longer one may still run. Called again if both are run
    /// again.
    /// </param>
    public (GitResult Longer, T Shorter) RunBoth<T>(
        GitCall longer, GitCall shorter, Func<GitResult, T> use, CancellationToken cancellationToken) =>
        Healed(
            longer,
            () =>
            {
                using var one = Begin(longer, cancellationToken);
                using var other = Begin(shorter, cancellationToken);
                var made = use(Finish(other, cancellationToken));
                return (Finish(one, cancellationToken), made);
            },
            result => result.Item1.Error,
            cancellationToken);

    // git checkout exits with 0 even if it could not read the content of a file. Only its error output says so.
    private T Healed<T>(GitCall call, Func<T> run, Func<T, string> errorOf, CancellationToken cancellationToken)
    {
        var began = DateTime.UtcNow;
        try
        {
            var result = run();
            if (heal is null
                || call.Base is null
                || call.MayFail
                || !errorOf(result).Contains("error: ", StringComparison.Ordinal)
                || !heal(call, errorOf(result), began, cancellationToken))
                return result;
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed && heal is not null && call.Base is not null)
        {
            if (!heal(call, e.Message, began, cancellationToken))
                throw;
        }

        return run();
    }

    private RunningGit Begin(GitCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        reports?.Report(new PoolReport(ReportKind.Command, Describe(call)));
        return new RunningGit(call, Start(call), call.SilenceTimeout ?? SilenceTimeout, cancellationToken);
    }

    private GitResult Finish(RunningGit running, CancellationToken cancellationToken)
    {
        // A receiver of reports may throw to end the operation. Then disposing "running" ends the process.
        var error = ReadError(running);
        var result = running.Finish(Redaction.Redact(error), cancellationToken);
        if (running.IsHanging)
            throw Hanging(running);
        if (result.ExitCode != 0 && !running.Call.MayFail)
            throw Failure(running.Call, result);
        return result;
    }

    private Process Start(GitCall call)
    {
        var start = new ProcessStartInfo(ProgramPath.Find("git") ?? throw NoGit("It is not on the PATH.", null))
        {
            WorkingDirectory = call.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            CreateNoWindow = SharedConsole.IsMissing,
        };
        foreach (var argument in call.Arguments)
            start.ArgumentList.Add(argument);
        if (!call.KeepRepositoryVariables)
            GitEnvironment.Scrub(start.Environment);
        GitEnvironment.AskNobodyInCi(start.Environment);
        var config = OperatingSystem.IsWindows() ? [GitCall.LongPaths, .. call.Config] : call.Config;
        if (config.Count > 0)
            GitEnvironment.AddConfig(start.Environment, config);
        if (AreAddressesForeign)
            start.Environment["GIT_PROTOCOL_FROM_USER"] = "0";
        foreach (var (name, value) in call.Environment)
            start.Environment[name] = value;

        try
        {
            var process = Process.Start(start)!;
            if (OperatingSystem.IsWindows())
                WindowsJob.Add(process);
            return process;
        }
        catch (Win32Exception e) when (!Directory.Exists(call.WorkingDirectory))
        {
            throw new GitprocException(
                ErrorReason.GitFailed, $"The folder {call.WorkingDirectory} does not exist.", call.WorkingDirectory, e);
        }
        catch (Win32Exception e) when (NoProgram.Contains(e.NativeErrorCode))
        {
            throw NoGit(e.Message, e);
        }
        catch (Win32Exception e)
        {
            throw new GitprocException(ErrorReason.GitFailed, $"git cannot be started: {e.Message}.", call.Subject, e);
        }
    }

    private static GitprocException NoGit(string why, Exception? inner) =>
        new(ErrorReason.GitNotFound, $"git cannot be started: {why} Install git and put it on the PATH.", "git", inner);

    private string ReadError(RunningGit running)
    {
        var reader = running.Error;
        var kept = new StringBuilder();
        var line = new StringBuilder();
        // git ends a progress line with a carriage return, so that the next line overwrites it.
        for (var next = reader.Read(); next >= 0; next = reader.Read())
        {
            if (next is '\r' or '\n')
                EndLine((char)next);
            else
                line.Append((char)next);
        }

        EndLine('\n');
        return kept.ToString().TrimEnd();

        void EndLine(char end)
        {
            var text = line.ToString();
            line.Clear();
            running.Heard();
            if (GitProgressLine.Read(text) is { } progress)
                reports?.Report(progress);
            else if (end == '\n' && text.Length > 0)
                kept.AppendLine(text.TrimEnd());
        }
    }

    private static string Describe(GitCall call) =>
        $"git {string.Join(' ', call.Arguments.Select(argument => Redaction.Redact(Quote(argument))))}  (in {call.WorkingDirectory})";

    private static string Quote(string argument) =>
        argument.Length > 0 && !argument.AsSpan().ContainsAny(NeedsQuotes)
            ? argument
            : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static GitprocException Hanging(RunningGit running) => new(
        ErrorReason.GitFailed,
        $"{Name(running.Call)} said nothing for {running.SilenceTimeout.TotalSeconds:0.#} s and was ended. "
        + "To give it more time: git config --global gitproc.gitTimeout 30m",
        running.Call.Subject,
        new TimeoutException());

    private static GitprocException Failure(GitCall call, GitResult result)
    {
        var said = result.Error.Length > 0 ? result.Error : "it said nothing";
        return new GitprocException(
            ErrorReason.GitFailed, $"{Name(call)} failed with exit code {result.ExitCode}: {said}", call.Subject);
    }

    private static string Name(GitCall call) =>
        call.Subject is null ? $"git {Subcommand(call)}" : $"git {Subcommand(call)} of {call.Subject}";

    // Skips the options of git itself (git(1)). Each option that is used here has a separate value.
    private static string Subcommand(GitCall call)
    {
        var at = 0;
        while (call.Arguments[at] is "-c" or "--git-dir")
            at += 2;
        return call.Arguments[at];
    }
}
