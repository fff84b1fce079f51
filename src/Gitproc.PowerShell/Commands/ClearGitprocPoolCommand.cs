using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Removes free checkouts that have not been used for a long time, and base repositories that nothing uses any more.
/// Emits what it removes; with -WhatIf, what it would remove.
/// </summary>
[Cmdlet(
    VerbsCommon.Clear, "GitprocPool", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Clear-GitprocPool.md"
)]
[OutputType(typeof(PrunedItem))]
public sealed class ClearGitprocPoolCommand : LongCommand
{
    /// <summary>How long it has not been used, for example 12h or 14d. If omitted, 14 days.</summary>
    [Parameter(Position = 0)]
    [Duration]
    public TimeSpan? UnusedFor { get; set; }

    /// <summary>
    /// Keep this many free checkouts of each repository, the most recently used ones. If omitted, none.
    /// </summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepFree { get; set; }

    /// <summary>Only this repository: a URL, a local path, or a name that the pool knows.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <inheritdoc/>
    private protected override void Run() =>
        WithPool(pool =>
        {
            var request = new PruneRequest
            {
                KeepFree = KeepFree,
                Repository = Repository,
                WorkingDirectory = Location,
            };
            foreach (
                var item in pool.Care.FindUnused(
                    request with
                    {
                        UnusedFor = UnusedFor ?? request.UnusedFor,
                    },
                    Cancellation))
                Attempt(() => Prune(item, pool));
            if (ShouldProcess(pool.Path, "Pack the base repositories that need it"))
                pool.Care.Maintain(Cancellation);
        });

    private void Prune(PrunedItem item, Pool pool)
    {
        var what =
            $"{item.Kind} {item.Name} ({PrintableSize.Of(item.Size)}, unused since {item.LastUsedAt.ToLocalTime():yyyy-MM-dd HH:mm})";
        var isMeant = ShouldProcess(
            $"Performing the operation \"Remove\" on target \"{what}\".", $"Remove {what}?", "gitproc", out var reason);
        if (isMeant ? pool.Care.Prune(item, Cancellation) : reason == ShouldProcessReason.WhatIf)
            WriteObject(item);
    }
}
