using System.Collections;
using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Base class of the cmdlets that may take long: they can run as a job.</summary>
public abstract class LongCommand : GitprocCommand
{
    // A thread job, so that the session's process owns its locks and leases.
    private const string Start = """
        param($Cmdlet, $Module, $Calls, $Location)
        Start-ThreadJob -Name $Cmdlet -ArgumentList $Cmdlet, $Module, $Calls, $Location -ScriptBlock {
            param($Cmdlet, $Module, $Calls, $Location)
            Import-Module $Module
            Set-Location -LiteralPath $Location
            foreach ($call in $Calls) { & $Cmdlet @call }
        }
        """;

    private readonly List<Hashtable> _calls = [];

    /// <summary>Run in the background, and emit the job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    // -WhatIf answers at once, without a job: a job does not inherit the preference variables of the session.
    private bool IsJob => AsJob && !IsWhatIf;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (!IsJob)
            Run();
        else
            _calls.Add(Call());
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        if (!IsJob)
            return;
        var module = Path.Combine(Path.GetDirectoryName(typeof(LongCommand).Assembly.Location)!, "Gitproc.psd1");
        try
        {
            WriteObject(
                ScriptBlock.Create(Start).Invoke(MyInvocation.MyCommand.Name, module, _calls, Location),
                enumerateCollection: true);
        }
        catch (RuntimeException e)
        {
            ThrowTerminatingError(e.ErrorRecord);
        }
    }

    /// <summary>Processes one item.</summary>
    private protected abstract void Run();

    private Hashtable Call()
    {
        var call = new Hashtable(MyInvocation.BoundParameters);
        call.Remove(nameof(AsJob));
        return call;
    }
}
