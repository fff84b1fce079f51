using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Shows what has happened to checkouts and leases, the newest first.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocHistory", HelpUri = HelpPage.Folder + "Get-GitprocHistory.md")]
[OutputType(typeof(HistoryEvent))]
public sealed class GetGitprocHistoryCommand : GitprocCommand
{
    /// <summary>Only of the checkout of this name, with wildcards; all when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public string? Checkout { get; set; }

    /// <summary>Only of this repository: a URL, a local path, or a name the pool knows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>Only from then on: a time, or how long ago it is, as 1h or 2d.</summary>
    [Parameter]
    [TimeOrAge]
    public DateTimeOffset? Since { get; set; }

    /// <summary>How many, the newest.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = 100;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isPattern = CheckoutArgument.IsPattern(Checkout);
        var request = new HistoryRequest
        {
            Checkout = isPattern ? null : Checkout,
            Repository = Repository,
            WorkingDirectory = Location,
            Since = Since,
            First = isPattern ? int.MaxValue : First,
        };
        WithPool(pool =>
        {
            var pattern = isPattern ? WildcardNames.Read(Checkout!) : null;
            var events = pool.Leases.ListHistory(request, Cancellation);
            WriteObject(pattern is null ? events : events.Where(one => pattern.IsMatch(one.Checkout)).Take(First), enumerateCollection: true);
        });
    }
}
