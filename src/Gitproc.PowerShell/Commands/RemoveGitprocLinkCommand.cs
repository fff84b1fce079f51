using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Removes light-weight checkouts with their folders, HEADs and indexes. Work that is not committed is rescued first.
/// </summary>
[Cmdlet(
    VerbsCommon.Remove, "GitprocLink", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Remove-GitprocLink.md"
)]
[OutputType(typeof(Link))]
public sealed class RemoveGitprocLinkCommand : LinkingCommand
{
    /// <summary>Names, paths or links.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public PSObject[] Name { get; set; } = [];

    /// <summary>Throw away work that is not committed, instead of rescuing it.</summary>
    [Parameter]
    public SwitchParameter Discard { get; set; }

    /// <summary>Remove it even if processes run in it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emit the links as they were before.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var item in Name)
            Attempt(() => Remove(LinkArgument.Of(item, SessionState.Path)));
    }

    private void Remove(LinkArgument link) => WithPool(pool =>
    {
        var request = new RemoveLinkRequest
        {
            Link = link.Text,
            WorkingDirectory = Location,
            Base = link.Base ?? BaseRepository,
            Discard = Discard,
            Force = Force,
        };
        var check = request with { ChecksOnly = true };
        if (!IsApproved(
                link.Text, "Remove the light-weight checkout", () => pool.Links.Remove(check, Cancellation)))
            return;
        var removed = pool.Links.Remove(request, Cancellation);
        if (PassThru)
            WriteObject(removed);
    });
}
