using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Acquires a checkout of a repository for the session and sets the location to it, as Push-Location does.
/// </summary>
[Cmdlet(
    VerbsCommon.Enter,
    "GitprocCheckout",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Enter-GitprocCheckout.md"
)]
[OutputType(typeof(Checkout))]
public sealed class EnterGitprocCheckoutCommand : AcquiringCommand
{
    /// <summary>Emit the checkout.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Use(Gitproc.Pools.Pool pool, Checkout checkout)
    {
        SessionState.Path.PushCurrentLocation(stackName: null);
        SessionState.Path.SetLocation(WildcardPattern.Escape(checkout.Path));
        if (PassThru)
            WriteObject(checkout);
    }
}
