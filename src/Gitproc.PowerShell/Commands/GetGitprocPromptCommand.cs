using System.Management.Automation;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Names the current checkout for a prompt, if it is held. It never fails, and reads only one or two files.
/// </summary>
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
