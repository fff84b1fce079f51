using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Removes free checkouts that nobody has used for long, and the base repositories of which nothing is left. Emits what is removed;
/// with -WhatIf what would be.
/// </summary>
[Cmdlet(VerbsCommon.Clear, "GitprocPool", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Clear-GitprocPool.md")]
[OutputType(typeof(PrunedItem))]
public sealed class ClearGitprocPoolCommand : LongCommand
{
    /// <summary>For how long nobody has used it, as 12h or 14d; 14 days when not given.</summary>
    [Parameter(Position = 0)]
    [Duration]
    public TimeSpan? UnusedFor { get; set; }

    /// <summary>Keep so many free checkouts of each repository all the same, those that were used last; none when not given.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepFree { get; set; }

    /// <summary>Only what is of this repository: a URL, a local path, or a name the pool knows.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <inheritdoc/>
    private protected override void Run() => WithPool(pool =>
    {
        var request = new PruneRequest { KeepFree = KeepFree, Repository = Repository, WorkingDirectory = Location };
        foreach (var item in pool.Care.FindUnused(request with { UnusedFor = UnusedFor ?? request.UnusedFor }, Cancellation))
            Attempt(() => Prune(item, pool));
        if (ShouldProcess(pool.Path, "Pack the base repositories that need it"))
            pool.Care.Maintain(Cancellation);
    });

    private void Prune(PrunedItem item, Pool pool)
    {
        var what = $"{item.Kind} {item.Name} ({PrintableSize.Of(item.Size)}, unused since {item.LastUsedAt.ToLocalTime():yyyy-MM-dd HH:mm})";
        var isMeant = ShouldProcess($"Performing the operation \"Remove\" on target \"{what}\".", $"Remove {what}?", "gitproc", out var reason);
        if (isMeant ? pool.Care.Prune(item, Cancellation) : reason == ShouldProcessReason.WhatIf)
            WriteObject(item);
    }
}
