using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Selects the checkouts that match a pattern, from the pool or from the pipeline.</summary>
[Cmdlet(VerbsCommon.Select, "GitprocCheckout", HelpUri = HelpPage.Folder + "Select-GitprocCheckout.md")]
[OutputType(typeof(Checkout))]
public sealed class SelectGitprocCheckoutCommand : GitprocCommand
{
    private static readonly string[] Matchable = ["Name", "Repository", "Branch", "Path"];

    private CheckoutFilter? _filter;

    /// <summary>A .NET regular expression. Case is ignored.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Pattern { get; set; } = "";

    /// <summary>Treat the pattern as plain text rather than a regular expression.</summary>
    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    /// <summary>
    /// The properties to match. If omitted: the name for checkouts from the pool; name, repository, branch and path for
    /// checkouts from the pipeline.
    /// </summary>
    [Parameter]
    [ValidateSet("Name", "Repository", "Branch", "Path")]
    public string[]? Property { get; set; }

    /// <summary>
    /// Checkouts to select from, or deserialized copies of them. If omitted, the checkouts of the pool.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

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
            Attempt(() => Pick(given, Property ?? Matchable));
        else if (!MyInvocation.ExpectingInput)
            WithPool(PickFrom);
    }

    private void PickFrom(Pool pool)
    {
        foreach (var checkout in pool.Checkouts.List(repository: null, Location, Cancellation))
            Pick(PSObject.AsPSObject(checkout), Property ?? ["Name"]);
    }

    private void Pick(PSObject checkout, string[] properties)
    {
        if (!Matchable.All(property => checkout.Properties[property] is not null))
        {
            var shown = SecretText.Hide($"{checkout}");
            WriteError(
                new ErrorRecord(
                    new PSArgumentException($"'{shown}' is not a checkout."),
                    "NotACheckout",
                    ErrorCategory.InvalidArgument,
                    shown));
        }
        else if (properties.Any(property => _filter!.Matches(checkout.Properties[property].Value as string)))
        {
            WriteObject(checkout);
        }
    }
}
