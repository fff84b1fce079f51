using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Base class of the cmdlets that change or end a lease.</summary>
public abstract class LeaseCommand : GitprocCommand
{
    /// <summary>Names, with wildcards, paths or checkouts. If omitted, the current checkout.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[]? Checkout { get; set; }

    /// <summary>Only this lease. A later lease of the checkout is left alone.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LeaseCompleter))]
    public string? LeaseId { get; set; }

    /// <summary>Emit the checkouts as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The change, as <c>-WhatIf</c> and <c>-Confirm</c> show it.</summary>
    private protected abstract string Action { get; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() =>
        ForEachLeased(
            Checkout,
            LeaseId is null
                ? new("is locked", checkout => checkout.LeaseId is not null || checkout.State == CheckoutState.Unknown)
                : new("is locked by that lease", checkout => checkout.LeaseId == LeaseId),
            argument => Change(argument, Action, PassThru, Run));

    /// <summary>Changes one lease, or only checks that it may be changed.</summary>
    private protected abstract Checkout Run(Pool pool, CheckoutArgument argument, bool checksOnly);
}
