using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Locks a checkout of a repository for the session and emits it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GitprocAcquire", SupportsShouldProcess = true)]
[OutputType(typeof(Checkout))]
public sealed class InvokeGitprocAcquireCommand : AcquiringCommand
{
    /// <summary>How many checkouts, all or none.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    private protected override int Wanted => Count;

    private protected override void Use(Checkout checkout) => WriteObject(checkout);
}
