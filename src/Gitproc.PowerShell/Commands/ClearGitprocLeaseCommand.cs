using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Takes off the leases whose owners are gone or that have expired. An acquire that needs one does so by itself.</summary>
[Cmdlet(VerbsCommon.Clear, "GitprocLease", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Clear-GitprocLease.md")]
[OutputType(typeof(Checkout))]
public sealed class ClearGitprocLeaseCommand : GitprocCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        if (ShouldProcess(pool.Path, "Take off the leases that are over"))
            WriteObject(pool.Leases.Reap(), enumerateCollection: true);
    });
}
