using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Restores a light-weight checkout whose folder is gone, with its HEAD and index as they were. A removed one is
/// restored from its rescue.
/// </summary>
[Cmdlet(
    VerbsData.Restore, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Restore-GitprocLink.md"
)]
[OutputType(typeof(Link))]
public sealed class RestoreGitprocLinkCommand : LinkingCommand
{
    /// <summary>The name or former path of the link, the link itself, or the id of a rescue.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public PSObject Name { get; set; } = new();

    /// <summary>The folder to restore it to. If omitted, its former path.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    private protected override bool FailureEndsStatement => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        var link = LinkArgument.Of(Name, SessionState.Path);
        var path = Path is null ? null : FileSystemPath.Resolve(Path, SessionState.Path);
        if (ShouldProcess(link.Text, "Restore the light-weight checkout"))
            WriteObject(pool.Links.Restore(link.Text, path, link.Base ?? BaseRepository, Location, Cancellation));
    });
}
