using System.Management.Automation;
using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Releases checkouts. Work that is not on the remote is rescued, and the checkout is cleaned for its next holder. If
/// the session's location is in the checkout, the session leaves it.
/// </summary>
[Cmdlet(
    VerbsCommon.Exit,
    "GitprocCheckout",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Exit-GitprocCheckout.md"
)]
[OutputType(typeof(Checkout))]
public sealed class ExitGitprocCheckoutCommand : LeaseCommand
{
    /// <summary>Release a checkout even if another live process holds it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Ask processes that still run in the checkout to end, and kill those that do not.</summary>
    [Parameter]
    [Alias("StopProcesses")]
    public SwitchParameter StopProcess { get; set; }

    /// <summary>
    /// Which files are removed: those that git does not ignore, ignored files too, or none. If omitted, the setting
    /// gitproc.clean applies.
    /// </summary>
    [Parameter]
    public CleanMode? Clean { get; set; }

    /// <summary>Throw away work that is not on the remote, instead of rescuing it.</summary>
    [Parameter]
    public SwitchParameter Discard { get; set; }

    /// <summary>Return at once, and clean the checkout in a separate process.</summary>
    [Parameter]
    public SwitchParameter Background { get; set; }

    /// <summary>
    /// Release the lease only if this process still owns it, as Use-GitprocCheckout does. Otherwise the lease stays,
    /// and a notice says so.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public int? OwnerProcessId { get; set; }

    /// <inheritdoc/>
    private protected override string Action => "Release the checkout";

    /// <inheritdoc/>
    private protected override Checkout Run(Pool pool, CheckoutArgument argument, bool checksOnly)
    {
        var request = new ReleaseRequest
        {
            Checkout = argument.Text,
            LeaseId = LeaseId ?? argument.LeaseId,
            OwnerProcessId = OwnerProcessId,
            WorkingDirectory = Location,
            Force = Force,
            StopProcesses = StopProcess,
            Clean = Clean,
            Discard = Discard,
            CleanLater = Background,
            ChecksOnly = checksOnly,
        };
        var released = pool.Leases.Release(request, Cancellation);
        if (checksOnly)
            return released;
        Leave(released);
        return released;
    }

    private void Leave(Checkout checkout)
    {
        var path = SessionState.Path;
        while (Paths.IsIn(Paths.Real(Location), checkout.Path) && path.LocationStack(stackName: null) is { Count: > 0 })
        {
            try
            {
                path.PopLocation(stackName: null);
            }
            catch (SessionStateException)
            {
                // That location no longer exists, but it is off the stack.
            }
        }

        // Not "~": if the location is in another provider, that is the home of that provider.
        if (Paths.IsIn(Paths.Real(Location), checkout.Path))
            path.SetLocation(WildcardPattern.Escape(path.CurrentFileSystemLocation.Provider.Home));
    }
}
