using System.Buffers;
using System.Text;
using System.Text.Json;
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
/// variables and as JSON on its standard input. Its output is reported line by line.
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

    /// <summary>
    /// True to leave the hooks that are to run in the background to <see cref="InBackground"/>. Otherwise they run as
    /// the others do.
    /// </summary>
    public bool LeavesBackground { get; init; }

    /// <summary>Runs the hooks of a checkout that was just made.</summary>
    public void Created(CheckoutRow row, Head head, CancellationToken cancellationToken)
    {
        foreach (var hook in Now(HookMoment.Create, row))
            Require("is not made", Call(hook, row, head, "new"), row, cancellationToken);
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
            Try(
                () => Call("post-checkout", postCheckout, row, head, reason) with { Arguments = arguments },
                row,
                cancellationToken);
        }

        foreach (var hook in Now(HookMoment.Acquire, row))
            Require("is given back", Call(hook, row, head, reason), row, cancellationToken);
    }

    /// <summary>Lists the hooks that are to run in the background of an acquired checkout.</summary>
    /// <param name="isNew">True if it was just made.</param>
    public IEnumerable<HookCall> InBackground(CheckoutRow row, bool isNew)
    {
        var head = new Head(row.Branch, row.Commit);
        return (isNew ? (HookMoment[])[HookMoment.Create, HookMoment.Acquire] : [HookMoment.Acquire])
            .SelectMany(moment => settings.Of(moment, row.RepositoryKey))
            .Where(hook => hook.IsInBackground)
            .Select(hook => Call(hook, row, head, isNew ? "new" : "reused"));
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
        {
            if (hook.BackgroundError is { } error)
                Warn(error);
            Try(
                () => Call(hook, row, head, moment == HookMoment.Release ? "release" : "remove"),
                row,
                cancellationToken);
        }

        return true;
    }

    private IEnumerable<Hook> Now(HookMoment moment, CheckoutRow row) =>
        settings.Of(moment, row.RepositoryKey).Where(hook => !(LeavesBackground && hook.IsInBackground));

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
    private void Require(string outcome, HookCall call, CheckoutRow row, CancellationToken cancellationToken)
    {
        if (Run(call, row, cancellationToken) is not { } failure)
            return;
        throw new GitprocException(ErrorReason.HookFailed, $"{failure} The checkout {outcome}.", row.Name)
        {
            Hint = new(" To do without hooks: ", Command: null) { Options = [new("NoHooks")] },
        };
    }

    private void Try(Func<HookCall> call, CheckoutRow row, CancellationToken cancellationToken)
    {
        try
        {
            if (Run(call(), row, cancellationToken) is { } failure)
                Warn(failure);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.InvalidSetting)
        {
            Warn(e.Message);
        }
    }

    private string? Run(HookCall call, CheckoutRow row, CancellationToken cancellationToken)
    {
        using var step = ProgressStep.Begin(reports, $"running {call.Name} in {row.Name}");
        var failure = call.Run(
            settings.Timeout,
            line => reports?.Report(new PoolReport(ReportKind.HookOutput, $"{call.Name}: {line}")),
            cancellationToken);
        return failure is null ? null : $"{call.Name} in {row.Name} ({Redaction.Redact(call.Command)}) {failure}";
    }

    private HookCall Call(Hook hook, CheckoutRow row, Head head, string reason) =>
        Call(hook.Name, hook.Command, row, head, reason);

    private HookCall Call(string name, string command, CheckoutRow row, Head head, string reason) => new()
    {
        Name = name,
        Command = command,
        Checkout = folder.Checkout(row.Name),
        Told = Told(name, row, head, reason),
        Variables =
        [
            .. new CheckoutVariables(folder, settings.Variables).Of(row, head),
            new("GITPROC_HOOK", name),
            new("GITPROC_REASON", reason),
        ],
    };

    private string Told(string name, CheckoutRow row, Head head, string reason)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("hook", name);
            json.WriteString("reason", reason);
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

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void Warn(string text) => reports?.Report(new PoolReport(ReportKind.Warning, text));
}
