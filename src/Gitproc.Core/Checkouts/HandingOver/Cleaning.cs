using Gitproc.Files;
using Gitproc.Git;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>Makes the work tree of a checkout that of a commit, and of nothing else. All that is thrown away is lost.</summary>
/// <param name="view">The view of the checkout.</param>
/// <param name="git">Runs git.</param>
/// <param name="request">The hand-over.</param>
internal sealed class Cleaning(GitView view, GitRunner git, HandOverRequest request)
{
    // Removing a .gitignore shows what it has hidden.
    private const int MostRounds = 4;

    private readonly bool _isFull = request.Clean == CleanMode.Full;

    /// <summary>Cleans.</summary>
    /// <param name="root">The checkout's folder.</param>
    /// <param name="hidden">What git cannot clean.</param>
    /// <param name="mustCompare">Whether what the index says of the files on disk is not to be believed.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <exception cref="GitprocException">Something could not be removed or put back.</exception>
    public void Run(RawFolder root, HiddenEntries hidden, bool mustCompare, CancellationToken cancellationToken)
    {
        hidden.Remove(root);
        // First by the rules of the job: what it did not ignore goes, whatever the commit to come ignores.
        _ = Clean(cancellationToken);
        view.SetHead(request.Target.Commit);
        var error = CheckOut(cancellationToken);
        if (mustCompare)
        {
            new IndexRepair(view, git, request.Checkout).Rebuild(cancellationToken);
            error = CheckOut(cancellationToken);
        }

        for (var round = 0; round < MostRounds; round++)
        {
            if (round > 0)
                error += Clean(cancellationToken);
            if (error.Length > 0)
            {
                // What git could not do is tried again with all folders accessible, as walking over them makes them.
                RawTree.Walk(root, "", entry => entry.Path != ".git");
                error = CheckOut(cancellationToken) + Clean(cancellationToken);
            }

            var look = WorkTreeLook.Take(view, git, request.Checkout, root, _isFull, cancellationToken);
            look.Hidden.Remove(root);
            var untracked = ListUntracked(look, cancellationToken);
            if (look.Changes.Count + untracked.Count == 0 && look.Hidden.IsEmpty)
                return;
            if (round > 0)
            {
                foreach (var path in untracked)
                    RawTree.Remove(root, path);
            }
        }

        throw new GitprocException(
            ErrorReason.CannotClean, $"{request.Checkout} cannot be cleaned{(error.Length > 0 ? $": {error}" : ": files come back as they are removed.")}", request.Checkout);
    }

    // A folder that holds nothing but ignored files is shown as untracked, and stays.
    private List<string> ListUntracked(WorkTreeLook look, CancellationToken cancellationToken)
    {
        if (_isFull || look.Untracked.Count == 0)
            return [.. look.Untracked.Select(path => path.TrimEnd('/'))];
        var result = git.Run(view.Call(request.Checkout, "ls-files", "-z", "--others", "--exclude-standard"), cancellationToken);
        var paths = result.Error.Length > 0 ? look.Untracked : result.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return [.. paths.Select(path => path.TrimEnd('/'))];
    }

    private string Clean(CancellationToken cancellationToken) =>
        Git(cancellationToken, ["clean", "-ffdq", .. _isFull ? ["-x"] : (string[])[]]);

    private string CheckOut(CancellationToken cancellationToken)
    {
        // Not --quiet: then it does not say how far it is.
        var error = request.Target.Commit is { } commit
            ? Git(cancellationToken, "reset", "--hard", commit)
            : Git(cancellationToken, "read-tree", "--reset", "-u", FindEmptyTree(cancellationToken));
        return error;
    }

    // git knows it in every repository, by an id that depends on the hash.
    private string FindEmptyTree(CancellationToken cancellationToken) =>
        git.Run(view.Call(request.Checkout, "hash-object", "-t", "tree", "--stdin"), cancellationToken).Output.TrimEnd();

    private string Git(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        var result = git.Run(view.Call(request.Checkout, arguments) with { MayFail = true }, cancellationToken);
        return result.ExitCode == 0 ? "" : result.Error + "\n";
    }
}
