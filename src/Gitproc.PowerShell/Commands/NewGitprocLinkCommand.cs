using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes a light-weight checkout: a folder with a HEAD and an index of its own, and the objects and refs of a base repository, which
/// is the one around the folder when -Base names no other.
/// </summary>
[Cmdlet(VerbsCommon.New, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "New-GitprocLink.md")]
[OutputType(typeof(Link))]
public sealed class NewGitprocLinkCommand : LinkingCommand
{
    /// <summary>Its folder: a new one, an empty one, or one with nothing but a .gitlink file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// A branch, tag, commit or other ref; START:BRANCH begins a branch there. The branch of the folder's name, made when there is
    /// none, when not given.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkRefCompleter))]
    public string? Ref { get; set; }

    /// <summary>Its name; its path from the base repository, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>-Ref, or without it the name of the folder, is the name of a branch to be made.</summary>
    [Parameter]
    public SwitchParameter NewBranch { get; set; }

    private protected override string? WrittenTo => Path;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        var path = FileSystemPath.Resolve(Path, SessionState.Path);
        if (!ShouldProcess(path, "Make a light-weight checkout"))
            return;
        WriteObject(pool.Links.Create(
            new LinkRequest { Path = path, WorkingDirectory = Location, Ref = Ref, NewBranch = NewBranch, Base = BaseRepository, Name = Name },
            Cancellation));
    });
}
