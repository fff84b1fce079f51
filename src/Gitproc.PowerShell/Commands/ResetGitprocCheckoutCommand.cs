using System.Management.Automation;
using Gitproc.Checkouts;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Restores checkouts to the state of a new one, at the remote's default branch. Work that is not on the remote is
/// rescued first. A checkout that the session holds stays locked.
/// </summary>
[Cmdlet(
    VerbsCommon.Reset,
    "GitprocCheckout",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Reset-GitprocCheckout.md"
)]
[OutputType(typeof(Checkout))]
public sealed class ResetGitprocCheckoutCommand : LongCommand
{
    /// <summary>Names, with wildcards, paths or checkouts. If omitted, the current checkout.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[]? Checkout { get; set; }

    /// <summary>
    /// Reset a checkout even if another holder has it. Its lease ends, and the checkout is free afterwards.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Ask processes that run in the checkout to end, and kill those that do not.</summary>
    [Parameter]
    [Alias("StopProcesses")]
    public SwitchParameter StopProcess { get; set; }

    /// <summary>Emit the checkouts as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Run() =>
        ForEachCheckout(Checkout, argument => Change(argument, "Reset the checkout", PassThru, Reset));

    private Checkout Reset(Pool pool, CheckoutArgument argument, bool checksOnly)
    {
        var request = new ResetRequest
        {
            Checkout = argument.Text,
            LeaseId = argument.LeaseId,
            WorkingDirectory = Location,
            Force = Force,
            StopProcesses = StopProcess,
            ChecksOnly = checksOnly,
        };
        return pool.Checkouts.Reset(request, Cancellation);
    }
}
