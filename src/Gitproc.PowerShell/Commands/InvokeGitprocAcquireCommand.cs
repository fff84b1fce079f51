using System.Management.Automation;
using Gitproc.Ci;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Locks a checkout of a repository for the session and emits it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GitprocAcquire", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Invoke-GitprocAcquire.md")]
[Alias("a")]
[OutputType(typeof(Checkout))]
public sealed class InvokeGitprocAcquireCommand : AcquiringCommand
{
    private IStepOutput? _step;

    /// <summary>How many checkouts, all or none.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Hand path, name and lease id on to the later steps of the CI job.</summary>
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
            // Not into the pipeline: a CI reads what the shell prints, also where the checkout goes into a variable.
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
