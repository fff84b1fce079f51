using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes checkouts ready before somebody acquires them: free, clean and at the default branch. Those that are count. Emits all that
/// are ready.
/// </summary>
[Cmdlet(VerbsData.Initialize, "GitprocCheckout", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Initialize-GitprocCheckout.md")]
[OutputType(typeof(Checkout))]
public sealed class InitializeGitprocCheckoutCommand : LongCommand
{
    /// <summary>
    /// A URL, a local path, or a name the pool knows; the origin of the repository around the working directory, when
    /// not given.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>How many are to be ready.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>How they are to get at objects: only such count, and such are made. The setting gitproc.kind, when not given.</summary>
    [Parameter]
    public CheckoutKind? Kind { get; set; }

    /// <inheritdoc/>
    private protected override void Run()
    {
        if (!ShouldProcess(Repository is null ? Location : SecretText.Hide(Repository), Count == 1 ? "Make 1 checkout ready" : $"Make {Count} checkouts ready"))
            return;
        var request = new WarmRequest { Repository = Repository, WorkingDirectory = Location, Count = Count, Kind = Kind };
        WithPool(pool => WriteObject(pool.Acquiring.Warm(request, Cancellation), enumerateCollection: true));
    }
}
