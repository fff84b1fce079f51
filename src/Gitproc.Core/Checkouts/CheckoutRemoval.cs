using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Removes checkouts. One step moves the folder into the pool's <c>tmp</c>, then the row goes, and then the folder is
/// deleted. A kill leaves the checkout, or a folder in <c>tmp</c> that a repair removes.
/// </summary>
/// <param name="reports">Receives what could not be deleted; null to report nothing.</param>
internal sealed class CheckoutRemoval(
    PoolFolder folder,
    PoolDatabase database,
    Lifecycle lifecycle,
    CheckoutRecovery recovery,
    PoolSettings settings,
    IProgress<PoolReport>? reports)
{
    public void Remove(long id, RemoveRequest request, string why, CancellationToken cancellationToken)
    {
        var seizure = new CheckoutSeizure(folder, database, lifecycle, request, reports) { Command = "remove" };
        if (request.ChecksOnly)
        {
            MustHaveNoMounts(seizure.Check(id, cancellationToken));
            return;
        }

        using var seized = seizure.Seize(id, cancellationToken);
        var mayLose = request.Discard && (request.Force || seized.Reason is null);
        var place = folder.Place(seized.Row);
        if (!CheckoutHealth.IsGone(place))
            RunHooks(seized.Row, cancellationToken);
        if (!mayLose && !CheckoutHealth.IsGone(place))
            Rescue(seized, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Erase(seized, place, why);
    }

    /// <summary>The command that removes a checkout together with work that could not be rescued.</summary>
    public static Hint ThrowAway(string name) =>
        new("\nTo throw that away: ", "remove", name) { Options = [new("Force"), new("Discard")] };

    private void RunHooks(CheckoutRow row, CancellationToken cancellationToken)
    {
        var setup = new RepositorySetup(folder, database.Repositories.Of(row)).For(row, settings);
        new CheckoutHooks(folder, setup.Hooks, reports).Leaving(HookMoment.Remove, row, cancellationToken);
    }

    private void Rescue(SeizedCheckout seized, CancellationToken cancellationToken)
    {
        var row = seized.Row;
        var repository = database.Repositories.Of(row);
        var target = BaseRefs.Default(folder.Base(repository.Base));
        if (recovery.TryClean(seized, repository, target, CleanMode.Default, cancellationToken).Failure is { } failure)
        {
            throw new GitprocException(
                ErrorReason.NotRescued,
                $"{row.Name} was not removed, because the work in it could not be rescued: it {failure}",
                row.Name)
            {
                Hint = ThrowAway(row.Name),
            };
        }

        // The checkout is clean and free now, so another process may just have acquired it.
        if (lifecycle.TakeOutOfUse(seized.Alone, row) is null)
        {
            throw new GitprocException(
                ErrorReason.HeldByOther, $"{row.Name} was acquired during the removal.", row.Name)
            {
                Hint = Hint.See("list"),
            };
        }
    }

    private void Erase(SeizedCheckout seized, CheckoutPlace place, string why)
    {
        var (row, path) = (seized.Row, place.Path);
        MustHaveNoMounts(row);
        AcquireLeftovers.Remove(folder, seized.Alone, row);
        var doomed = folder.Unfinished(row.Name);
        if (new FileInfo(path) is { LinkTarget: not null } or { Exists: true })
            RemoveLink(path);
        else if (Directory.Exists(path))
            FileMove.Folder(path, doomed);
        // After the folder: commits and the index in here are needed as long as the folder exists.
        if (place.IsWorktree)
            FolderRemoval.Remove(place.GitDirectory);
        TreeRecord.Remove(folder.Record(row.Name));
        SubmoduleList.Remove(folder.Record(row.Name));
        File.Delete(folder.SetupMark(row.Name));
        lifecycle.Forget(seized.Alone, row, why);
        FolderRemoval.TryRemove(doomed);
        if (Directory.Exists(doomed))
        {
            reports?.Report(
                new PoolReport(ReportKind.Warning, $"{row.Name} is removed, but not all of {doomed} could be deleted")
                {
                    Hint = new("; ", "repair") { End = " tries again" },
                });
        }
    }

    private void MustHaveNoMounts(CheckoutRow row)
    {
        if (MountPoints.Below(folder.Checkout(row.Name)) is [var mount, ..])
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"{row.Name} was not removed, because something is mounted in it: {mount}. Unmount it first.",
                row.Name);
        }
    }

    // Removes the link and not its target. On Windows a link can be a folder.
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
