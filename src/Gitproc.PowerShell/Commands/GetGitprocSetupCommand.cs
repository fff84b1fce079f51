using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Gets what repositories propose to run in their checkouts, and whether it is approved.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocSetup", HelpUri = HelpPage.Folder + "Get-GitprocSetup.md")]
[OutputType(typeof(ProposedSetup))]
public sealed class GetGitprocSetupCommand : GitprocCommand
{
    /// <summary>A URL, a local path, or a name that the pool knows. If omitted, all repositories.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        if (Repository is null)
            WriteObject(pool.Trust.List(Cancellation), enumerateCollection: true);
        else
            WriteObject(pool.Trust.Show(Repository, Location, Cancellation));
    });
}
