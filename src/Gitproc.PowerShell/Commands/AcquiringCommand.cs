using System.Management.Automation;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>What the cmdlets that acquire for the session have in common.</summary>
public abstract class AcquiringCommand : AcquireCommandBase
{
    /// <summary>
    /// A URL, a local path, or a name the pool knows; the origin of the repository around the working directory, when
    /// not given.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>
    /// A branch, tag, commit or full name of a ref to check out; NAME:BRANCH begins a branch there. The remote's default branch,
    /// when not given.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RefCompleter))]
    public string? Ref { get; set; }

    /// <summary>Begin this branch there.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? NewBranch { get; set; }

    /// <summary>Take a checkout over even when processes of a holder that is gone run in it: ask them to end, kill those that do not.</summary>
    [Parameter]
    public SwitchParameter StopProcesses { get; set; }

    /// <summary>
    /// The process whose end ends the lease, as an id or as Get-Process gives it. The session, or inside a CI job the
    /// process of the job, when not given.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject? Owner { get; set; }

    /// <summary>Hold it until it is released or expires, whoever ends.</summary>
    [Parameter]
    public SwitchParameter Hold { get; set; }

    /// <summary>
    /// Let it expire after this time, as 12h or 14d. While its owner is seen to live it is not given away even then, but for -Strict.
    /// </summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpiresAfter { get; set; }

    /// <summary>Let it expire even while its owner lives.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>How many, all or none.</summary>
    private protected virtual int Wanted => 1;

    /// <summary>Who owns the lease when nobody is named.</summary>
    private protected virtual LeaseOwner DefaultOwner => LeaseOwner.Session();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseBoth(Fetch && NoFetch, nameof(Fetch), nameof(NoFetch));
        RefuseBoth(Hold && Owner is not null, nameof(Hold), nameof(Owner));
        foreach (var name in Environment?.Keys.Cast<object>().Select(key => $"{key}").Where(name => name.Length == 0 || name.Contains('=', StringComparison.Ordinal)) ?? [])
            Refuse(new GitprocException(ErrorReason.InvalidEnvironment, $"'{name}' is no name for something to show with a lease: one is not empty, and has no '='.", name));
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
                // Select-Object -First stops the pipeline at the first one: the others would be nobody's.
                foreach (var checkout in acquired.Skip(used))
                    TryRelease(pool, checkout);
                throw;
            }
        });
    }

    /// <summary>Releases a checkout because of an error that the user has to read: what fails here does not hide it.</summary>
    private protected void TryRelease(Gitproc.Pools.Pool pool, Checkout checkout)
    {
        try
        {
            pool.Leases.Release(new ReleaseRequest { Checkout = checkout.Name, LeaseId = checkout.LeaseId, WorkingDirectory = Location }, CancellationToken.None);
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            // It stays locked until the session ends.
        }
    }

    /// <summary>Does with the acquired checkout what the cmdlet is for.</summary>
    private protected abstract void Use(Gitproc.Pools.Pool pool, Checkout checkout);

    private AcquireRequest Request() => new()
    {
        Repository = Repository,
        WorkingDirectory = Location,
        NoCreate = NoCreate,
        MaxCheckouts = MaxCheckouts,
        Ref = Ref,
        NewBranch = NewBranch,
        Fetch = Fetch ? FetchPolicy.Always : NoFetch ? FetchPolicy.Never : FetchPolicy.WhenOld,
        Clean = Clean,
        Kind = Kind,
        Name = Name,
        StopProcesses = StopProcesses,
        Count = Wanted,
        Wait = TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : Wait ? Timeout.InfiniteTimeSpan : null,
        Terms = new LeaseTerms
        {
            Owner = Hold ? null : Owner is null ? DefaultOwner : OwnerArgument.Read(Owner),
            ExpiresAfter = ExpiresAfter,
            IsStrict = Strict,
            Label = Label,
            Environment = Environment?.Keys.Cast<object>().ToDictionary(key => $"{key}", key => $"{Environment[key]}"),
        },
    };
}
