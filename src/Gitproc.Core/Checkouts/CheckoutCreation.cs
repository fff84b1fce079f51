using Gitproc.Checkouts.HandingOver;
using Gitproc.Git;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Makes the folder of a checkout.</summary>
/// <param name="folder">The pool.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class CheckoutCreation(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>
    /// Makes a clone that borrows a base repository's objects, has the target checked out and appears under
    /// its name when it is whole. What lies under that name was never handed out, and goes.
    /// </summary>
    /// <param name="row">The checkout with its lease.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="basePath">The base repository.</param>
    /// <param name="url">The URL for <c>origin</c>, without a password.</param>
    /// <param name="target">What to check out.</param>
    /// <param name="workers">The user's own <c>checkout.workers</c>; null for one a core.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What it has checked out.</returns>
    /// <exception cref="GitprocException">git failed.</exception>
    public Head Create(
        CheckoutRow row, RepositoryRow repository, string basePath, string url, Target target, string? workers, CancellationToken cancellationToken)
    {
        var name = row.Name;
        var unfinished = folder.Unfinished(name);
        using var step = ProgressStep.Begin(reports, $"checking out {target.Branch ?? target.Commit?[..7]} in {name}");
        try
        {
            var gitDirectory = Path.Combine(unfinished, ".git");
            Directory.CreateDirectory(gitDirectory);
            new PristineGitDirectory(CheckoutModel.Of(basePath), url, target).Write(gitDirectory);
            var head = new Head(target.Branch, target.Commit);
            if (head.Commit is not null)
                Run(unfinished, "-c", $"checkout.workers={workers ?? "0"}", "checkout", "--progress");
            else
                reports?.Report(new PoolReport(ReportKind.Warning, $"{url} has no default branch yet, so {name} is empty"));

            new LfsStore(basePath).Take(gitDirectory);
            new CheckoutRecord(repository.Key, url, repository.Base).Write(unfinished);
            LeaseFile.Write(unfinished, row.Lease!, replaced: null);
            var path = folder.Checkout(name);
            FolderRemoval.Remove(path);
            Directory.Move(unfinished, path);
            return head;
        }
        catch
        {
            FolderRemoval.TryRemove(unfinished);
            throw;
        }

        void Run(string directory, params string[] arguments) => git.Run(
            new GitCall(arguments) { WorkingDirectory = directory, Subject = name }, cancellationToken);
    }
}
