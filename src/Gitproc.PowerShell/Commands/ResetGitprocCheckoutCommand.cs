using System.Management.Automation;
using Gitproc.Checkouts;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes checkouts as new, at the remote's default branch. Work that is not on the remote is rescued first; one that the session
/// holds stays locked.
/// </summary>
[Cmdlet(VerbsCommon.Reset, "GitprocCheckout", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Reset-GitprocCheckout.md")]
[OutputType(typeof(Checkout))]
public sealed class ResetGitprocCheckoutCommand : LongCommand
{
    /// <summary>Names, with wildcards, paths or checkouts; the current checkout, when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[]? Checkout { get; set; }

    /// <summary>Take it from somebody else who holds it: it is free afterwards.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Ask the processes that run in it to end, and kill those that do not.</summary>
    [Parameter]
    public SwitchParameter StopProcesses { get; set; }

    /// <summary>Emit the checkouts as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Run() =>
        ForEachCheckout(Checkout, argument => Change(argument, "Reset the checkout", PassThru, Reset));

    private Checkout Reset(Pool pool, CheckoutArgument argument)
    {
        var request = new ResetRequest
        {
            Checkout = argument.Text,
            LeaseId = argument.LeaseId,
            WorkingDirectory = Location,
            Force = Force,
            StopProcesses = StopProcesses,
        };
        return pool.Checkouts.Reset(request, Cancellation);
    }
}
