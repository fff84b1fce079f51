using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
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
        if (IsWhatIf)
        {
            ShouldProcess($"Use this in checkouts of {key}:\n{content}", "Approve");
            return;
        }

        if (IsQuestion && !IsAnsweredWithYes($"{content}\n\nUse this in checkouts of {key}?", proposal.Repository))
            return;
        var approved = pool.Trust.Approve(proposal, Cancellation);
        if (PassThru)
            WriteObject(approved);
    });

    private bool IsQuestion => MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm)
        ? LanguagePrimitives.IsTrue(confirm)
        : !LanguagePrimitives.TryConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference"), out var preference)
            || preference != ConfirmImpact.None;

    // ShouldProcess would take Enter for Yes, and offers Yes to what comes next and is not seen yet.
    private bool IsAnsweredWithYes(string question, string repository)
    {
        Collection<ChoiceDescription> choices =
        [
            new("&Yes", "Use it until the repository proposes something else."),
            new("&No", "Use nothing of it."),
        ];
        try
        {
            return Host.UI.PromptForChoice("Approve", question, choices, defaultChoice: 1) == 0;
        }
        catch (Exception e) when (!Stopping && e is not PipelineStoppedException)
        {
            // Each host fails in its own way if it cannot ask. At the end of its input, pwsh uses a null.
            throw new GitprocException(
                ErrorReason.NotAnswered,
                $"What {ShownText.Of(repository)} proposes is not approved: nobody answered the question. To approve "
                    + "it without a question: -Confirm:$false",
                repository);
        }
    }
}
