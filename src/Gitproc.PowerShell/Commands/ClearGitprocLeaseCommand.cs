using System.Management.Automation;

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
    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        if (ShouldProcess(pool.Path, "End the leases that are over"))
            WriteObject(pool.Leases.Reap(), enumerateCollection: true);
    });
}
