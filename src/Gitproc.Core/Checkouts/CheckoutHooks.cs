using System.Buffers;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Checkouts;

/// <summary>Runs the user's hooks in a checkout.</summary>
/// <remarks>
/// <para>
/// A hook runs in the folder of the checkout, at the path that the caller gets, with what it may want to know in
/// variables and as JSON on its standard input. <c>sh</c> runs it, as it runs git's own hooks and aliases. Its output
/// is reported line by line.
/// </para>
/// <para>
/// If a hook of <see cref="HookMoment.Create"/> fails, the checkout is not made; the next acquire makes it again. If
/// one of <see cref="HookMoment.Acquire"/> fails, the acquire fails and the checkout is given back. A release and a
/// removal go on, with a warning, or a checkout could never be given back. <c>post-checkout</c> of git runs before the
/// hooks of an acquire; its failure is a warning, because git does not undo a checkout for it either (githooks(5)).
/// </para>
/// </remarks>
/// <param name="settings">Which hooks there are.</param>
/// <param name="reports">Receives the output; null to report nothing.</param>
internal sealed class CheckoutHooks(PoolFolder folder, HookSettings settings, IProgress<PoolReport>? reports)
{
    // git-checkout(1): the first argument of post-checkout for a work tree that had no commit before.
    private const string NoCommit = "0000000000000000000000000000000000000000";

    // A hook may start a server that keeps the pipe open. What comes later than this is not shown.
    private static readonly TimeSpan AfterExit = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs the hooks of a checkout that was just made.</summary>
    public void Created(CheckoutRow row, Head head, CancellationToken cancellationToken)
    {
        foreach (var hook in settings.Of(HookMoment.Create, row.RepositoryKey))
            Require("is not made", () => Run(hook, row, head, "new", cancellationToken));
    }

    /// <summary>Runs the hooks of a checkout that is ready for its holder.</summary>
    /// <param name="isNew">True if it was just made.</param>
    public void Acquired(CheckoutRow row, RepositoryRow repository, bool isNew, CancellationToken cancellationToken)
    {
        var head = new Head(row.Branch, row.Commit);
        var reason = isNew ? "new" : "reused";
        if (settings.AreOn && PostCheckout(folder.Base(repository.Base)) is { } postCheckout)
        {
            string[] arguments = ["\"$0\" \"$@\"", postCheckout, NoCommit, row.Commit ?? NoCommit, "1"];
            Try(() => Run(
                new HookCall("post-checkout", postCheckout, arguments, row, head, reason), cancellationToken));
        }

        foreach (var hook in settings.Of(HookMoment.Acquire, row.RepositoryKey))
            Require("is given back", () => Run(hook, row, head, reason, cancellationToken));
    }

    /// <summary>Runs the hooks of a checkout that is about to be released or removed.</summary>
    /// <returns>True if one ran.</returns>
    public bool Leaving(HookMoment moment, CheckoutRow row, CancellationToken cancellationToken)
    {
        var hooks = settings.Of(moment, row.RepositoryKey).ToList();
        if (hooks.Count == 0 || !Directory.Exists(folder.Checkout(row.Name)))
            return false;
        var head = folder.Place(row).ReadHead() ?? new Head(row.Branch, row.Commit);
        foreach (var hook in hooks)
            Try(() => Run(hook, row, head, moment == HookMoment.Release ? "release" : "remove", cancellationToken));
        return true;
    }

    // Of the user's own folder of hooks, else of the template from which git makes a repository (git-init(1)). Never of
    // the checkout, which a job may have changed.
    private string? PostCheckout(string basePath)
    {
        var hooks = settings.HasGitHooks
            ? settings.GitHooks
            : Path.Combine(TemplateRepository.Of(basePath), "hooks");
        var file = hooks is null ? null : Path.Combine(hooks, "post-checkout");
        return file is not null && ProgramPath.IsExecutable(file) ? file : null;
    }

    // outcome: what then becomes of the checkout.
    private static void Require(string outcome, Action run)
    {
        try
        {
            run();
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.HookFailed)
        {
            throw new GitprocException(e.Reason, $"{e.Message} The checkout {outcome}.", e.Target, e)
            {
                Hint = new(" To do without hooks: ", Command: null) { Options = [new("NoHooks")] },
            };
        }
    }

    private void Try(Action run)
    {
        try
        {
            run();
        }
        catch (GitprocException e) when (e.Reason is ErrorReason.HookFailed or ErrorReason.InvalidSetting)
        {
            reports?.Report(new PoolReport(ReportKind.Warning, e.Message));
        }
    }

    private void Run(Hook hook, CheckoutRow row, Head head, string reason, CancellationToken cancellationToken) =>
        Run(new HookCall(hook.Name, hook.Command, [hook.Command], row, head, reason), cancellationToken);

    private void Run(HookCall call, CancellationToken cancellationToken)
    {
        using var step = ProgressStep.Begin(reports, $"running {call.Name} in {call.Row.Name}");
        using var process = Start(call);
        var lines = new BlockingCollection<string>();
        _ = Task.WhenAll(Reading(process.StandardOutput, lines), Reading(process.StandardError, lines))
            .ContinueWith(_ => lines.CompleteAdding(), TaskScheduler.Default);
        _ = Task.Run(() => Write(process.StandardInput, call), CancellationToken.None);
        try
        {
            Follow(process, lines, call.Name, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            if (e is OperationCanceledException)
                throw;
            throw Failure(
                call,
                $"ran for more than {settings.Timeout.TotalSeconds:0.#} s and was ended. "
                    + "To give it more time: git config --global gitproc.hookTimeout 30m.");
        }

        if (process.ExitCode != 0)
            throw Failure(call, $"failed with exit code {process.ExitCode}.");
    }

    private void Follow(
        Process process, BlockingCollection<string> lines, string name, CancellationToken cancellationToken)
    {
        var time = Stopwatch.StartNew();
        TimeSpan? exitedAt = null;
        while (!lines.IsCompleted && !(time.Elapsed - exitedAt > AfterExit))
        {
            if (lines.TryTake(out var line, AfterExit / 2))
                reports?.Report(new PoolReport(ReportKind.HookOutput, $"{name}: {Redaction.Redact(line)}"));

            if (process.HasExited)
                exitedAt ??= time.Elapsed;
            MustGoOn();
        }

        while (!process.WaitForExit(AfterExit / 2))
            MustGoOn();

        void MustGoOn()
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (settings.Timeout > TimeSpan.Zero && time.Elapsed > settings.Timeout && !process.HasExited)
                throw new TimeoutException();
        }
    }

    private Process Start(HookCall call)
    {
        var sh = FindShell() ?? throw Failure(call, "cannot run: sh is not on the PATH.");
        var start = new ProcessStartInfo(sh, ["-c", .. call.Arguments])
        {
            WorkingDirectory = folder.Checkout(call.Row.Name),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            StandardInputEncoding = new UTF8Encoding(false),
            CreateNoWindow = true,
        };
        GitEnvironment.Scrub(start.Environment);
        GitEnvironment.AskNobodyInCi(start.Environment);
        foreach (var (variable, value) in new CheckoutVariables(folder, settings.Variables).Of(call.Row, call.Head))
            start.Environment[variable] = value;
        start.Environment["GITPROC_HOOK"] = call.Name;
        start.Environment["GITPROC_REASON"] = call.Reason;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Failure(call, $"cannot run: {e.Message}");
        }
    }

    // Git for Windows has its sh beside the folder of git.exe, which alone is on the PATH.
    private static string? FindShell()
    {
        if (!OperatingSystem.IsWindows() || ProgramPath.Find("git") is not { } git)
            return ProgramPath.Find("sh");
        var beside = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(git)!, "..", "bin", "sh.exe"));
        return File.Exists(beside) ? beside : ProgramPath.Find("sh");
    }

    // A hook need not read it.
    private void Write(StreamWriter input, HookCall call)
    {
        var (row, head) = (call.Row, call.Head);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("hook", call.Name);
            json.WriteString("reason", call.Reason);
            json.WriteString("path", folder.Checkout(row.Name));
            json.WriteString("name", row.Name);
            json.WriteNumber("number", row.Id);
            json.WriteString("repository", row.RepositoryKey);
            json.WriteString("url", row.Url);
            json.WriteString("leaseId", row.Lease?.Id);
            json.WriteString("label", row.Lease?.Label);
            json.WriteString("branch", head.Branch);
            json.WriteString("commit", head.Commit);
            json.WriteEndObject();
        }

        try
        {
            using (input)
                input.BaseStream.Write(buffer.WrittenSpan);
        }
        catch (IOException)
        {
            // It has closed its input.
        }
    }

    private static async Task Reading(StreamReader reader, BlockingCollection<string> lines)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            lines.Add(line);
    }

    private static GitprocException Failure(HookCall call, string what) => new(
        ErrorReason.HookFailed,
        $"{call.Name} in {call.Row.Name} ({Redaction.Redact(call.Command)}) {what}",
        call.Row.Name);

    /// <param name="Command">What the user knows it by.</param>
    /// <param name="Arguments">What follows <c>sh -c</c>.</param>
    private sealed record HookCall(
        string Name, string Command, IReadOnlyList<string> Arguments, CheckoutRow Row, Head Head, string Reason);
}
