using System.Management.Automation;
using Gitproc.PowerShell.Loading;

namespace Gitproc.PowerShell.Commands;

/// <summary>Restores what r and ls were in the session.</summary>
[Cmdlet(
    VerbsLifecycle.Disable,
    "GitprocAlias",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Disable-GitprocAlias.md"
)]
[OutputType(typeof(void))]
public sealed class DisableGitprocAliasCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var (name, value) in SessionAliases.Optional)
        {
            if (ShouldProcess(name, "Restore the alias"))
                SessionAliases.Restore(name, value);
        }
    }
}
