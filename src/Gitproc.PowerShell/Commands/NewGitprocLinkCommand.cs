using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes a light-weight checkout: a folder with its own HEAD and index, and the objects and refs of a base repository.
/// If -Base is omitted, that is the repository around the folder.
/// </summary>
[Cmdlet(VerbsCommon.New, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "New-GitprocLink.md")]
[OutputType(typeof(Link))]
public sealed class NewGitprocLinkCommand : LinkingCommand
{
    /// <summary>The folder of the checkout. It is new, empty, or contains only a .gitlink file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// A branch, tag, commit or other ref; START:BRANCH creates a branch there. If omitted, the branch with the name of
    /// the folder, which is created if it does not exist.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkRefCompleter))]
    public string? Ref { get; set; }

    /// <summary>The name of the checkout. If omitted, its path relative to the base repository.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Create a branch with the name that -Ref gives, or with the name of the folder.</summary>
    [Parameter]
    public SwitchParameter NewBranch { get; set; }

    private protected override bool FailureEndsStatement => true;

    private protected override string? WrittenTo => Path;

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        WithPool(pool =>
        {
            var path = FileSystemPath.Resolve(Path, SessionState.Path);
            if (!ShouldProcess(path, "Make a light-weight checkout"))
                return;
            WriteObject(
                pool.Links.Create(
                    new LinkRequest
                    {
                        Path = path,
                        WorkingDirectory = Location,
                        Ref = Ref,
                        NewBranch = NewBranch,
                        Base = BaseRepository,
                        Name = Name,
                    },
                    Cancellation));
        });
}
