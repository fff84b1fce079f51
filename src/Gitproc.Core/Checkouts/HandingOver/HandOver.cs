using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>
/// Makes a checkout fit for the next job: nothing of the last one remains, and no work is lost. Nothing that the last job
/// left is run or obeyed. It can be ended at any moment and done again.
/// </summary>
/// <param name="folder">The pool.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class HandOver(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>Hands over. Nobody else does so, or works in the checkout, at the time.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What was rescued; null when there was nothing.</returns>
    /// <exception cref="GitprocException">
    /// It could not be done. With <see cref="ErrorReason.LeftoversTooLarge"/> nothing was touched; otherwise work may be
    /// rescued, and the checkout is in between.
    /// </exception>
    public Rescue? Run(HandOverRequest request, CancellationToken cancellationToken)
    {
        if (request.Clean == CleanMode.None)
            return null;
        try
        {
            using var root = RawFolder.Open(request.Path);
            using var gitDirectory = root.TryOpenFolder(".git") ?? throw new DirectoryNotFoundException($"{request.Checkout} has no .git folder.");
            var state = RepositoryState.Read(gitDirectory);
            using var view = GitView.OfCheckout(folder.Unfinished(request.Checkout), request.Path, request.Model, request.Base, state.Commit);
            return Run(request, root, gitDirectory, state, view, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitprocException(ErrorReason.CannotClean, $"{request.Checkout} cannot be cleaned: {e.Message}", request.Checkout, e);
        }
    }

    private Rescue? Run(
        HandOverRequest request, RawFolder root, RawFolder gitDirectory, RepositoryState state, GitView view, CancellationToken cancellationToken)
    {
        // Left by a git that was killed; nobody works here now.
        gitDirectory.Remove("index.lock");
        RawTree.MakeFolder(gitDirectory, "objects");
        var index = new IndexState(view, git, request);
        var look = index.Look(root, gitDirectory, state, cancellationToken);
        var hidden = look.Hidden;
        Rescue? rescue = null;
        if (request.IsRescued)
            rescue = new Rescues(request.Base, git).Find(request.RescueId, cancellationToken);
        else if (!request.Discard)
            rescue = new WorkRescue(git, reports).Run(request, root, gitDirectory, view, state, look, index.Original, cancellationToken);
        var areMended = (index.IsRebuilt || TrackedModes.AreDue(request)) && TrackedModes.Mend(root, look, view.Folder);
        if (areMended)
            index.Compare(cancellationToken);
        var mustCompare = Distrust.IsDue(gitDirectory, request.Model, look);
        if (!look.IsClean || !hidden.IsEmpty || areMended || mustCompare || index.IsRebuilt || state.Commit != request.Target.Commit)
            new Cleaning(view, git, request).Run(root, hidden, mustCompare, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        index.Finish(gitDirectory);
        // That of the view is the model's: there git-lfs has put what it got to clean the checkout.
        foreach (var repository in (string[])[request.Model, Path.Combine(request.Path, ".git")])
            new LfsStore(request.Base).Take(repository);
        new PristineGitDirectory(request.Model, request.Url, request.Target).Write(Path.Combine(request.Path, ".git"));
        return rescue;
    }
}
