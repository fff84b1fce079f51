using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Recycling;

/// <summary>Rescues the work that exists only in a checkout. The checkout does not change.</summary>
/// <param name="reports">Receives what the user should know; null to report nothing.</param>
internal sealed class WorkRescue(GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>Looks at a checkout and rescues the work in it.</summary>
    /// <returns>The rescue; null if there was nothing to rescue.</returns>
    public Rescue? Run(
        RecyclingRequest request,
        RawFolder root,
        RawFolder gitDirectory,
        GitView view,
        RepositoryState state,
        CancellationToken cancellationToken)
    {
        var index = WorkIndex.Take(view, git, request, gitDirectory, state.Commit, record: null, cancellationToken);
        return Run(
            request,
            root,
            gitDirectory,
            view,
            state,
            index.Look(view, git, request, root, cancellationToken),
            index.Original,
            cancellationToken);
    }

    /// <summary>Rescues the work that a look has found.</summary>
    /// <param name="index">The path of the index to keep; null for none.</param>
    /// <returns>The rescue; null if there was nothing to rescue.</returns>
    public Rescue? Run(
        RecyclingRequest request,
        RawFolder root,
        RawFolder gitDirectory,
        GitView view,
        RepositoryState state,
        WorkTreeLook look,
        string? index,
        CancellationToken cancellationToken)
    {
        var leftovers = new LeftoverSearch(view, git, reports, request).Find(
            root, gitDirectory, state, look, look.Hidden, cancellationToken);
        var earlier = request.IsRescued ? Rescues(request).Newest(request.Checkout) : null;
        if (leftovers is null
            || (earlier is null && request.IsRescued && HasOnlyDeletions(leftovers, state))
            || (
                earlier is not null
                && Rescues(request).TryRead(
                    earlier.Id,
                    source => new RescueCover(source, view, git, request).Has(
                        new CheckoutTree(root, gitDirectory), leftovers, cancellationToken),
                    cancellationToken)))
        {
            KeepUndone(request, gitDirectory, view, state, cancellationToken);
            return earlier;
        }

        if (leftovers.Size > request.MaxRescueSize)
        {
            throw new GitprocException(
                ErrorReason.LeftoversTooLarge,
                $"The work in {request.Checkout} takes {leftovers.Size} bytes, more than the limit of {request.MaxRescueSize} bytes for a rescue. Nothing was changed: {request.Path}",
                request.Checkout);
        }

        var rescue = Write(
            request,
            view,
            (target, id) =>
                new RescueWriting(view, git, request).Write(
                    target, id, root, gitDirectory, state, leftovers, index, cancellationToken),
            cancellationToken);
        KeepUndone(request, gitDirectory, view, state, cancellationToken);
        request.Rescued?.Invoke(rescue);
        return rescue;
    }

    // An interrupted cleaning has begun to remove files that the checkout was not to have. Nothing was work then.
    private static bool HasOnlyDeletions(Leftovers leftovers, RepositoryState state) =>
        leftovers is { Files: [], Trees: [], Staged: [], Tags: [], Objects: [], NewCommits: 0 }
        && !state.IsUnfinished
        && state.UnfinishedWorktrees.Count == 0;

    // Kept commits are not reported: a job that undoes a commit usually means to.
    private void KeepUndone(
        RecyclingRequest request,
        RawFolder gitDirectory,
        GitView view,
        RepositoryState state,
        CancellationToken cancellationToken)
    {
        if (!request.KeepsUndone
            || request.Rescues is not { } store
            || store.Find(request.RescueId + "-undone") is not null)
            return;
        var (tips, count) = new UndoneCommits(view, git, request).Find(gitDirectory, state, cancellationToken);
        if (tips.Count == 0)
            return;
        var size = OwnObjects.Measure(view, git, request, tips, cancellationToken);
        if (size > request.MaxRescueSize)
        {
            Warn(
                $"the objects of {request.Checkout} take {size} bytes, more than the limit of {request.MaxRescueSize} bytes for a rescue"
            );
            return;
        }

        var made = Path.Combine(view.Folder, "undone.git");
        RescueStore.Make(made, request.Base);
        var leftovers = Leftovers.OfCommits(tips, count, size);
        if (
            new RescueWriting(view, git, request).WriteUndone(
                new RescueSource(made, RescueStore.Branch), request.RescueId + "-undone", leftovers, cancellationToken)
            is not { } undone)
        {
            Warn("git refuses them");
            return;
        }

        BaseRefs.MarkBorrowed(request.Base);
        store.Keep(made, undone);

        void Warn(string why) =>
            reports?.Report(
                new PoolReport(
                    ReportKind.Warning,
                    $"the job undid commits in {request.Checkout}, which are not kept: {why}. The first is {tips[0]}"));
    }

    // An interrupted recycling may have written this rescue already; it removes nothing before the caller knows of the
    // rescue. But a holder may also have reset the checkout since, and gone on working.
    private Rescue Write(
        RecyclingRequest request,
        GitView view,
        Func<RescueSource, string, Rescue> write,
        CancellationToken cancellationToken)
    {
        var rescues = Rescues(request);
        var there = rescues.OfRecycling(request.RescueId, request.LastLease?.Id, cancellationToken);
        var id = request.RescueId;
        for (var number = 2;
            there.Any(rescue => rescue.Id == id) || LeftFiles.IsLocked(request.Base, BaseRefs.RescueFolder + id);
            number++)
            id = $"{request.RescueId}-{number}";

        var made = Path.Combine(view.Folder, "rescue.git");
        if (request.Rescues is not null)
            RescueStore.Make(made, request.Base);
        var target = request.Rescues is null
            ? new RescueSource(request.Base, BaseRefs.RescueFolder + id)
            : new RescueSource(made, RescueStore.Branch);
        var rescue = write(target, id);
        if (there is [.., var last]
            && rescues.TryRead(last.Id, source => source.Identity(git, cancellationToken), cancellationToken)
                == target.Identity(git, cancellationToken))
        {
            if (request.Rescues is null)
                rescues.Remove(rescue.Id, cancellationToken);
            return last;
        }

        if (request.Rescues is null)
            return rescue;
        BaseRefs.MarkBorrowed(request.Base);
        request.Rescues.Keep(made, rescue);
        return rescue;
    }

    /// <summary>Gets the rescues of the repository that is being recycled.</summary>
    public Rescues Rescues(RecyclingRequest request) =>
        new(request.Base, git) { Own = request.Rescues is { } store ? (store, request.Key) : null };
}
