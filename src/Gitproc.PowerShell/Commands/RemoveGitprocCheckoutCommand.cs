using System.Management.Automation;
using Gitproc.Checkouts;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Removes checkouts from the pool and from disk. Work that is not on the remote is rescued first.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "GitprocCheckout",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Remove-GitprocCheckout.md"
)]
[OutputType(typeof(Checkout))]
public sealed class RemoveGitprocCheckoutCommand : LongCommand
{
    /// <summary>Names, with wildcards, paths or checkouts.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[] Checkout { get; set; } = [];

    /// <summary>
    /// Remove a checkout even if it is held. With -Discard, remove it even if its work cannot be rescued.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Throw away work that is not on the remote, instead of rescuing it.</summary>
    [Parameter]
    public SwitchParameter Discard { get; set; }

    /// <summary>Ask processes that run in the checkout to end, and kill those that do not.</summary>
    [Parameter]
    [Alias("StopProcesses")]
    public SwitchParameter StopProcess { get; set; }

    /// <summary>Emit the checkouts as they were before.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Run() =>
        ForEachCheckout(Checkout, argument => Change(argument, "Remove the checkout", PassThru, Remove));

    private Checkout Remove(Pool pool, CheckoutArgument argument, bool checksOnly)
    {
        var request = new RemoveRequest
        {
            Checkout = argument.Text!,
            LeaseId = argument.LeaseId,
            WorkingDirectory = Location,
            Force = Force,
            Discard = Discard,
            StopProcesses = StopProcess,
            ChecksOnly = checksOnly,
        };
        return pool.Checkouts.Remove(request, Cancellation);
    }
}
