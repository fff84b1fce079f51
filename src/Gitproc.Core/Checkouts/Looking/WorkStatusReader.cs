using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// Reads the status of checkouts while jobs work in them: nothing of theirs is changed, and nothing that they have set is run.
/// </summary>
internal sealed class WorkStatusReader(PoolFolder folder, GitRunner git)
{
    /// <summary>Reads the status of one.</summary>
    /// <returns>The status; null when it cannot be read: the checkout is damaged, or is changed at this moment.</returns>
    public WorkStatus? TryRead(CheckoutPlace place, string basePath, CancellationToken cancellationToken)
    {
        var name = place.Name;
        if (BaseHealth.FindDamage(basePath) is not null || !Paths.IsFolder(place.Path) || place.ReadHead() is not { } head)
            return null;
        try
        {
            // Should a repair run at this moment it takes the view for left over: then there is no status this time.
            using var view = GitView.OfCheckout(Path.Combine(folder.Temporary, $"status.{Guid.NewGuid():N}"), place, TemplateRepository.Of(basePath), basePath, head.Commit);
            var status = git.Run(Call(view, name, "status", "--porcelain=v2", "-z", "--untracked-files=normal", "--ignore-submodules=all"), cancellationToken);
            if (status.ExitCode != 0)
                return null;
            var (ahead, behind) = Compare(view, name, head, basePath, cancellationToken);
            return new WorkStatus(head, status.Output.Length > 0, ahead, behind);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // With the branch of its name as it was fetched last. What the job has set as upstream is not looked up.
    private (int? Ahead, int? Behind) Compare(GitView view, string name, Head head, string basePath, CancellationToken cancellationToken)
    {
        if (head is not { Branch: { } branch, Commit: { } commit } || !BaseRefs.IsName(branch)
            || Head.ReadRef(basePath, $"refs/remotes/origin/{branch}") is not { } remote)
        {
            return (null, null);
        }

        if (remote == commit)
            return (0, 0);
        // Commits that the job has made are not in the base repository: then git counts, through the view.
        var distance = new GitReader(git, arguments => Call(view, name, arguments), cancellationToken)
            .Ask(BaseCall.Trusted(basePath), reader => reader.Distance(commit, remote));
        return (distance?.Ahead, distance?.Behind);
    }

    // The view has the base repository's config, excludes and hooks, not the job's. What remains are the filters of the user's
    // own config (git-lfs). The job's .gitattributes may name them for any file, and git runs them on files that have changed.
    private static GitCall Call(GitView view, string name, params string[] arguments)
    {
        var call = view.Call(name, arguments);
        // The index is the job's: it is not refreshed (git(1), GIT_OPTIONAL_LOCKS).
        return call with { MayFail = true, Environment = [.. call.Environment, ("GIT_OPTIONAL_LOCKS", "0")] };
    }
}

/// <summary>How the work tree of a checkout differs from its commit, and the commit from the remote's.</summary>
/// <param name="Ahead">How many commits the branch of its name on the remote does not have; null when there is no such branch.</param>
/// <param name="Behind">How many commits that one has and it has not; null when there is no such branch.</param>
internal sealed record WorkStatus(Head Head, bool IsDirty, int? Ahead, int? Behind);
