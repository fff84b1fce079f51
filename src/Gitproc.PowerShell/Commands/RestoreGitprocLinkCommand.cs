using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Puts a light-weight checkout back whose folder is gone, with its HEAD and index as they were; or one that was removed, from what
/// was rescued.
/// </summary>
[Cmdlet(VerbsData.Restore, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Restore-GitprocLink.md")]
[OutputType(typeof(Link))]
public sealed class RestoreGitprocLinkCommand : LinkingCommand
{
    /// <summary>Its name, or where it was, or the link; or the id of a rescue.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public PSObject Name { get; set; } = new();

    /// <summary>Where to put it; where it was, when not given.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        var link = LinkArgument.Of(Name, SessionState.Path);
        var path = Path is null ? null : FileSystemPath.Resolve(Path, SessionState.Path);
        if (ShouldProcess(link.Text, "Restore the light-weight checkout"))
            WriteObject(pool.Links.Restore(link.Text, path, link.Base ?? BaseRepository, Location, Cancellation));
    });
}
