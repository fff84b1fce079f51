using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Remote;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Acquires a checkout, runs a script block in it and releases it. The work is done by a script, because the block has
/// to run in its caller's session, and only a "finally" block still runs after Ctrl+C. On another machine, the script
/// runs the block in a session of PowerShell's remoting.
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

    // Reports the error in $_ as Use-GitprocCheckout's own.
    private const string Fail =
        """
        $id = $_.FullyQualifiedErrorId -replace ',.*', ',Gitproc.PowerShell.Commands.UseGitprocCheckoutCommand'
        $record = [System.Management.Automation.ErrorRecord]::new($_.Exception, $id, $_.CategoryInfo.Category, $_.TargetObject)
        $record.ErrorDetails = $_.ErrorDetails
        if (-not $HidesErrors) { $PSCmdlet.ThrowTerminatingError($record) }
        $PSCmdlet.WriteError($record)
        """;

    private static ScriptBlock? s_script;
    private static ScriptBlock? s_remoteScript;

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

    /// <summary>The machine to run the block on: one of the fleet, or a host as ssh knows it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Machine { get; set; }

    /// <summary>Run the block on the machine of the fleet that is best placed for it.</summary>
    [Parameter]
    public SwitchParameter Anywhere { get; set; }

    private bool IsRemote => Anywhere || Machine is not null;

    /// <summary>
    /// Makes the script in the language mode of the session that imports the module. It needs full language.
    /// </summary>
    internal static void Prepare()
    {
        s_script = ScriptBlock.Create(
            $$"""
            [CmdletBinding()]
            param([scriptblock] $ScriptBlock, [switch] $Discard, [hashtable] $Terms, [bool] $HidesErrors, $Acquire, $Exit, $Run, $Enter, $Leave)
            $checkout = $null
            try {
                try {
                    # This session owns the lease, even in a CI job: the block ends with the session.
                    $checkout = & $Acquire @Terms -Owner $PID -Confirm:$false -WhatIf:$false
                } catch {
                    {{Fail}}
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
            """);
        // Invoke-Command looks for the variables of $using: in the scope of its caller. So this is not bound to a
        // session state of its own, and has one variable that nobody else has. The objects come from a pipe, and so
        // from localhost.
        s_remoteScript = ScriptBlock.Create(
            $$"""
            [CmdletBinding()]
            param([hashtable] $GitprocParts, [bool] $HidesErrors)
            try {
                try {
                    $GitprocParts.Checkout = & $GitprocParts.Run $GitprocParts.Open
                    $GitprocParts.Runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace(
                        [System.Management.Automation.Runspaces.NamedPipeConnectionInfo]::new($GitprocParts.PipeName),
                        $Host,
                        [System.Management.Automation.Runspaces.TypeTable]::LoadDefaultTypeFiles())
                    try { $GitprocParts.Runspace.Open() } catch { & $GitprocParts.Run $GitprocParts.Refuse }
                    & $GitprocParts.Run $GitprocParts.Opened
                    $GitprocParts.Session = [System.Management.Automation.Runspaces.PSSession]::Create($GitprocParts.Runspace, 'Gitproc', $null)
                    Microsoft.PowerShell.Core\Invoke-Command -Session $GitprocParts.Session -ScriptBlock { Set-Location -LiteralPath $args[0] } -ArgumentList $GitprocParts.Checkout.Path
                } catch {
                    {{Fail}}
                    return
                }
                Microsoft.PowerShell.Core\Invoke-Command -Session $GitprocParts.Session -ScriptBlock $GitprocParts.ScriptBlock -ArgumentList $GitprocParts.Checkout -ErrorAction Continue 2>&1 | & {
                    process {
                        # Written here, so that -ErrorAction and -ErrorVariable of the cmdlet count.
                        if ($_ -is [System.Management.Automation.Runspaces.RemotingErrorRecord]) { $PSCmdlet.WriteError($_); return }
                        if ($null -ne $_ -and $_.PSObject.Properties['PSComputerName']) { $_.PSComputerName = $GitprocParts.Checkout.Machine }
                        Microsoft.PowerShell.Utility\Write-Output -InputObject $_ -NoEnumerate
                    }
                }
            } finally {
                if ($GitprocParts.Session) { Microsoft.PowerShell.Core\Remove-PSSession -Session $GitprocParts.Session }
                elseif ($GitprocParts.Runspace) { $GitprocParts.Runspace.Dispose() }
                try {
                    & $GitprocParts.Run $GitprocParts.Close
                } catch {
                    {{Fail}}
                }
            }
            """);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShortCommands.Pipeline is null || s_script is null)
            ThrowTerminatingError(ShortCommands.Constrained());
        var target = Repository is null ? SessionState.Path.CurrentLocation.Path : ShownText.Of(Repository);
        RefuseBoth(Anywhere && Machine is not null, nameof(Machine), nameof(Anywhere));
        RefuseBoth(Discard && IsRemote, nameof(Discard), Anywhere ? nameof(Anywhere) : nameof(Machine));
        var where = Machine is not null ? $" on {Machine}" : Anywhere ? " on a machine of the fleet" : "";
        if (!ShouldProcess(target, $"Acquire a checkout{where}, run the block in it and release it"))
            return;
        var script = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in MyInvocation.BoundParameters.Where(pair => !Own.Contains(pair.Key)))
        {
            if (CommonParameters.Contains(name))
                script[name] = value;
        }

        if (ErrorAction is ActionPreference.SilentlyContinue or ActionPreference.Ignore)
            (script["HidesErrors"], script["ErrorAction"]) = (true, ErrorAction);
        // Passed as commands, not as names: the module may be imported only inside another module.
        var run = new CmdletInfo("Invoke-GitprocCode", typeof(InvokeCodeCommand));
        if (IsRemote)
            RunThere(script, run);
        else
            RunHere(script, run);
    }

    private void RunHere(Hashtable script, CmdletInfo run)
    {
        var terms = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in MyInvocation.BoundParameters.Where(pair => !Own.Contains(pair.Key)))
        {
            if (name is not (nameof(ScriptBlock) or nameof(Discard) or nameof(Machine) or nameof(Anywhere)))
                terms[name] = value;
        }

        terms["ErrorAction"] = ActionPreference.Stop;
        script["Terms"] = terms;
        script["ScriptBlock"] = ScriptBlock;
        script["Discard"] = Discard;
        script["Run"] = run;
        script["Acquire"] = new CmdletInfo("Invoke-GitprocAcquire", typeof(InvokeGitprocAcquireCommand));
        script["Exit"] = new CmdletInfo("Exit-GitprocCheckout", typeof(ExitGitprocCheckoutCommand));
        var variables = new BlockVariables();
        var location = Location;
        script["Enter"] = (Action<PSCmdlet, Checkout?>)((cmdlet, checkout) =>
        {
            var pool = OpenPool(ownFolder: null, reports: null);
            if (variables.Set(pool.Checkouts.Variables(checkout!.Name, location)) is { } notice)
                cmdlet.WriteWarning(notice);
        });
        script["Leave"] = (Action<PSCmdlet, Checkout?>)((_, _) => variables.Restore());
        // Bound to a new session state, so that the block does not see the script's variables.
        Run(new PSModuleInfo(linkToGlobal: true).NewBoundScriptBlock(s_script), script);
    }

    private void RunThere(Hashtable script, CmdletInfo run)
    {
        CheckParameters();
        MachineSession? session = null;
        Attempt(() => session = new MachineSession(Choose, Request(Repository, Ref, NewBranch)));
        if (session is null)
            return;
        using (session)
        using (Cancellation.Register(session.Cancel))
        {
            script["GitprocParts"] = new Hashtable(StringComparer.OrdinalIgnoreCase)
            {
                ["ScriptBlock"] = ScriptBlock,
                ["PipeName"] = session.PipeName,
                ["Run"] = run,
                ["Open"] = Step((cmdlet, reports) => cmdlet.WriteObject(session.Open(reports))),
                ["Opened"] = Step((_, _) => session.HasOpened()),
                ["Refuse"] = Step((_, _) => throw session.Unusable()),
                ["Close"] = Step((_, reports) => session.Close(reports)),
            };
            Run(s_remoteScript!, script);
        }
    }

    private MachineChoice Choose(IProgress<PoolReport> reports, CancellationToken cancellation) =>
        new(OpenPool(ownFolder: null, reports), Machine, reports) { Cancellation = cancellation, NeedsProgram = true };

    private static Action<PSCmdlet, Checkout?> Step(Action<PSCmdlet, IProgress<PoolReport>> step) => (cmdlet, _) =>
    {
        var reports = new CommandReports(cmdlet);
        try
        {
            step(cmdlet, reports);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (!ErrorRecords.IsOfPowerShell(e))
        {
            cmdlet.ThrowTerminatingError(ErrorRecords.Of(e));
        }
        finally
        {
            reports.Complete();
        }
    };

    private void Run(ScriptBlock code, Hashtable parameters)
    {
        using var pipeline = ShortCommands.Pipeline!.GetSteppablePipeline(
            MyInvocation.CommandOrigin,
            [code, Array.Empty<object>(), parameters]);
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
