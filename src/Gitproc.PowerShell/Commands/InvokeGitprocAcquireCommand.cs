using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Locks a checkout of a repository for the session and emits it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GitprocAcquire", SupportsShouldProcess = true)]
[OutputType(typeof(Checkout))]
public sealed class InvokeGitprocAcquireCommand : AcquiringCommand
{
    private protected override void Use(Checkout checkout) => WriteObject(checkout);
}
