using System.Management.Automation;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Commands;

/// <summary>Says for a prompt which held checkout the session stands in. It never fails, and reads a file or two.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocPrompt", HelpUri = HelpPage.Folder + "Get-GitprocPrompt.md")]
[OutputType(typeof(string))]
public sealed class GetGitprocPromptCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var place = SessionState.Path.CurrentLocation;
        WriteObject(place.Provider.Name == "FileSystem" ? PromptText.Of(place.ProviderPath) : "");
    }
}
