using System.Management.Automation;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Registry;

namespace Gitproc.PowerShell.Commands;

/// <summary>Acquires a checkout and restores rescued work into it.</summary>
[Cmdlet(
    VerbsData.Restore,
    "GitprocRescue",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Restore-GitprocRescue.md"
)]
[OutputType(typeof(Checkout))]
public sealed class RestoreGitprocRescueCommand : GitprocCommand
{
    /// <summary>The rescue's id, or the rescue.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RescueCompleter))]
    public string Id { get; set; } = "";

    /// <summary>What the checkout is for. Lists show it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelCompleter))]
    public string? Label { get; set; }

    /// <summary>Wait if no checkout is free. Requests are served in the order in which they came.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    private protected override bool FailureEndsStatement => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        if (!IsApproved(
                Id,
                "Restore rescued work into a checkout",
                () => pool.Rescues.Find(Id, Location, mustBeOfCheckout: true, Cancellation)))
            return;
        var request = new AcquireRequest
        {
            WorkingDirectory = Location,
            Fetch = FetchPolicy.Never,
            Wait = Wait ? Timeout.InfiniteTimeSpan : null,
            Terms = new LeaseTerms { Owner = LeaseOwner.Session(), Label = Label },
        };
        WriteObject(pool.Rescues.Restore(Id, request, Cancellation));
    });
}
