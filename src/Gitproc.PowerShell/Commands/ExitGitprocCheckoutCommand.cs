using System.Management.Automation;
using Gitproc.Files;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Unlocks checkouts, leaving them first where the session stands in one. Work that is not on the remote is rescued, and what is
/// left is cleaned for the next holder.
/// </summary>
[Cmdlet(VerbsCommon.Exit, "GitprocCheckout", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Exit-GitprocCheckout.md")]
[OutputType(typeof(Checkout))]
public sealed class ExitGitprocCheckoutCommand : LeaseCommand
{
    /// <summary>Unlock even what another live process holds.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Ask the processes that still run in it to end, and kill those that do not.</summary>
    [Parameter]
    public SwitchParameter StopProcesses { get; set; }

    /// <summary>
    /// What of its files is taken away: all that git does not ignore, ignored files too, or nothing. The setting gitproc.clean,
    /// when not given.
    /// </summary>
    [Parameter]
    public CleanMode? Clean { get; set; }

    /// <summary>Throw away what is not on the remote, instead of rescuing it.</summary>
    [Parameter]
    public SwitchParameter Discard { get; set; }

    /// <summary>Return at once, and clean it in a process of its own.</summary>
    [Parameter]
    public SwitchParameter Background { get; set; }

    /// <summary>Release only a lease that this process still owns, as Use-GitprocCheckout does. Another one stays, and a notice says so.</summary>
    [Parameter]
    public int? OwnerProcessId { get; set; }

    /// <inheritdoc/>
    private protected override string Action => "Release the checkout";

    /// <inheritdoc/>
    private protected override Checkout Run(Pool pool, CheckoutArgument argument)
    {
        var request = new ReleaseRequest
        {
            Checkout = argument.Text,
            LeaseId = LeaseId ?? argument.LeaseId,
            OwnerProcessId = OwnerProcessId,
            WorkingDirectory = Location,
            Force = Force,
            StopProcesses = StopProcesses,
            Clean = Clean,
            Discard = Discard,
            CleanLater = Background,
        };
        var released = pool.Leases.Release(request, Cancellation);
        Leave(released);
        if (Background)
            BackgroundCleaning.Start(pool.Path, released.Name, Clean, Discard);
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
                // That place is gone; it is off the stack all the same.
            }
        }

        // Not "~", which is that of another provider when the session stands in one.
        if (Paths.IsIn(Paths.Real(Location), checkout.Path))
            path.SetLocation(WildcardPattern.Escape(path.CurrentFileSystemLocation.Provider.Home));
    }
}
