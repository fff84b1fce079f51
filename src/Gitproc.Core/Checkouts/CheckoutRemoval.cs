using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Removes checkouts. The folder goes into the pool's <c>tmp</c> in one step, then off the list, and is deleted there:
/// whoever is killed leaves the checkout, or a folder in <c>tmp</c> that a repair removes.
/// </summary>
/// <param name="reports">Told of what is left; null for nobody.</param>
internal sealed class CheckoutRemoval(
    PoolFolder folder,
    PoolDatabase database,
    Lifecycle lifecycle,
    CheckoutRecovery recovery,
    IProgress<PoolReport>? reports)
{
    public void Remove(long id, RemoveRequest request, string why, CancellationToken cancellationToken)
    {
        using var seized = new CheckoutSeizure(folder, database, lifecycle, request, reports) { Command = "remove" }
            .Seize(id, cancellationToken);
        var mayLose = request.Discard && (request.Force || seized.Reason is null);
        var place = folder.Place(seized.Row);
        if (!mayLose && !CheckoutHealth.IsGone(place))
            Rescue(seized, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Erase(seized, place, why);
    }

    /// <summary>How to remove a checkout with what is in it and could not be rescued.</summary>
    public static Hint ThrowAway(string name) =>
        new("\nTo throw that away: ", "remove", name) { Options = [new("Force"), new("Discard")] };

    private void Rescue(SeizedCheckout seized, CancellationToken cancellationToken)
    {
        var row = seized.Row;
        var repository = database.Repositories.Of(row);
        var target = BaseRefs.Default(folder.Base(repository.Base));
        if (recovery.TryClean(seized, repository, target, CleanMode.Default, cancellationToken).Failure is { } failure)
        {
            throw new GitprocException(
                ErrorReason.NotRescued,
                $"{row.Name} is not removed, as what is in it was not rescued: it {failure}",
                row.Name)
            {
                Hint = ThrowAway(row.Name),
            };
        }

        // It is clean and free, and may have been acquired in this moment.
        if (lifecycle.TakeOutOfUse(seized.Alone, row) is null)
        {
            throw new GitprocException(ErrorReason.HeldByOther, $"{row.Name} was acquired while it was to be removed.", row.Name)
            {
                Hint = Hint.See("list"),
            };
        }
    }

    private void Erase(SeizedCheckout seized, CheckoutPlace place, string why)
    {
        var (row, path) = (seized.Row, place.Path);
        if (MountPoints.Below(path) is [var mount, ..])
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"{row.Name} is not removed, as something is mounted in it: {mount}. Take that away first.",
                row.Name);
        }

        var doomed = folder.Unfinished(row.Name);
        if (new FileInfo(path) is { LinkTarget: not null } or { Exists: true })
            RemoveLink(path);
        else if (Directory.Exists(path))
            Directory.Move(path, doomed);
        // Last: what is in it outlives the folder.
        if (place.IsWorktree)
            FolderRemoval.Remove(place.GitDirectory);
        TreeRecord.Remove(folder.Record(row.Name));
        lifecycle.Forget(seized.Alone, row, why);
        FolderRemoval.TryRemove(doomed);
        if (Directory.Exists(doomed))
        {
            reports?.Report(new PoolReport(ReportKind.Warning, $"{row.Name} is removed, but not all of {doomed} could be deleted")
            {
                Hint = new("; ", "repair") { End = " tries again" },
            });
        }
    }

    // What it leads to is none of ours. Windows has links that are folders.
    private static void RemoveLink(string path)
    {
        if (OperatingSystem.IsWindows() && Directory.Exists(path))
            Directory.Delete(path);
        else
            File.Delete(path);
    }
}

/// <summary>Which checkout to remove, and how. With force and discard, even work that cannot be rescued goes.</summary>
public sealed record RemoveRequest : CheckoutRequest
{
    /// <summary>True to throw away work that is not on the remote, and not to rescue it.</summary>
    public bool Discard { get; init; }
}
