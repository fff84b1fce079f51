using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Gets the events of checkouts and leases, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocHistory", HelpUri = HelpPage.Folder + "Get-GitprocHistory.md")]
[OutputType(typeof(HistoryEvent))]
public sealed class GetGitprocHistoryCommand : GitprocCommand
{
    /// <summary>Only checkouts of this name, with wildcards. If omitted, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public string? Checkout { get; set; }

    /// <summary>Only this repository: a URL, a local path, or a name that the pool knows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>Only events since then: a time, or an age such as 1h or 2d.</summary>
    [Parameter]
    [TimeOrAge]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The most events to return, the newest ones.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = 100;

    /// <summary>The events of all machines of the fleet, and those of the fleet itself.</summary>
    [Parameter]
    public SwitchParameter Fleet { get; set; }

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
            var events = Fleet
                ? pool.FleetView.ListHistory(Repository, Since, First, Cancellation)
                : pool.Leases.ListHistory(request, Cancellation);
            if (Fleet && Checkout is not null)
                pattern ??= WildcardNames.Read(Checkout);
            WriteObject(
                TableView.Remember(
                    pattern is null ? events : [.. events.Where(one => pattern.IsMatch(one.Checkout)).Take(First)]),
                enumerateCollection: true);
        });
    }
}
