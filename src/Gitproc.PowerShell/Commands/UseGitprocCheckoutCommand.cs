using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Acquires a checkout, runs a script block in it and releases it. The work is done by a script, because the block has
/// to run in its caller's session, and only a "finally" block still runs after Ctrl+C.
/// </summary>
[Cmdlet(
    VerbsOther.Use,
    "GitprocCheckout",
    DefaultParameterSetName = RepositorySet,
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Use-GitprocCheckout.md"
)]
[OutputType(typeof(object))]
public sealed class UseGitprocCheckoutCommand : AcquireCommandBase
{
    private const string RepositorySet = "Repository";
    private const string HereSet = "Here";

    // Parameters that are not passed on: this cmdlet asks for confirmation, and sees all that the script writes.
    private static readonly string[] Own =
    [
        "WhatIf",
        "Confirm",
        "ErrorVariable",
        "OutVariable",
        "OutBuffer",
        "PipelineVariable",
    ];

    private static ScriptBlock? s_script;

    /// <summary>
    /// A URL, a local path, or a name that the pool knows. It is not mandatory in the default set, so that Tab offers
    /// repositories before you type anything.
    /// </summary>
    [Parameter(ParameterSetName = RepositorySet, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>The block to run. Its argument is the checkout.</summary>
    [Parameter(ParameterSetName = RepositorySet, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = HereSet, Mandatory = true, Position = 0)]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>The branch, tag, commit or full ref name to check out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RefCompleter))]
    public string? Ref { get; set; }

    /// <summary>The name of a branch to create there.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewBranch { get; set; }

    /// <summary>Throw away work that the block leaves, instead of rescuing it.</summary>
    [Parameter]
    public SwitchParameter Discard { get; set; }

    /// <summary>
    /// Makes the script in the language mode of the session that imports the module. It needs full language.
    /// </summary>
    internal static void Prepare() =>
        s_script = ScriptBlock.Create(
            """
            [CmdletBinding()]
            param([scriptblock] $ScriptBlock, [switch] $Discard, [hashtable] $Terms, [bool] $HidesErrors, $Acquire, $Exit, $Run, $Enter, $Leave)
            $checkout = $null
            try {
                try {
                    # This session owns the lease, even in a CI job: the block ends with the session.
                    $checkout = & $Acquire @Terms -Owner $PID -Confirm:$false -WhatIf:$false
                } catch {
                    # Report the error as Use-GitprocCheckout's own.
                    $id = $_.FullyQualifiedErrorId -replace ',.*', ',Gitproc.PowerShell.Commands.UseGitprocCheckoutCommand'
                    $record = [System.Management.Automation.ErrorRecord]::new($_.Exception, $id, $_.CategoryInfo.Category, $_.TargetObject)
                    $record.ErrorDetails = $_.ErrorDetails
                    if (-not $HidesErrors) { $PSCmdlet.ThrowTerminatingError($record) }
                    $PSCmdlet.WriteError($record)
                    return
                }
                Push-Location -LiteralPath $checkout.Path -StackName gitproc
                try {
                    & $Run $Enter $checkout
                    & $ScriptBlock $checkout
                } finally {
                    & $Run $Leave
                    Pop-Location -StackName gitproc
                }
            } finally {
                if ($checkout) {
                    # The block may have kept the checkout (Update-GitprocLease -Hold), or given it to another owner.
                    & $Exit -Checkout $checkout -OwnerProcessId $PID -Discard:$Discard -Confirm:$false -WhatIf:$false
                }
            }
            """
        );

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShortCommands.Pipeline is null || s_script is null)
            ThrowTerminatingError(ShortCommands.Constrained());
        var target = Repository is null ? SessionState.Path.CurrentLocation.Path : ShownText.Of(Repository);
        if (!ShouldProcess(target, "Acquire a checkout, run the block in it and release it"))
            return;
        var script = new Hashtable(StringComparer.OrdinalIgnoreCase);
        var terms = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in MyInvocation.BoundParameters.Where(pair => !Own.Contains(pair.Key)))
        {
            if (name is nameof(ScriptBlock) or nameof(Discard) || CommonParameters.Contains(name))
                script[name] = value;
            if (name is not (nameof(ScriptBlock) or nameof(Discard)))
                terms[name] = value;
        }

        terms["ErrorAction"] = ActionPreference.Stop;
        script["Terms"] = terms;
        if (ErrorAction is ActionPreference.SilentlyContinue or ActionPreference.Ignore)
            (script["HidesErrors"], script["ErrorAction"]) = (true, ErrorAction);
        // Passed as commands, not as names: the module may be imported only inside another module.
        script["Acquire"] = new CmdletInfo("Invoke-GitprocAcquire", typeof(InvokeGitprocAcquireCommand));
        script["Exit"] = new CmdletInfo("Exit-GitprocCheckout", typeof(ExitGitprocCheckoutCommand));
        var variables = new BlockVariables();
        var location = Location;
        script["Run"] = new CmdletInfo("Invoke-GitprocCode", typeof(InvokeCodeCommand));
        script["Enter"] = (Action<PSCmdlet, Checkout?>)((cmdlet, checkout) =>
        {
            var pool = OpenPool(ownFolder: null, reports: null);
            if (variables.Set(pool.Checkouts.Variables(checkout!.Name, location)) is { } notice)
                cmdlet.WriteWarning(notice);
        });
        script["Leave"] = (Action<PSCmdlet, Checkout?>)((_, _) => variables.Restore());
        // Bound to a new session state, so that the block does not see the script's variables.
        var bound = new PSModuleInfo(linkToGlobal: true).NewBoundScriptBlock(s_script);
        using var pipeline = ShortCommands.Pipeline!.GetSteppablePipeline(
            MyInvocation.CommandOrigin,
            [bound, Array.Empty<object>(), script]);
        try
        {
            // Uses this cmdlet's streams, so that errors reach the caller's -ErrorVariable.
            pipeline.Begin(this);
            pipeline.Process();
            pipeline.End();
        }
        catch (RuntimeException e) when (e.ErrorRecord is { InvocationInfo.MyCommand.Name: "" } error
            && error.FullyQualifiedErrorId.EndsWith($",{typeof(UseGitprocCheckoutCommand)}", StringComparison.Ordinal))
        {
            // The script has no name to show with its error.
            var id = error.FullyQualifiedErrorId.Split(',')[0];
            ThrowTerminatingError(new ErrorRecord(error.Exception, id, error.CategoryInfo.Category, error.TargetObject)
            {
                ErrorDetails = error.ErrorDetails,
            });
        }
    }
}

/// <summary>
/// Runs code of this module for a script. In a session of constrained language the script cannot call methods.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "GitprocCode")]
internal sealed class InvokeCodeCommand : PSCmdlet
{
    /// <summary>The code.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public Action<PSCmdlet, Checkout?>? Code { get; set; }

    /// <summary>What it is for; null if that does not matter.</summary>
    [Parameter(Position = 1)]
    public Checkout? Checkout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Code!(this, Checkout);
}
