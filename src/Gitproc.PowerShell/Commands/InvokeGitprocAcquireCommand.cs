using System.Management.Automation;
using Gitproc.Ci;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Acquires a checkout of a repository for the session and emits it.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "GitprocAcquire",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Invoke-GitprocAcquire.md"
)]
[Alias("a")]
[OutputType(typeof(Checkout))]
public sealed class InvokeGitprocAcquireCommand : AcquiringCommand
{
    private IStepOutput? _step;

    /// <summary>The number of checkouts to acquire: all or none.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Pass path, name and lease id to later steps of the CI job.</summary>
    [Parameter]
    public SwitchParameter AsStepOutput { get; set; }

    private protected override int Wanted => Count;

    private protected override LeaseOwner DefaultOwner => AsStepOutput ? LeaseOwner.OfJob() : base.DefaultOwner;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!AsStepOutput)
            return;
        RefuseBoth(Count > 1, nameof(AsStepOutput), nameof(Count));
        try
        {
            _step = StepOutput.Current();
        }
        catch (GitprocException e)
        {
            Refuse(e);
        }
    }

    private protected override void Use(Gitproc.Pools.Pool pool, Checkout checkout)
    {
        try
        {
            // Written to the host rather than the pipeline: the CI reads what the shell prints, even if the script
            // assigns the checkout to a variable.
            foreach (var line in _step?.Write(checkout) ?? [])
                Host.UI.WriteLine(line);
        }
        catch
        {
            TryRelease(pool, checkout);
            throw;
        }

        WriteObject(checkout);
    }
}
