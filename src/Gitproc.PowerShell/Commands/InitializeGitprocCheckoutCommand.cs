using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Prepares checkouts before they are acquired: free, clean and at the default branch. Checkouts that are ready already
/// count. Emits all that are ready.
/// </summary>
[Cmdlet(
    VerbsData.Initialize,
    "GitprocCheckout",
    SupportsShouldProcess = true,
    HelpUri = HelpPage.Folder + "Initialize-GitprocCheckout.md"
)]
[OutputType(typeof(Checkout))]
public sealed class InitializeGitprocCheckoutCommand : LongCommand
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows. If omitted, the origin of the repository around the working
    /// directory.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>How many checkouts should be ready.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>The kind of checkout that counts and is made. If omitted, the setting gitproc.kind applies.</summary>
    [Parameter]
    public CheckoutKind? Kind { get; set; }

    /// <summary>
    /// Fill the submodules, nested ones too. -Submodule:$false leaves them empty. If omitted, the setting
    /// gitproc.submodules applies.
    /// </summary>
    [Parameter]
    [Alias("Submodules")]
    public SwitchParameter Submodule { get; set; }

    /// <inheritdoc/>
    private protected override void Run()
    {
        if (
            !ShouldProcess(
                Repository is null ? Location : SecretText.Hide(Repository),
                Count == 1 ? "Make 1 checkout ready" : $"Make {Count} checkouts ready"))
            return;
        var request = new WarmRequest
        {
            Repository = Repository,
            WorkingDirectory = Location,
            Count = Count,
            Kind = Kind,
            Submodules = MyInvocation.BoundParameters.ContainsKey(nameof(Submodule)) ? Submodule.IsPresent : null,
        };
        WithPool(pool => WriteObject(pool.Acquiring.Warm(request, Cancellation), enumerateCollection: true));
    }
}
