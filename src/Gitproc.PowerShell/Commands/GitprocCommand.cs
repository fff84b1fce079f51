using System.Management.Automation;
using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.PowerShell.Loading;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Base class of the cmdlets that work with a pool.</summary>
/// <remarks>
/// <para>
/// A cmdlet turns its parameters into one request to Core for each item, and writes what comes back. It runs in this
/// order:
/// </para>
/// <list type="number">
/// <item>
/// The constructor checks that no file of the module is missing: binding the parameters already calls Core.
/// </item>
/// <item>
/// BeginProcessing refuses parameters that exclude each other. That error ends the command before it changes anything.
/// </item>
/// <item>
/// For each item, paths are resolved against the location of the session, because the process may have another working
/// directory. Then ShouldProcess asks, before anything changes (<see cref="IsApproved"/>).
/// </item>
/// <item>
/// <see cref="WithPool"/> runs the request on the pipeline thread, the only one that may write to PowerShell's streams.
/// An item that fails writes one error record, and the next item is processed. If the rest of the line needs what the
/// command emits, as in <c>cd (gp a REPOSITORY)</c>, a failure ends the statement (<see cref="FailureEndsStatement"/>).
/// </item>
/// </list>
/// <para>
/// Ctrl+C cancels the request through <see cref="Cancellation"/>, and Core cleans up. What a killed process leaves in
/// the pool, the next acquire or Repair-GitprocPool puts right.
/// </para>
/// </remarks>
public abstract class GitprocCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Checks the files of the module. Parameters are bound after this, and some are read by Core.</summary>
    protected GitprocCommand() => DependencyContext.Require();

    /// <summary>The pool's folder. If omitted, <c>GITPROC_POOL</c>, otherwise <c>~/.gitproc_pool</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pool { get; set; }

    /// <summary>Cancelled by Ctrl+C.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The session's location in the file system. The process may have another working directory.</summary>
    private protected string Location => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>
    /// The path that the cmdlet writes to, as the target of file system errors; null if there are several.
    /// </summary>
    private protected virtual string? WrittenTo => null;

    /// <summary>True with -WhatIf, or <c>$WhatIfPreference</c>.</summary>
    private protected bool IsWhatIf => LanguagePrimitives.IsTrue(
        MyInvocation.BoundParameters.GetValueOrDefault("WhatIf") ?? GetVariableValue("WhatIfPreference"));

    /// <summary>
    /// True if a failure ends the statement, because the rest of it needs what the command emits: after an error that
    /// does not, PowerShell runs <c>cd</c> without an argument, which goes to the home directory. Items from the
    /// pipeline are independent of each other, so their failures never do.
    /// </summary>
    private protected virtual bool FailureEndsStatement => false;

    /// <summary>
    /// What -ErrorAction says, otherwise <c>$ErrorActionPreference</c>. PowerShell applies it only to errors that do
    /// not end the statement.
    /// </summary>
    private protected ActionPreference ErrorAction =>
        LanguagePrimitives.TryConvertTo<ActionPreference>(
            MyInvocation.BoundParameters.GetValueOrDefault("ErrorAction") ?? GetVariableValue("ErrorActionPreference"),
            out var action)
            ? action
            : ActionPreference.Continue;

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels the running operation.</summary>
    protected override void StopProcessing() => _cancellation.Cancel();

    /// <summary>
    /// Ends the command with an error if two parameters exclude each other. Call it before anything changes.
    /// </summary>
    private protected void RefuseBoth(bool areBoth, string one, string other)
    {
        if (areBoth)
            Refuse(new GitprocException(ErrorReason.ConflictingOptions, $"-{one} and -{other} exclude each other."));
    }

    /// <summary>Ends the command with an error.</summary>
    private protected void Refuse(GitprocException error) => ThrowTerminatingError(ErrorRecords.Of(error));

    /// <summary>
    /// Runs a step. If it fails, writes the error and returns, so that the next item can be processed, or ends the
    /// statement (<see cref="FailureEndsStatement"/>).
    /// </summary>
    private protected void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (!ErrorRecords.IsOfPowerShell(e))
        {
            Report(ErrorRecords.Of(e, WrittenTo));
        }
    }

    /// <summary>Runs a step with the pool, as <see cref="Attempt"/> does.</summary>
    /// <param name="ownFolder">The folder of the pool that the item belongs to; null if unknown.</param>
    private protected void WithPool(Action<Pool> step, string? ownFolder = null) => Attempt(() =>
    {
        var reports = new CommandReports(this);
        try
        {
            step(OpenPool(ownFolder, reports));
        }
        finally
        {
            reports.Complete();
        }
    });

    /// <summary>
    /// Runs a step for each checkout, as <see cref="Attempt"/> does. A pattern runs it for each checkout that matches,
    /// as if it were named with the lease that it has now: a pattern may do no more than names do. A pattern that
    /// selects nothing is an error, like a name that does not exist.
    /// </summary>
    /// <param name="items">Names, patterns of names, paths or checkouts; null for the current checkout.</param>
    private protected void ForEachCheckout(PSObject[]? items, Action<CheckoutArgument> step) =>
        ForEach(items, item => CheckoutArgument.OfAny(item, SessionState.Path), selection: null, step);

    /// <summary>
    /// As <see cref="ForEachCheckout"/>, for a step that needs a lease: a pattern skips other checkouts.
    /// </summary>
    /// <param name="items">Names, patterns of names, paths or checkouts; null for the current checkout.</param>
    /// <param name="selection">The checkouts that a pattern selects.</param>
    private protected void ForEachLeased(PSObject[]? items, Selection selection, Action<CheckoutArgument> step) =>
        ForEach(items, item => CheckoutArgument.Of(item, SessionState.Path), selection, step);

    /// <summary>Changes a checkout, unless <c>-WhatIf</c> or <c>-Confirm</c> prevents it.</summary>
    /// <param name="action">The change, as <c>-WhatIf</c> and <c>-Confirm</c> show it.</param>
    /// <param name="isEmitted">True to write the changed checkout to the pipeline.</param>
    /// <param name="change">Changes the checkout, or only checks that it may be changed.</param>
    private protected void Change(
        CheckoutArgument argument,
        string action,
        bool isEmitted,
        Func<Pool, CheckoutArgument, bool, Checkout> change) =>
        WithPool(
            pool =>
            {
                if (!IsApproved(argument.Text ?? Location, action, () => change(pool, argument, true)))
                    return;
                var checkout = change(pool, argument, false);
                if (isEmitted)
                    WriteObject(checkout);
            },
            argument.PoolFolder);

    /// <summary>
    /// Asks ShouldProcess. With -WhatIf and -Confirm, the change is checked first, so that neither shows one that would
    /// be refused.
    /// </summary>
    /// <param name="check">Throws if the change would be refused.</param>
    private protected bool IsApproved(string target, string action, Action check)
    {
        if (IsWhatIf || LanguagePrimitives.IsTrue(MyInvocation.BoundParameters.GetValueOrDefault("Confirm")))
            check();
        return ShouldProcess(target, action);
    }

    // Only with Continue: a script that hides errors tests the result. With Stop, WriteError ends more than the
    // statement. With Inquire and Break, the user decides.
    private void Report(ErrorRecord error)
    {
        if (FailureEndsStatement && !MyInvocation.ExpectingInput && ErrorAction == ActionPreference.Continue)
            ThrowTerminatingError(error);
        WriteError(error);
    }

    private void ForEach(
        PSObject[]? items,
        Func<PSObject, CheckoutArgument> read,
        Selection? selection,
        Action<CheckoutArgument> step)
    {
        if (items is null)
            Attempt(() => step(new CheckoutArgument(Text: null, LeaseId: null, PoolFolder: null)));
        foreach (var item in items ?? [])
        {
            if (item.BaseObject is string text && CheckoutArgument.IsPattern(text))
            {
                foreach (var found in Find(text, selection))
                    Attempt(() => step(CheckoutArgument.AsItIs(found)));
            }
            else
            {
                Attempt(() => step(read(item)));
            }
        }
    }

    private List<Checkout> Find(string text, Selection? selection)
    {
        var found = new List<Checkout>();
        WithPool(pool =>
        {
            var pattern = WildcardNames.Read(text);
            var matching = pool.Checkouts.List(repository: null, Location, Cancellation)
                .Where(checkout => pattern.IsMatch(checkout.Name))
                .ToList();
            found.AddRange(matching.Where(checkout => selection?.IsMeant(checkout) != false));
            if (found.Count == 0)
                throw NothingFound(text, matching.Count == 0 ? null : selection, pool);
        });
        return found;
    }

    private static GitprocException NothingFound(string text, Selection? selection, Pool pool)
    {
        var shown = SecretText.Hide(text);
        return selection is null
            ? new(ErrorReason.CheckoutNotFound, $"The pool {pool.Path} has no checkout that matches '{shown}'.", shown)
            {
                Hint = Hint.See("list"),
            }
            : new(ErrorReason.NotLocked, $"No checkout that matches '{shown}' {selection.What}.", shown);
    }

    private protected Pool OpenPool(string? ownFolder, IProgress<PoolReport>? reports)
    {
        var folder = Pool is null ? ownFolder : FileSystemPath.Resolve(Pool, SessionState.Path);
        var pool = new Pool(folder, reports, background: Background.Program());
        if (ownFolder is not null && !Paths.AreSame(Paths.Real(ownFolder), pool.Path))
        {
            throw new GitprocException(
                ErrorReason.CheckoutNotFound,
                $"The checkout belongs to the pool {ownFolder}, not to {pool.Path}. Omit -Pool.",
                ownFolder);
        }

        return File.Exists(pool.Path)
            ? throw new GitprocException(
                ErrorReason.PoolNotUsable, $"The pool {pool.Path} is a file. Name a folder.", pool.Path)
            : pool;
    }

    /// <summary>Which of the checkouts that match a pattern are meant.</summary>
    /// <param name="What">What they are, to follow "No checkout" in an error.</param>
    private protected sealed record Selection(string What, Func<Checkout, bool> IsMeant);
}
