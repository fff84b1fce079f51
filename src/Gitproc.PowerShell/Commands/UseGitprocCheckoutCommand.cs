using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Runs a block in a checkout and releases the checkout. What it does is a script: a block runs in the session of who wrote it, and when
/// Ctrl+C stops the session, "finally" is what still runs.
/// </summary>
[Cmdlet(VerbsOther.Use, "GitprocCheckout", DefaultParameterSetName = RepositorySet, SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Use-GitprocCheckout.md")]
[OutputType(typeof(object))]
public sealed class UseGitprocCheckoutCommand : AcquireCommandBase
{
    private const string RepositorySet = "Repository";
    private const string HereSet = "Here";

    // Of this cmdlet, which asks, and sees all that the script writes.
    private static readonly string[] Own = ["WhatIf", "Confirm", "ErrorVariable", "OutVariable", "OutBuffer", "PipelineVariable"];

    private static ScriptBlock? s_script;

    /// <summary>A URL, a local path, or a name the pool knows. Not mandatory in the default set, so that Tab has the repositories before anything is typed.</summary>
    [Parameter(ParameterSetName = RepositorySet, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>What to run; its argument is the checkout.</summary>
    [Parameter(ParameterSetName = RepositorySet, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = HereSet, Mandatory = true, Position = 0)]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>What to check out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RefCompleter))]
    public string? Ref { get; set; }

    /// <summary>Begin this branch there.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewBranch { get; set; }

    /// <summary>Throw away what the block leaves, instead of rescuing it.</summary>
    [Parameter]
    public SwitchParameter Discard { get; set; }

    /// <summary>Makes the script, in the language of the session that imports the module: one that is constrained cannot.</summary>
    internal static void Prepare() => s_script = ScriptBlock.Create("""
        [CmdletBinding()]
        param([scriptblock] $ScriptBlock, [switch] $Discard, [hashtable] $Terms, $Acquire, $Exit)
        $checkout = $null
        try {
            try {
                # The owner is not the process of a CI job: the block ends with this session.
                $checkout = & $Acquire @Terms -Owner $PID -Confirm:$false -WhatIf:$false
            } catch {
                # As from this cmdlet.
                $id = $_.FullyQualifiedErrorId -replace ',.*', ',Gitproc.PowerShell.Commands.UseGitprocCheckoutCommand'
                $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new($_.Exception, $id, $_.CategoryInfo.Category, $_.TargetObject))
            }
            Push-Location -LiteralPath $checkout.Path -StackName gitproc
            try {
                & $ScriptBlock $checkout
            } finally {
                Pop-Location -StackName gitproc
            }
        } finally {
            if ($checkout) {
                # The block may have kept the checkout (Update-GitprocLease -Hold), or given it to somebody else.
                & $Exit -Checkout $checkout -OwnerProcessId $PID -Discard:$Discard -Confirm:$false -WhatIf:$false
            }
        }
        """);

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
        // Not by their names: the module may be imported in another module alone.
        script["Acquire"] = new CmdletInfo("Invoke-GitprocAcquire", typeof(InvokeGitprocAcquireCommand));
        script["Exit"] = new CmdletInfo("Exit-GitprocCheckout", typeof(ExitGitprocCheckoutCommand));
        // In a session state of its own, so that the block sees no variable of the script's.
        var bound = new PSModuleInfo(linkToGlobal: true).NewBoundScriptBlock(s_script);
        using var pipeline = ShortCommands.Pipeline!.GetSteppablePipeline(MyInvocation.CommandOrigin, [bound, Array.Empty<object>(), script]);
        // With this cmdlet's streams, so that what goes wrong is in the -ErrorVariable of whoever called it.
        pipeline.Begin(this);
        pipeline.Process();
        pipeline.End();
    }
}
