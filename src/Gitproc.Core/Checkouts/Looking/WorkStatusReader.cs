using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// Reads the status of checkouts while jobs work in them. It changes nothing of theirs, and runs nothing that they set.
/// </summary>
internal sealed class WorkStatusReader(PoolFolder folder, GitRunner git)
{
    /// <summary>Reads the status of one checkout.</summary>
    /// <returns>The status; null if it cannot be read, because the checkout is damaged or is changing now.</returns>
    public WorkStatus? TryRead(CheckoutPlace place, string basePath, CancellationToken cancellationToken)
    {
        var name = place.Name;
        if (BaseHealth.FindDamage(basePath) is not null
            || !Paths.IsFolder(place.Path)
            || place.ReadHead() is not { } head)
            return null;
        try
        {
            // A repair that runs now may remove the view as a leftover. Then there is no status this time.
            using var view = GitView.OfCheckout(
                Path.Combine(folder.Temporary, $"status.{Guid.NewGuid():N}"),
                place,
                TemplateRepository.Of(basePath),
                basePath,
                head.Commit);
            var status = git.Run(
                Call(
                    view,
                    name,
                    "status",
                    "--porcelain=v2",
                    "-z",
                    "--untracked-files=normal",
                    "--ignore-submodules=all"),
                cancellationToken);
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

    // Compares with the fetched branch of the same name. The upstream that the job has set is ignored.
    private (int? Ahead, int? Behind) Compare(
        GitView view, string name, Head head, string basePath, CancellationToken cancellationToken)
    {
        if (head is not { Branch: { } branch, Commit: { } commit } || !BaseRefs.IsName(branch)
            || Head.ReadRef(basePath, $"refs/remotes/origin/{branch}") is not { } remote)
        {
            return (null, null);
        }

        if (remote == commit)
            return (0, 0);
        // The base repository does not have the job's own commits, so git counts them through the view.
        var distance = new GitReader(git, arguments => Call(view, name, arguments), cancellationToken)
            .Ask(BaseCall.Trusted(basePath), reader => reader.Distance(commit, remote));
        return (distance?.Ahead, distance?.Behind);
    }

    // The view has the config, excludes and hooks of the base repository, not the job's. Only the filters of the user's
    // own config (git-lfs) remain. The job's .gitattributes may name them for any file, and git runs them on changed
    // files.
    private static GitCall Call(GitView view, string name, params string[] arguments)
    {
        var call = view.Call(name, arguments);
        // The index belongs to the job, so git must not refresh it (git(1), GIT_OPTIONAL_LOCKS).
        return call with { MayFail = true, Environment = [.. call.Environment, ("GIT_OPTIONAL_LOCKS", "0")] };
    }
}

/// <summary>How the work tree of a checkout differs from its commit, and its commit from the remote branch.</summary>
/// <param name="Ahead">
/// How many commits the remote branch of the same name lacks; null if there is no such branch.
/// </param>
/// <param name="Behind">
/// How many commits of that remote branch the checkout lacks; null if there is no such branch.
/// </param>
internal sealed record WorkStatus(Head Head, bool IsDirty, int? Ahead, int? Behind);
