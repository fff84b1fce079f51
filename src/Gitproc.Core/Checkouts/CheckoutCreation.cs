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
/// <param name="reports">Receives what the user should know; null to report nothing.</param>
internal sealed class CheckoutCreation(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>
    /// Makes a clone that borrows or copies the objects of a base repository, or a worktree of it. It has the target
    /// checked out, and gets its name when it is complete. A folder that already has the name was never handed out, and
    /// is removed.
    /// </summary>
    /// <param name="url">The URL for <c>origin</c>, without a password.</param>
    /// <param name="workers">The user's own <c>checkout.workers</c>; null for one per core.</param>
    public Head Create(
        CheckoutRow row,
        RepositoryRow repository,
        string url,
        Target target,
        string? workers,
        CancellationToken cancellationToken)
    {
        var place = folder.Place(row);
        var basePath = folder.Base(repository.Base);
        var unfinished = folder.Unfinished(row.Name);
        var record = new CheckoutRecord(repository.Key, url, repository.Base) { IsStandalone = place.IsStandalone };
        var copies = place.IsStandalone ? ObjectCopies.None(basePath) : null;
        // One worker per core, unless the user has set it. With --force, because a second attempt meets its own files.
        var call = new GitCall("-c", $"checkout.workers={workers ?? "0"}", "checkout", "--force", "--progress")
        {
            WorkingDirectory = unfinished,
            // The folder gets its name later, and a relative core.hooksPath is a folder of the commit.
            Config = [GitCall.NoHooks],
            Subject = row.Name,
            Base = basePath,
        };
        using var step = ProgressStep.Begin(
            reports, $"checking out {target.Branch ?? target.Commit?[..7]} in {row.Name}");
        try
        {
            if (place.IsWorktree)
                CreateWorktree(place, unfinished);
            else
                CreateClone();
            if (target.Commit is null)
                reports?.Report(
                    new PoolReport(ReportKind.Warning, $"{url} has no default branch yet, so {row.Name} is empty"));
            FolderRemoval.Remove(place.Path);
            Directory.Move(unfinished, place.Path);
            TreeRecord.Write(
                folder.Record(row.Name),
                place.Path,
                target.Commit,
                Path.Combine(place.GitDirectory, "index"),
                hasNothingElse: true,
                cancellationToken);
            copies?.Save(folder.Record(row.Name));
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
            var pristine = new PristineGitDirectory(TemplateRepository.Of(basePath), url, target);
            pristine.Write(gitDirectory, cancellationToken);
            if (target.Commit is not null)
                git.Run(call, cancellationToken);
            new LfsStore(basePath).Take(gitDirectory);
            // It borrows until now, because git-lfs looks for contents beside borrowed objects.
            if (copies is not null)
                pristine.With(copies).Write(gitDirectory, cancellationToken);
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
            // With the template's config, because a job may have changed the base repository's.
            using var view = GitView.OfCheckout(
                at + "-view", worktree.At(at), TemplateRepository.Of(basePath), basePath, target.Commit);
            // git writes only into folders made here: a git whose gitproc was killed may still be writing elsewhere.
            view.UseOwnIndex();
            git.Run(view.Call(row.Name, call.Arguments) with { Base = basePath }, cancellationToken);
            File.Move(view.OwnIndex, Path.Combine(worktree.GitDirectory, "index"), overwrite: true);
            new LfsStore(basePath).Take(TemplateRepository.Of(basePath));
        }
    }
}

/// <summary>Makes checkouts, and records that they are made.</summary>
/// <param name="reports">Receives what the user should know; null to report nothing.</param>
internal sealed class CheckoutMaking(
    PoolFolder folder, Lifecycle lifecycle, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>The user's own <c>checkout.workers</c>; null if it is not set.</summary>
    public required string? CheckoutWorkers { get; init; }

    public required HookSettings Hooks { get; init; }

    /// <summary>Makes the folder of a checkout and ends its creation.</summary>
    public CheckoutRow Make(
        CheckoutLock alone,
        CheckoutRow row,
        RepositoryRow repository,
        Target target,
        CancellationToken cancellationToken)
    {
        // Read this before the refs: a later change of the refs then updates the checkout next time.
        var generation = TemplateRepository.Generation(folder.Base(repository.Base));
        var head = new CheckoutCreation(folder, git, reports).Create(
            row, repository, row.Url, target.In(row.Kind), CheckoutWorkers, cancellationToken);
        // Before the end of the creation: if a hook fails or this process is killed, the checkout is made again.
        new CheckoutHooks(folder, Hooks, reports).Created(row, head, cancellationToken);
        return lifecycle.EndCreation(alone, row, head, generation, CheckoutStamp.Of(folder.Place(row)))
            ?? throw LostLease.Error(row);
    }
}
