using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Makes the folder of a checkout.</summary>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class CheckoutCreation(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>
    /// Makes a clone that borrows a base repository's objects, or a worktree of it. It has the target checked out and
    /// appears under its name when it is whole. What lies under that name was never handed out, and goes.
    /// </summary>
    /// <param name="url">The URL for <c>origin</c>, without a password.</param>
    /// <param name="workers">The user's own <c>checkout.workers</c>; null for one a core.</param>
    public Head Create(CheckoutRow row, RepositoryRow repository, string url, Target target, string? workers, CancellationToken cancellationToken)
    {
        var place = folder.Place(row);
        var basePath = folder.Base(repository.Base);
        var unfinished = folder.Unfinished(row.Name);
        var record = new CheckoutRecord(repository.Key, url, repository.Base);
        // One a core, unless the user has set it. By force: begun once more, it meets its own files.
        var call = new GitCall("-c", $"checkout.workers={workers ?? "0"}", "checkout", "--force", "--progress") { WorkingDirectory = unfinished, Subject = row.Name, Base = basePath };
        using var step = ProgressStep.Begin(reports, $"checking out {target.Branch ?? target.Commit?[..7]} in {row.Name}");
        try
        {
            if (place.IsWorktree)
                CreateWorktree(place, unfinished);
            else
                CreateClone();
            if (target.Commit is null)
                reports?.Report(new PoolReport(ReportKind.Warning, $"{url} has no default branch yet, so {row.Name} is empty"));
            FolderRemoval.Remove(place.Path);
            Directory.Move(unfinished, place.Path);
            TreeRecord.Write(folder.Record(row.Name), place.Path, target.Commit, Path.Combine(place.GitDirectory, "index"), hasNothingElse: true, cancellationToken);
            return new Head(target.Branch, target.Commit);
        }
        catch
        {
            FolderRemoval.TryRemove(unfinished);
            throw;
        }

        void CreateClone()
        {
            var gitDirectory = CheckoutPlace.FromClone(row.Name, unfinished).GitDirectory;
            Directory.CreateDirectory(gitDirectory);
            new PristineGitDirectory(TemplateRepository.Of(basePath), url, target).Write(gitDirectory);
            if (target.Commit is not null)
                git.Run(call, cancellationToken);
            new LfsStore(basePath).Take(gitDirectory);
            record.Write(gitDirectory);
        }

        void CreateWorktree(CheckoutPlace worktree, string at)
        {
            SharedConfig.Keep(basePath);
            FolderRemoval.Remove(worktree.GitDirectory);
            var pristine = new PristineWorktree(worktree);
            pristine.Write(target);
            record.Write(worktree.GitDirectory);
            Directory.CreateDirectory(at);
            using (var root = RawFolder.Open(at))
                pristine.WriteGitFile(root);
            if (target.Commit is null)
                return;
            // By the model's config: the base repository's own may be a job's.
            using var view = GitView.OfCheckout(at + "-view", worktree.At(at), TemplateRepository.Of(basePath), basePath, target.Commit);
            // All that git writes is in folders of this making: one whose gitproc was killed may still be at it.
            view.UseOwnIndex();
            git.Run(view.Call(row.Name, call.Arguments) with { Base = basePath }, cancellationToken);
            File.Move(view.OwnIndex, Path.Combine(worktree.GitDirectory, "index"), overwrite: true);
            new LfsStore(basePath).Take(TemplateRepository.Of(basePath));
        }
    }
}

/// <summary>Makes checkouts, and writes down that they are made.</summary>
/// <param name="reports">Told what the user should know; null for nobody.</param>
internal sealed class CheckoutMaking(PoolFolder folder, Lifecycle lifecycle, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>The user's own <c>checkout.workers</c>; null when it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>Makes the folder of a checkout.</summary>
    public CheckoutRow Make(
        CheckoutLock alone, CheckoutRow row, RepositoryRow repository, Target target, CancellationToken cancellationToken)
    {
        // Read before the refs are: what changes meanwhile is brought up to date the next time.
        var generation = TemplateRepository.Generation(folder.Base(repository.Base));
        var head = new CheckoutCreation(folder, git, reports)
            .Create(row, repository, row.Url, target.In(row.Kind), CheckoutWorkers, cancellationToken);
        return lifecycle.EndCreation(alone, row, head, generation, CheckoutStamp.Of(folder.Place(row))) ?? throw LostLease.Error(row);
    }
}
