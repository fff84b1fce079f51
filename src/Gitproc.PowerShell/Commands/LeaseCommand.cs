using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>What the cmdlets that change or end a lease have in common.</summary>
public abstract class LeaseCommand : GitprocCommand
{
    /// <summary>Names, with wildcards, paths or checkouts; the current checkout, when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[]? Checkout { get; set; }

    /// <summary>Only this acquisition of it: a later one is left alone.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LeaseCompleter))]
    public string? LeaseId { get; set; }

    /// <summary>Emit the checkouts as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done to a checkout, for <c>-WhatIf</c> and <c>-Confirm</c>.</summary>
    private protected abstract string Action { get; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() =>
        ForEachLeased(Checkout, LeaseId, argument => Change(argument, Action, PassThru, Run));

    /// <summary>Does it to one.</summary>
    private protected abstract Checkout Run(Pool pool, CheckoutArgument argument);
}
