using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Checks something out in the folder that the session stands in: a light-weight checkout, or a folder with nothing but a .gitlink
/// file, which becomes one.
/// </summary>
[Cmdlet(VerbsCommon.Switch, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Switch-GitprocLink.md")]
[OutputType(typeof(Link))]
public sealed class SwitchGitprocLinkCommand : GitprocCommand
{
    /// <summary>A branch, tag, commit or other ref; START:BRANCH begins a branch there.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkRefCompleter))]
    public string Ref { get; set; } = "";

    /// <summary>-Ref is the name of a branch to be made.</summary>
    [Parameter]
    public SwitchParameter NewBranch { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Location, $"Check out {PrintableText.Of(Ref)}"))
            WithPool(pool => WriteObject(pool.Links.Switch(Location, Ref, NewBranch, Cancellation)));
    }
}
