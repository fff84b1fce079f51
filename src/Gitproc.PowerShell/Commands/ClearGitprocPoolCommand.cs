using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Removes unused checkouts, never held ones: free checkouts that have not been used for a long time, old rescues, and
/// base repositories that nothing uses any more. Emits what it removes; with -WhatIf, what it would remove.
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
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? UnusedFor { get; set; }

    /// <summary>
    /// Keep this many free checkouts of each repository, the most recently used ones. If omitted, none.
    /// </summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepFree { get; set; }

    /// <summary>
    /// Remove more free checkouts, the longest unused first, until all of them take at most this much on disk, for
    /// example 20GB or '20g'. If omitted, any size may stay.
    /// </summary>
    [Parameter]
    [Size]
    [ValidateRange(0, long.MaxValue)]
    public long? MaxSize { get; set; }

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
                MaxSize = MaxSize,
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
        var (what, used, why) = item.Kind switch
        {
            PrunedKind.Checkout => (
                "Remove the unused checkout",
                "held by nobody, last used",
                "Held checkouts stay, and work in this one is rescued first."),
            PrunedKind.Rescue => ("Remove the old rescue", "rescued", "This throws rescued work away."),
            _ => ("Remove the unused base repository", "last used", "No checkout and no rescue needs it."),
        };
        var at = item.LastUsedAt.ToLocalTime();
        var target = $"{item.Name} ({PrintableSize.Of(item.Size)}, {used} {at:yyyy-MM-dd HH:mm})";
        var isMeant = ShouldProcess(
            $"Performing the operation \"{what}\" on target \"{target}\".", $"{what} {target}?", why, out var reason);
        if (isMeant ? pool.Care.Prune(item, Cancellation) : reason == ShouldProcessReason.WhatIf)
            WriteObject(item);
    }
}
