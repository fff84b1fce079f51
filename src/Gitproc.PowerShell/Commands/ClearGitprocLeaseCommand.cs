using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Ends leases that have expired or whose owners are gone. An acquire does this on its own when it needs a checkout.
/// </summary>
[Cmdlet(
    VerbsCommon.Clear, "GitprocLease", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Clear-GitprocLease.md"
)]
[OutputType(typeof(Checkout))]
public sealed class ClearGitprocLeaseCommand : GitprocCommand
{
    /// <summary>Names, with wildcards, paths or checkouts. If omitted, all checkouts.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[]? Checkout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Checkout is null)
        {
            WithPool(pool =>
            {
                if (ShouldProcess(pool.Path, "End the leases that are over"))
                    WriteObject(pool.Leases.Reap(Cancellation), enumerateCollection: true);
            });
            return;
        }

        ForEachLeased(
            Checkout,
            new("has a lease that is over", checkout => checkout is { LeaseId: not null, Locked: false }),
            argument => Change(
                argument,
                "End the lease if it is over",
                isEmitted: true,
                (pool, item, checksOnly) =>
                    pool.Leases.Reap(item.Text!, item.LeaseId, Location, checksOnly, Cancellation)));
    }
}
