using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Throws rescued work away permanently.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "GitprocRescue",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High,
    HelpUri = HelpPage.Folder + "Remove-GitprocRescue.md"
)]
[OutputType(typeof(Rescue))]
public sealed class RemoveGitprocRescueCommand : GitprocCommand
{
    /// <summary>The rescue's id, or the rescue.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RescueCompleter))]
    public string Id { get; set; } = "";

    /// <summary>Emit the removed rescue.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        // This command asks without -Confirm too, so it always checks first.
        pool.Rescues.Find(Id, Location, mustBeOfCheckout: false, Cancellation);
        if (!ShouldProcess(Id, "Throw rescued work away"))
            return;
        var removed = pool.Rescues.Remove(Id, Location, Cancellation);
        if (PassThru)
            WriteObject(removed);
    });
}
