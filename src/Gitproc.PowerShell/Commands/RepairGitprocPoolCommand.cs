using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes the pool's database and folders agree again, for example after a crash, a lost database or folders removed by
/// hand. Checkouts in use are left alone.
/// </summary>
[Cmdlet(
    VerbsDiagnostic.Repair,
    "GitprocPool",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Repair-GitprocPool.md"
)]
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
