using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Lists the leases of the pool: who holds which checkout, since when and until when. A lease is emitted as its
/// checkout, so that it pipes into all that takes checkouts.
/// </summary>
[Cmdlet(VerbsCommon.Get, "GitprocLease", HelpUri = HelpPage.Folder + "Get-GitprocLease.md")]
[OutputType(typeof(Checkout))]
public sealed class GetGitprocLeaseCommand : ListingCommand
{
    /// <inheritdoc/>
    private protected override string ViewType => "Gitproc.Checkout#Lease";

    /// <inheritdoc/>
    private protected override bool IsWanted(Checkout checkout) => checkout.LeaseId is not null;
}
