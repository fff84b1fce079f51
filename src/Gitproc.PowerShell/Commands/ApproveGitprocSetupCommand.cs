using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Approves what a repository proposes to run in its checkouts.</summary>
[Cmdlet(
    VerbsLifecycle.Approve,
    "GitprocSetup",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High,
    HelpUri = HelpPage.Folder + "Approve-GitprocSetup.md"
)]
[OutputType(typeof(ProposedSetup))]
public sealed class ApproveGitprocSetupCommand : GitprocCommand
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows. If omitted, the origin of the repository around the working
    /// directory.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>Emit what is approved.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        // This command asks without -Confirm too, so it always checks first.
        var proposal = pool.Trust.Show(Repository, Location, Cancellation);
        if (proposal.Problem is { } problem)
            throw new GitprocException(ErrorReason.InvalidSetup, problem, proposal.Repository);
        var key = ShownText.Of(proposal.Repository);
        var content = proposal.Content!.TrimEnd();
        var question = $"{content}\n\nUse this in checkouts of {key}?";
        if (!ShouldProcess($"Use this in checkouts of {key}:\n{content}", question, "Approve"))
            return;

        var approved = pool.Trust.Approve(proposal, Cancellation);
        if (PassThru)
            WriteObject(approved);
    });
}
