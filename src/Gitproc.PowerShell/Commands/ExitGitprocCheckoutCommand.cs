using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Unlocks checkouts, leaving them first where the session stands in one.</summary>
[Cmdlet(VerbsCommon.Exit, "GitprocCheckout", SupportsShouldProcess = true)]
[OutputType(typeof(Checkout))]
public sealed class ExitGitprocCheckoutCommand : GitprocCommand
{
    /// <summary>Names, paths or checkouts; the one that the session stands in, when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public PSObject[]? Checkout { get; set; }

    /// <summary>Unlock even what another live process holds.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emit the checkouts as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Checkout is null)
            Release(new CheckoutArgument(Text: null, LeaseId: null, PoolFolder: null));
        foreach (var item in Checkout ?? [])
            Release(CheckoutArgument.Of(item));
    }

    private void Release(CheckoutArgument argument)
    {
        if (!ShouldProcess(argument.Text ?? Location, "Release the checkout"))
            return;
        WithPool(
            pool =>
            {
                var released = pool.Release(new ReleaseRequest
                {
                    Checkout = argument.Text,
                    LeaseId = argument.LeaseId,
                    WorkingDirectory = Location,
                    Force = Force,
                });
                Leave(released);
                if (PassThru)
                    WriteObject(released);
            },
            argument.PoolFolder);
    }

    private void Leave(Checkout checkout)
    {
        var path = SessionState.Path;
        while (IsIn(checkout) && path.LocationStack(stackName: null) is { Count: > 0 })
            path.PopLocation(stackName: null);
        if (IsIn(checkout))
            path.SetLocation("~");
    }

    private bool IsIn(Checkout checkout) =>
        (Location + Path.DirectorySeparatorChar).StartsWith(checkout.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
