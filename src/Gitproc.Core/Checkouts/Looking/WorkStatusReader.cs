using System.Globalization;
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
            var status = Run(view, name, cancellationToken, "status", "--porcelain=v2", "-z", "--untracked-files=normal", "--ignore-submodules=all");
            if (status is null)
                return null;
            var (ahead, behind) = Compare(view, name, head, basePath, cancellationToken);
            return new WorkStatus(head, status.Length > 0, ahead, behind);
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
        var counts = Run(view, name, cancellationToken, "rev-list", "--left-right", "--count", "--end-of-options", $"{commit}...{remote}")?.Trim().Split('\t');
        return counts is [var ahead, var behind]
            ? (int.Parse(ahead, CultureInfo.InvariantCulture), int.Parse(behind, CultureInfo.InvariantCulture))
            : (null, null);
    }

    // The view has the base repository's config, excludes and hooks for the job's. What remains are the filters of the user's own
    // config (git-lfs), which the job's .gitattributes may name for any file, and which git runs on those that have changed.
    private string? Run(GitView view, string name, CancellationToken cancellationToken, params string[] arguments)
    {
        var call = view.Call(name, arguments);
        // The index is the job's: it is not refreshed (git(1), GIT_OPTIONAL_LOCKS).
        var answer = git.Run(call with { MayFail = true, Environment = [.. call.Environment, ("GIT_OPTIONAL_LOCKS", "0")] }, cancellationToken);
        return answer.ExitCode == 0 ? answer.Output : null;
    }
}

/// <summary>How the work tree of a checkout differs from its commit, and the commit from the remote's.</summary>
/// <param name="Ahead">How many commits the branch of its name on the remote does not have; null when there is no such branch.</param>
/// <param name="Behind">How many commits that one has and it has not; null when there is no such branch.</param>
internal sealed record WorkStatus(Head Head, bool IsDirty, int? Ahead, int? Behind);
