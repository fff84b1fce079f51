using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes the pool's database and folders agree: after a crash, a lost database, folders removed by hand. What is in use
/// stays as it is.
/// </summary>
[Cmdlet(VerbsDiagnostic.Repair, "GitprocPool", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Repair-GitprocPool.md")]
[OutputType(typeof(string))]
public sealed class RepairGitprocPoolCommand : LongCommand
{
    /// <inheritdoc/>
    private protected override void Run() => WithPool(pool =>
    {
        if (ShouldProcess(pool.Path, "Repair the pool"))
            WriteObject(pool.Care.Repair(Cancellation), enumerateCollection: true);
    });
}
