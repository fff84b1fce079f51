using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Base class of the cmdlets that acquire a checkout for the session.</summary>
public abstract class AcquiringCommand : AcquireCommandBase
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows. If omitted, the origin of the repository around the working
    /// directory.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>
    /// The branch, tag, commit or full ref name to check out; NAME:BRANCH creates a branch there. If omitted, the
    /// remote's default branch.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RefCompleter))]
    public string? Ref { get; set; }

    /// <summary>The name of a branch to create there.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? NewBranch { get; set; }

    /// <summary>
    /// Take over a checkout even if processes of a previous holder still run in it: ask them to end, and kill those
    /// that do not.
    /// </summary>
    [Parameter]
    [Alias("StopProcesses")]
    public SwitchParameter StopProcess { get; set; }

    /// <summary>
    /// The process that owns the lease, as an id or an object from Get-Process: the lease ends with it. If omitted, the
    /// session, or the job's process in a CI job.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public PSObject? Owner { get; set; }

    /// <summary>Keep the lease until it is released or expires, no matter which process ends.</summary>
    [Parameter]
    public SwitchParameter Hold { get; set; }

    /// <summary>
    /// When the lease expires, for example 12h or 14d. Without -Strict, an expired lease stays in force while its owner
    /// is alive.
    /// </summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? ExpiresAfter { get; set; }

    /// <summary>Let the lease expire even while its owner is alive.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Get the checkout that the session holds under -Label already, as it is, if there is one.</summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>The number of checkouts to acquire: all or none.</summary>
    private protected virtual int Wanted => 1;

    /// <summary>The owner of the lease if -Owner and -Hold are omitted.</summary>
    private protected virtual LeaseOwner DefaultOwner => LeaseOwner.Session();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        CheckParameters();
        RefuseBoth(Hold && Owner is not null, nameof(Hold), nameof(Owner));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Repository is null ? Location : SecretText.Hide(Repository), "Acquire a checkout"))
            return;
        WithPool(pool =>
        {
            var acquired = pool.Acquiring.Acquire(Request(), Cancellation);
            var used = 0;
            try
            {
                while (used < acquired.Count)
                    Use(pool, acquired[used++]);
            }
            catch
            {
                // Select-Object -First stops the pipeline after one checkout. Nobody would know of the others.
                foreach (var checkout in acquired.Skip(used))
                    TryRelease(pool, checkout);
                throw;
            }
        });
    }

    /// <summary>
    /// Releases a checkout that was just acquired, after an error. A failure here is ignored, so that it does not hide
    /// that error.
    /// </summary>
    private protected void TryRelease(Gitproc.Pools.Pool pool, Checkout checkout)
    {
        if (checkout.IsResumed)
            return;
        try
        {
            pool.Leases.Release(
                new ReleaseRequest
                {
                    Checkout = checkout.Name,
                    LeaseId = checkout.LeaseId,
                    WorkingDirectory = Location,
                },
                CancellationToken.None);
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            // The checkout stays locked until its owner ends.
        }
    }

    /// <summary>Handles one acquired checkout.</summary>
    private protected abstract void Use(Gitproc.Pools.Pool pool, Checkout checkout);

    private AcquireRequest Request()
    {
        var request = Request(Repository, Ref, NewBranch);
        return request with
        {
            Resume = Resume,
            StopProcesses = StopProcess,
            Count = Wanted,
            Terms = request.Terms with
            {
                Owner = Hold ? null : Owner is null ? DefaultOwner : OwnerArgument.Read(Owner),
                ExpiresAfter = ExpiresAfter,
                IsStrict = Strict,
            },
        };
    }
}
