using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Lists the checkouts of the pool.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocCheckout", HelpUri = HelpPage.Folder + "Get-GitprocCheckout.md")]
[Alias("list")]
[OutputType(typeof(Checkout))]
public sealed class GetGitprocCheckoutCommand : ListingCommand
{
    /// <summary>Only checkouts with a live lease.</summary>
    [Parameter]
    public SwitchParameter Locked { get; set; }

    /// <summary>Only checkouts that the next acquire may get.</summary>
    [Parameter]
    public SwitchParameter Free { get; set; }

    /// <summary>
    /// Examine each work tree: are files changed, and how many commits is it ahead of and behind the remote's branch?
    /// </summary>
    [Parameter]
    public SwitchParameter Status { get; set; }

    /// <summary>The checkouts of all machines of the fleet, as they have last told.</summary>
    [Parameter]
    public SwitchParameter Fleet { get; set; }

    private protected override string? ViewType => Fleet ? "Gitproc.Checkout#Fleet" : Status ? "Gitproc.Checkout#Status" : null;

    private protected override IReadOnlyList<Checkout> Read(Pool pool, string? repository) => Fleet
        ? pool.FleetView.ListCheckouts(repository, Cancellation)
        : Status
        ? pool.Checkouts.ListWithStatus(repository, Location, Cancellation)
        : base.Read(pool, repository);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Fleet && Status)
        {
            ThrowTerminatingError(ErrorRecords.Of(new GitprocException(
                ErrorReason.ConflictingOptions, "-Fleet and -Status exclude each other.")));
        }
    }

    private protected override bool IsWanted(Checkout checkout) =>
        (!Locked && !Free) || (Locked && checkout.Locked) || (Free && checkout.State == CheckoutState.Free);
}
