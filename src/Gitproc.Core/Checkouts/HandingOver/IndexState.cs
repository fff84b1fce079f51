using Gitproc.Files;
using Gitproc.Git;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>The index of a checkout during its hand-over: as it was left, or made anew where that one hides something.</summary>
/// <param name="view">The view of the checkout.</param>
/// <param name="git">Runs git.</param>
/// <param name="request">The hand-over.</param>
internal sealed class IndexState(GitView view, GitRunner git, HandOverRequest request)
{
    private readonly IndexRepair _repair = new(view, git, request.Checkout);
    private readonly bool _withIgnored = request.Clean == CleanMode.Full;

    /// <summary>The file with the index as the job left it; null when it cannot be read.</summary>
    public string? Original { get; private set; }

    /// <summary>Whether the checkout's own index is not in use any more.</summary>
    public bool IsRebuilt => view.Index == view.OwnIndex;

    /// <summary>Looks at the work tree until nothing is hidden.</summary>
    /// <param name="root">The checkout's folder.</param>
    /// <param name="gitDirectory">Its git directory.</param>
    /// <param name="state">What the git directory says.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What git says.</returns>
    public WorkTreeLook Look(RawFolder root, RawFolder gitDirectory, RepositoryState state, CancellationToken cancellationToken)
    {
        var isSplit = _repair.BringSharedParts(gitDirectory);
        Original = view.Index;
        WorkTreeLook look;
        try
        {
            if (state.Commit is not null && IndexFile.CountEntries(view.Index) is null)
                throw new GitprocException(ErrorReason.GitFailed, $"{request.Checkout} has no readable index.", request.Checkout);
            if (isSplit)
                _repair.Rebuild(cancellationToken);
            look = Take(root, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            Original = null;
            Reread(state, cancellationToken);
            look = Take(root, cancellationToken);
        }

        if (isSplit && Original is not null)
            Original = view.OwnIndex;
        if (look.HasMarks)
        {
            _repair.Rebuild(cancellationToken);
            look = Take(root, cancellationToken) with { AssumedUnchanged = look.AssumedUnchanged, Skipped = look.Skipped };
        }

        if (look.Unreadable.Length == 0)
            return look;
        // Walking over the folders makes them accessible.
        RawTree.Walk(root, "", entry => entry.Path != ".git");
        return Take(root, cancellationToken);
    }

    /// <summary>Brings it up to date with files of which only mode or times have changed.</summary>
    /// <param name="cancellationToken">Ends git.</param>
    public void Compare(CancellationToken cancellationToken) => _repair.Compare(cancellationToken);

    /// <summary>Gives the checkout the index that is in use.</summary>
    /// <param name="gitDirectory">Its git directory.</param>
    public void Finish(RawFolder gitDirectory)
    {
        if (request.Target.Commit is null || gitDirectory.Find("index") != EntryKind.File)
            gitDirectory.Remove("index");
        if (request.Target.Commit is not null && IsRebuilt)
            File.Move(view.OwnIndex, Path.Combine(request.Place.GitDirectory, "index"), overwrite: true);
    }

    private void Reread(RepositoryState state, CancellationToken cancellationToken)
    {
        try
        {
            _repair.Reread(state.Commit, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            // The commit is gone: what differs from the one to come is all that can be told.
            _repair.Reread(request.Target.Commit, cancellationToken);
        }
    }

    private WorkTreeLook Take(RawFolder root, CancellationToken cancellationToken) =>
        WorkTreeLook.Take(view, git, request.Checkout, root, _withIgnored, cancellationToken);
}
