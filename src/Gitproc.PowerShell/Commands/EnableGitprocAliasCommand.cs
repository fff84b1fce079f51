using System.Management.Automation;
using Gitproc.PowerShell.Loading;

namespace Gitproc.PowerShell.Commands;

/// <summary>Sets r and ls in the session.</summary>
[Cmdlet(
    VerbsLifecycle.Enable,
    "GitprocAlias",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Enable-GitprocAlias.md"
)]
[OutputType(typeof(void))]
public sealed class EnableGitprocAliasCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var (name, value) in SessionAliases.Optional)
        {
            if (ShouldProcess(name, $"Set the alias to {value}"))
                SessionAliases.Set(name, value);
        }
    }
}
