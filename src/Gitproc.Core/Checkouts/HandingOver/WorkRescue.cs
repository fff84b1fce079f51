using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>Rescues the work that is in a checkout and nowhere else, and leaves the checkout as it is.</summary>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class WorkRescue(GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>Rescues the work that is in a checkout, and leaves the checkout as it is.</summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="root">Its folder.</param>
    /// <param name="gitDirectory">Its git directory.</param>
    /// <param name="view">The view of it.</param>
    /// <param name="state">What its git directory says.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What was rescued; null when there was nothing.</returns>
    /// <exception cref="GitprocException">It could not be rescued.</exception>
    public Rescue? Run(
        HandOverRequest request, RawFolder root, RawFolder gitDirectory, GitView view, RepositoryState state, CancellationToken cancellationToken)
    {
        var index = new IndexState(view, git, request);
        var look = index.Look(root, gitDirectory, state, cancellationToken);
        return Run(request, root, gitDirectory, view, state, look, index.Original, cancellationToken);
    }

    /// <summary>Rescues what is found in a checkout.</summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="root">Its folder.</param>
    /// <param name="gitDirectory">Its git directory.</param>
    /// <param name="view">The view of it.</param>
    /// <param name="state">What its git directory says.</param>
    /// <param name="look">What git says of its work tree.</param>
    /// <param name="index">The path of the index to keep; null for none.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What was rescued; null when there was nothing.</returns>
    /// <exception cref="GitprocException">It could not be rescued.</exception>
    public Rescue? Run(
        HandOverRequest request, RawFolder root, RawFolder gitDirectory, GitView view, RepositoryState state, WorkTreeLook look, string? index,
        CancellationToken cancellationToken)
    {
        var leftovers = new LeftoverSearch(view, git, reports, request).Find(root, gitDirectory, state, look, look.Hidden, cancellationToken);
        if (leftovers is null)
            return null;
        if (leftovers.Size > request.MostRescued)
        {
            throw new GitprocException(
                ErrorReason.LeftoversTooLarge,
                $"What was left in {request.Checkout} takes {leftovers.Size} bytes, and no more than {request.MostRescued} are rescued. Nothing of it was touched: {request.Path}",
                request.Checkout);
        }

        var rescue = Write(request, id => new RescueWriting(view, git, request).Write(id, root, gitDirectory, state, leftovers, index, cancellationToken), cancellationToken);
        request.Rescued?.Invoke(rescue);
        return rescue;
    }

    // A hand-over that was ended may have come as far as having written it, and nothing was thrown away before the caller
    // knew. But a holder may also have reset the checkout, and worked on.
    private Rescue Write(HandOverRequest request, Func<string, Rescue> write, CancellationToken cancellationToken)
    {
        var rescues = new Rescues(request.Base, git);
        var there = rescues.OfHandOver(request.RescueId, cancellationToken);
        var id = request.RescueId;
        for (var number = 2; there.Any(rescue => rescue.Id == id) || LeftLocks.IsLocked(request.Base, Rescues.Folder + id); number++)
            id = $"{request.RescueId}-{number}";

        var rescue = write(id);
        if (there is not [.., var last] || !rescues.AreSame(last.Id, rescue.Id, cancellationToken))
            return rescue;
        rescues.Remove(rescue.Id, cancellationToken);
        return last;
    }
}
