using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Changes the lease of a checkout: its expiry, label or owner.</summary>
[Cmdlet(VerbsData.Update, "GitprocLease", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Update-GitprocLease.md")]
[OutputType(typeof(Checkout))]
public sealed class UpdateGitprocLeaseCommand : LeaseCommand
{
    /// <summary>After what time, from now, it expires, as 12h or 14d.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpiresAfter { get; set; }

    /// <summary>Let it expire even while its owner lives.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>What the checkout is for; empty for nothing.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(LabelCompleter))]
    public string? Label { get; set; }

    /// <summary>Hand it over: the process whose end ends it from now on, as an id or as Get-Process gives it.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject? Owner { get; set; }

    /// <summary>Hold it until it is released or expires, whoever ends.</summary>
    [Parameter]
    public SwitchParameter Hold { get; set; }

    /// <summary>Change even what another live process holds.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override string Action => "Change the lease";

    /// <inheritdoc/>
    protected override void BeginProcessing() => RefuseBoth(Hold && Owner is not null, nameof(Hold), nameof(Owner));

    /// <inheritdoc/>
    private protected override Checkout Run(Pool pool, CheckoutArgument argument)
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
        };
        return pool.Leases.Renew(request);
    }
}
