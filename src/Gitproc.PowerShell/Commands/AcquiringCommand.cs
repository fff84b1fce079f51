using System.Management.Automation;
using Gitproc.Leases;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>What the cmdlets that acquire have in common.</summary>
public abstract class AcquiringCommand : GitprocCommand
{
    /// <summary>
    /// A URL, a local path, or a name the pool knows; the origin of the repository that the session stands in, when
    /// not given.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>Fail when none is free instead of making one.</summary>
    [Parameter]
    public SwitchParameter NoCreate { get; set; }

    /// <summary>Make at most this many for the repository.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxCheckouts { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Repository is null ? Location : SecretText.Hide(Repository), "Acquire a checkout"))
            return;
        WithPool(pool => Use(pool.Acquire(
            new AcquireRequest
            {
                Repository = Repository,
                WorkingDirectory = Location,
                Owner = LeaseOwner.OfProcess(Environment.ProcessId),
                NoCreate = NoCreate,
                MaxCheckouts = MaxCheckouts,
            },
            Cancellation)));
    }

    /// <summary>Does with the acquired checkout what the cmdlet is for.</summary>
    /// <param name="checkout">The checkout.</param>
    private protected abstract void Use(Checkout checkout);
}
