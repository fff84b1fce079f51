using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Makes a checkout fit for the next job: nothing of the last one remains, and no work is lost. Nothing that the last job
/// left is run or obeyed. It can be ended at any moment and done again.
/// </summary>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class CheckoutRecycling(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    private const string Objects = "objects";

    /// <summary>Hands over. Nobody else does so, or works in the checkout, at the time.</summary>
    /// <returns>What was rescued; null when there was nothing.</returns>
    public Rescue? Run(RecyclingRequest request, CancellationToken cancellationToken)
    {
        if (request.Clean == CleanMode.None)
            return null;
        if (MountPoints.Below(request.Path) is [var mount, ..])
        {
            throw new GitprocException(
                ErrorReason.CannotClean, $"Something is mounted in {request.Checkout}, which is not touched: {mount}. Take it away", request.Checkout)
            {
                Hint = new(", and then: ", "reset", request.Checkout),
            };
        }

        try
        {
            return request.Place.IsWorktree ? RunInWorktree(request, cancellationToken) : RunInClone(request, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitprocException(ErrorReason.CannotClean, $"{request.Checkout} cannot be cleaned: {e.Message}", request.Checkout, e);
        }
    }

    private Rescue? RunInClone(RecyclingRequest request, CancellationToken cancellationToken)
    {
        using var root = RawFolder.Open(request.Path);
        using var gitDirectory = root.TryOpenFolder(".git") ?? throw new DirectoryNotFoundException($"{request.Checkout} has no .git folder.");
        var state = RepositoryState.Read(gitDirectory);
        using var view = GitView.OfCheckout(folder.Unfinished(request.Checkout), request.Place, request.Template, request.Base, state.Commit);
        RawTree.MakeFolder(gitDirectory, Objects);
        ObjectTraps.Remove(gitDirectory, request.Place.Objects, Path.Combine(request.Base, Objects));
        var rescue = Run(request, root, gitDirectory, state, view, cancellationToken);
        var store = new LfsStore(request.Base);
        // That of the view is the template repository's: there git-lfs has put what it got to clean the checkout.
        store.Take(request.Template);
        store.Take(request.Place.GitDirectory);
        new PristineGitDirectory(request.Template, request.Url, request.Target).Write(request.Place.GitDirectory);
        return rescue;
    }

    // What is shared stays as it is, but for the config and hooks by which one job would have the next one's git run something.
    private Rescue? RunInWorktree(RecyclingRequest request, CancellationToken cancellationToken)
    {
        SharedConfig.PutBack(request.Base);
        Directory.CreateDirectory(request.Place.GitDirectory);
        using var gitDirectory = RawFolder.Open(request.Place.GitDirectory);
        using var shared = RawFolder.Open(request.Base);
        var pristine = new PristineWorktree(request.Place);
        // What is in the files is then compared with the commit to come.
        if (request.Place.ReadHead() is null)
            pristine.WriteHead(request.Target);
        var state = RepositoryState.Read(gitDirectory, shared);
        if (!Paths.IsFolder(request.Path))
            BringBack(request, gitDirectory, state, cancellationToken);
        using var root = RawFolder.Open(request.Path);
        pristine.WriteGitFile(root);
        using var view = GitView.OfCheckout(folder.Unfinished(request.Checkout), request.Place, request.Template, request.Base, state.Commit);
        var rescue = Run(request, root, gitDirectory, state, view, cancellationToken);
        new LfsStore(request.Base).Take(request.Template);
        pristine.Write(request.Target);
        return rescue;
    }

    // Its folder is gone, but not what was staged and committed there: the files that the index has are no work. It appears when it is
    // whole: what is not in it yet would be taken for deleted when this is ended.
    private void BringBack(RecyclingRequest request, RawFolder gitDirectory, RepositoryState state, CancellationToken cancellationToken)
    {
        reports?.Report(new PoolReport(ReportKind.Warning, $"the folder of {request.Checkout} is gone; it is made anew"));
        var back = Directory.CreateDirectory(folder.Unfinished(request.Checkout + "-back")).FullName;
        try
        {
            using var view = GitView.OfCheckout(folder.Unfinished(request.Checkout), request.Place.At(back), request.Template, request.Base, state.Commit);
            if (gitDirectory.Find("index") == EntryKind.File)
            {
                // A git whose gitproc was killed may still write beside the other one.
                File.Copy(view.Index, view.OwnIndex);
                view.UseOwnIndex();
                git.Run(view.Call(request.Checkout, "checkout-index", "--all", "--force", "--index", "--quiet") with { MayFail = true }, cancellationToken);
            }

            Directory.Move(back, request.Path);
        }
        finally
        {
            FolderRemoval.TryRemove(back);
        }
    }

    private Rescue? Run(
        RecyclingRequest request, RawFolder root, RawFolder gitDirectory, RepositoryState state, GitView view, CancellationToken cancellationToken)
    {
        // Left by a git that was killed; nobody works here now.
        gitDirectory.Remove("index.lock");
        var record = TreeRecord.TryRead(request.Record!);
        var quick = record is null ? null : new QuickLook(view, git, request, record);
        var look = quick?.TryTake(root, gitDirectory, state, cancellationToken);
        var isQuick = look is not null;
        var (tracked, index) = (record?.Entries ?? [], (string?)TreeRecord.IndexOf(request.Record!));
        if (look is null)
        {
            var work = WorkIndex.Take(view, git, request, gitDirectory, state.Commit, record, cancellationToken);
            (tracked, index, look) = (work.Entries, work.Original, work.Look(view, git, request, root, cancellationToken));
        }

        Rescue? rescue = null;
        if (!request.Discard)
            rescue = new WorkRescue(git, reports).Run(request, root, gitDirectory, view, state, look, index, cancellationToken);
        if (isQuick && look.IsClean && state.Commit == request.Target.Commit)
        {
            quick!.Finish(gitDirectory);
            return rescue;
        }

        if (isQuick)
            quick!.UseRecord();
        var hasNothingElse = new Cleaning(view, git, request).Run(root, look.Hidden, tracked, record, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Finish(request, gitDirectory, view, hasNothingElse, cancellationToken);
        return rescue;
    }

    private static void Finish(RecyclingRequest request, RawFolder gitDirectory, GitView view, bool hasNothingElse, CancellationToken cancellationToken)
    {
        TreeRecord.Write(request.Record!, request.Path, request.Target.Commit, view.OwnIndex, hasNothingElse, cancellationToken);
        if (request.Target.Commit is null || gitDirectory.Find("index") != EntryKind.File)
            gitDirectory.Remove("index");
        if (request.Target.Commit is not null)
            File.Move(view.OwnIndex, Path.Combine(request.Place.GitDirectory, "index"), overwrite: true);
    }
}
