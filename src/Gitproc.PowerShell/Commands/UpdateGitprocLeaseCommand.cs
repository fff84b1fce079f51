using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Changes the lease of a checkout: its expiry, label or owner.</summary>
[Cmdlet(
    VerbsData.Update, "GitprocLease", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Update-GitprocLease.md"
)]
[OutputType(typeof(Checkout))]
public sealed class UpdateGitprocLeaseCommand : LeaseCommand
{
    /// <summary>When the lease expires, counted from now, for example 12h or 14d.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? ExpiresAfter { get; set; }

    /// <summary>Let the lease expire even while its owner is alive.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>What the checkout is for. An empty string removes the label.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(LabelCompleter))]
    public string? Label { get; set; }

    /// <summary>
    /// The new owner, as a process id or an object from Get-Process: the lease ends with that process.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public PSObject? Owner { get; set; }

    /// <summary>Keep the lease until it is released or expires, no matter which process ends.</summary>
    [Parameter]
    public SwitchParameter Hold { get; set; }

    /// <summary>Change the lease even if another live process owns it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override string Action => "Change the lease";

    /// <inheritdoc/>
    protected override void BeginProcessing() => RefuseBoth(Hold && Owner is not null, nameof(Hold), nameof(Owner));

    /// <inheritdoc/>
    private protected override Checkout Run(Pool pool, CheckoutArgument argument, bool checksOnly)
    {
        var request = new RenewRequest
        {
            Checkout = argument.Text,
            LeaseId = LeaseId ?? argument.LeaseId,
            WorkingDirectory = Location,
            Force = Force,
            ExpiresAfter = ExpiresAfter,
            IsStrict = Strict.IsPresent ? Strict.ToBool() : null,
            Label = Label,
            Owner = Owner is null ? null : OwnerArgument.Read(Owner),
            Hold = Hold,
            ChecksOnly = checksOnly,
        };
        return pool.Leases.Renew(request);
    }
}
