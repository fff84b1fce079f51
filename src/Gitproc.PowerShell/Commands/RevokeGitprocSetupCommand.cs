using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Takes back what was approved of a repository's proposal.</summary>
[Cmdlet(
    VerbsSecurity.Revoke,
    "GitprocSetup",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Revoke-GitprocSetup.md"
)]
[OutputType(typeof(void))]
public sealed class RevokeGitprocSetupCommand : GitprocCommand
{
    /// <summary>A URL, a local path, or a name that the pool knows.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string Repository { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        if (ShouldProcess(ShownText.Of(Repository), "Use nothing that the repository proposes"))
            pool.Trust.Revoke(Repository, Location, Cancellation);
    });
}
