using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Checks out a ref in the light-weight checkout at the session's location. A folder that contains only a .gitlink file
/// becomes a light-weight checkout.
/// </summary>
[Cmdlet(
    VerbsCommon.Switch, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Switch-GitprocLink.md"
)]
[OutputType(typeof(Link))]
public sealed class SwitchGitprocLinkCommand : GitprocCommand
{
    /// <summary>A branch, tag, commit or other ref; START:BRANCH creates a branch there.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkRefCompleter))]
    public string Ref { get; set; } = "";

    /// <summary>Create the branch that -Ref names.</summary>
    [Parameter]
    public SwitchParameter NewBranch { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Location, $"Check out {PrintableText.Of(Ref)}"))
            WithPool(pool => WriteObject(pool.Links.Switch(Location, Ref, NewBranch, Cancellation)));
    }
}
