using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Reconnects light-weight checkouts and their base repository after one of them was moved. Emits the checkouts.
/// </summary>
[Cmdlet(
    VerbsDiagnostic.Repair,
    "GitprocLink",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Repair-GitprocLink.md"
)]
[OutputType(typeof(Link))]
public sealed class RepairGitprocLinkCommand : GitprocCommand
{
    /// <summary>
    /// The folders of checkouts. If omitted, the current one; in a base repository, all that it knows.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Path is null)
            Attempt(() => Repair(null));
        foreach (var path in Path ?? [])
            Attempt(() => Repair(FileSystemPath.Resolve(path, SessionState.Path)));
    }

    private void Repair(string? path)
    {
        if (ShouldProcess(path ?? Location, "Repair the light-weight checkout"))
            WriteObject(Pools.PoolLinks.Repair(path, Location), enumerateCollection: true);
    }
}
