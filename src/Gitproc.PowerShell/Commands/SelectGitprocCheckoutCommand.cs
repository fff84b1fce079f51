using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Picks the checkouts that match a pattern, out of the pool or out of the pipeline.</summary>
[Cmdlet(VerbsCommon.Select, "GitprocCheckout")]
[OutputType(typeof(Checkout))]
public sealed class SelectGitprocCheckoutCommand : GitprocCommand
{
    private CheckoutFilter? _filter;

    /// <summary>A regular expression of .NET; upper and lower case are the same.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Pattern { get; set; } = "";

    /// <summary>Take the pattern for a text that is to occur as it is.</summary>
    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    /// <summary>
    /// The properties to match. For checkouts out of the pool the name, for those out of the pipeline name,
    /// repository, branch and path, when not given.
    /// </summary>
    [Parameter]
    [ValidateSet("Name", "Repository", "Branch", "Path")]
    public string[]? Property { get; set; }

    /// <summary>Checkouts to pick from; those of the pool when not given.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public Checkout? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _filter = SimpleMatch ? CheckoutFilter.ByText(Pattern) : CheckoutFilter.ByPattern(Pattern);
        }
        catch (GitprocException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is { } given)
            Pick([given], Property ?? ["Name", "Repository", "Branch", "Path"]);
        else if (!MyInvocation.ExpectingInput)
            WithPool(pool => Pick(pool.List(repository: null, Location, Cancellation), Property ?? ["Name"]));
    }

    private void Pick(IEnumerable<Checkout> checkouts, string[] properties)
    {
        foreach (var checkout in checkouts)
        {
            if (properties.Any(property => _filter!.Matches(Text(checkout, property))))
                WriteObject(checkout);
        }
    }

    private static string? Text(Checkout checkout, string property) => property.ToUpperInvariant() switch
    {
        "NAME" => checkout.Name,
        "REPOSITORY" => checkout.Repository,
        "BRANCH" => checkout.Branch,
        _ => checkout.Path,
    };
}
