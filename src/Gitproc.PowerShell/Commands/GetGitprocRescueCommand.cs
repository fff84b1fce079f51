using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Lists the rescues: work that was kept when checkouts were cleaned, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocRescue", HelpUri = HelpPage.Folder + "Get-GitprocRescue.md")]
[OutputType(typeof(Rescue))]
public sealed class GetGitprocRescueCommand : GitprocCommand
{
    /// <summary>Ids, whole or short, or patterns of them. If omitted, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RescueCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only this repository: a URL, a local path, or a name that the pool knows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>List instead the commits that jobs undid themselves.</summary>
    [Parameter]
    public SwitchParameter Undone { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        var rescues = pool.Rescues.List(Repository, Location, Undone, Cancellation);
        if (Id is null)
        {
            WriteObject(TableView.Remember(rescues), enumerateCollection: true);
            return;
        }

        foreach (var id in Id)
        {
            try
            {
                var isPattern = WildcardPattern.ContainsWildcardCharacters(id);
                var pattern = WildcardNames.Read(
                    isPattern ? id : pool.Rescues.Find(id, Location, mustBeOfCheckout: false, Cancellation).Id);
                var found = rescues
                    .Where(rescue => pattern.IsMatch(rescue.Id) || (isPattern && pattern.IsMatch(rescue.ShortId)))
                    .ToList();
                if (found.Count == 0 && !isPattern)
                    throw new GitprocException(ErrorReason.RescueNotFound, $"There is no rescue {id}.", id);
                WriteObject(TableView.Remember(found), enumerateCollection: true);
            }
            catch (GitprocException e)
            {
                WriteError(ErrorRecords.Of(e));
            }
        }
    });
}
