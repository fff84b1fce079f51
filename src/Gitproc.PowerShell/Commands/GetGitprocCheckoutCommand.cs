using System.Management.Automation;
using Gitproc.Pools;

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

    private protected override string? ViewType => Status ? "Gitproc.Checkout#Status" : null;

    private protected override IReadOnlyList<Checkout> Read(Pool pool, string? repository) => Status
        ? pool.Checkouts.ListWithStatus(repository, Location, Cancellation)
        : base.Read(pool, repository);

    private protected override bool IsWanted(Checkout checkout) =>
        (!Locked && !Free) || (Locked && checkout.Locked) || (Free && checkout.State == CheckoutState.Free);
}
