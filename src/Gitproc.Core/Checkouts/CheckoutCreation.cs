using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Checkouts.Rescuing;
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
    /// <summary>True to share the blocks of files with other checkouts, if the file system can.</summary>
    public required bool CopiesOnWrite { get; init; }

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
        ObjectCopies? copies = null;
        var isSubvolume = false;
        var seed = CopiesOnWrite && target.Files == FileSelection.All ? new Seed(folder, repository) : null;
        // One worker per core, unless the user has set it. With --force, because a second attempt meets its own files.
        var call = new GitCall("-c", $"checkout.workers={workers ?? "0"}", "checkout", "--force", "--progress")
        {
            WorkingDirectory = unfinished,
            // The folder gets its name later, and a relative core.hooksPath is a folder of the commit.
            Config = [GitCall.NoHooks],
            Environment = [target.Files.Environment],
            Subject = row.Name,
            Base = basePath,
        };
        using var step = ProgressStep.Begin(
            reports, $"checking out {target.Branch ?? target.Commit?[..7]} in {row.Name}");
        try
        {
            var grown = Grow() ?? Begin();
            if (target.Commit is null)
                reports?.Report(
                    new PoolReport(ReportKind.Warning, $"{url} has no default branch yet, so {row.Name} is empty"));
            FolderRemoval.Remove(place.Path);
            SubmoduleList.Remove(folder.Record(row.Name));
            var files = folder.Record(row.Name);
            CopiedFiles.Forget(files);
            Subvolume.Move(unfinished, place.Path);
            if (grown is not null && grown.Commit == target.Commit)
                grown.WriteAs(files, place.Path, cancellationToken);
            else
                TreeRecord.Write(
                    files,
                    place.Path,
                    target,
                    Path.Combine(place.GitDirectory, "index"),
                    hasNothingElse: true,
                    cancellationToken);
            copies?.Save(files);
            ForkRecord.Write(files, target.Fork);
            if (isSubvolume && row.Kind == CheckoutKind.Clone)
                seed?.Take(place, target.Commit, isNewest: target.Commit == BaseRefs.Default(basePath).Commit);
            return new Head(target.Branch, target.Commit);
        }
        catch
        {
            FolderRemoval.TryRemove(unfinished);
            throw;
        }

        // With other attributes, git would have to write files anew whose content did not change.
        TreeRecord? Grow()
        {
            if (target.Commit is null || seed?.TryGrow(unfinished, cancellationToken) is not { } grown)
                return null;
            isSubvolume = true;
            CheckOut(grown);
            if (grown.Commit == target.Commit || HasAttributesOf(grown))
                return grown;
            FolderRemoval.Remove(unfinished);
            return null;
        }

        TreeRecord? Begin()
        {
            isSubvolume = CopiesOnWrite && Subvolume.TryCreate(unfinished);
            if (!isSubvolume)
                Directory.CreateDirectory(unfinished);
            CheckOut(grown: null);
            return null;
        }

        void CheckOut(TreeRecord? grown)
        {
            if (place.IsWorktree)
                CheckOutWorktree(place, grown);
            else
                CheckOutClone(grown);
        }

        bool HasAttributesOf(TreeRecord grown) =>
            IndexFile.Parse(File.ReadAllBytes(Path.Combine(
                place.IsWorktree ? place.GitDirectory : CheckoutPlace.FromClone(row.Name, unfinished).GitDirectory,
                "index"))) is { } index
            && IndexFile.HaveSameAttributes(index.Entries, grown.Entries);

        void CheckOutClone(TreeRecord? grown)
        {
            var gitDirectory = CheckoutPlace.FromClone(row.Name, unfinished).GitDirectory;
            Directory.CreateDirectory(gitDirectory);
            var pristine = new PristineGitDirectory(TemplateRepository.Of(basePath), url, target);
            pristine.Write(gitDirectory, cancellationToken);
            if (target.Commit is not null && grown?.Commit != target.Commit)
                git.Run(call, cancellationToken);
            new LfsStore(basePath).Take(gitDirectory);
            // It borrows until now, because git-lfs looks for contents beside borrowed objects.
            copies = place.IsStandalone ? ObjectCopies.None(basePath) : null;
            if (copies is not null)
                pristine.With(copies).Write(gitDirectory, cancellationToken);
            record.Write(gitDirectory);
        }

        void CheckOutWorktree(CheckoutPlace worktree, TreeRecord? grown)
        {
            SharedConfig.Keep(basePath);
            FolderRemoval.Remove(worktree.GitDirectory);
            var pristine = new PristineWorktree(worktree);
            pristine.Write(target);
            record.Write(worktree.GitDirectory);
            var index = Path.Combine(worktree.GitDirectory, "index");
            if (grown is not null)
            {
                File.WriteAllBytes(index, grown.Index);
                FolderRemoval.Remove(CheckoutPlace.FromClone(row.Name, unfinished).GitDirectory);
            }

            using (var root = RawFolder.Open(unfinished))
                pristine.WriteGitFile(root);
            if (target.Commit is null || grown?.Commit == target.Commit)
                return;
            // With the template's config, because a job may have changed the base repository's.
            using var view = GitView.OfCheckout(
                unfinished + "-view", worktree.At(unfinished), TemplateRepository.Of(basePath), basePath, target.Commit);
            // git writes only into folders made here: a git whose gitproc was killed may still be writing elsewhere.
            if (grown is not null)
                File.Copy(index, view.OwnIndex);
            view.UseOwnIndex();
            view.UseFiles(target.Files, url);
            git.Run(view.Call(row.Name, call.Arguments) with { Base = basePath }, cancellationToken);
            FileMove.Replace(view.OwnIndex, index);
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

    /// <summary>True to share the blocks of files with other checkouts, if the file system can.</summary>
    public required bool CopiesOnWrite { get; init; }

    public required HookSettings Hooks { get; init; }

    /// <summary>True to run no hook that is to run in the background.</summary>
    public bool LeavesHooks { get; init; }

    /// <summary>Adds to the checkout what the hooks are to find there; null to add nothing.</summary>
    public Action<CheckoutLock>? BeforeHooks { get; init; }

    /// <summary>Called for the new checkout, to fill its submodules; null to leave them empty.</summary>
    public Action<CheckoutPlace, Target>? FillSubmodules { get; init; }

    /// <summary>Makes the folder of a checkout and ends its creation.</summary>
    public CheckoutRow Make(
        CheckoutLock alone,
        CheckoutRow row,
        RepositoryRow repository,
        Target target,
        CancellationToken cancellationToken)
    {
        AcquireLeftovers.Remove(folder, alone, row);
        // Read this before the refs: a later change of the refs then updates the checkout next time.
        var generation = TemplateRepository.Generation(folder.Base(repository.Base));
        var head = new CheckoutCreation(folder, git, reports) { CopiesOnWrite = CopiesOnWrite }.Create(
            row, repository, row.Url, target.In(row.Kind), CheckoutWorkers, cancellationToken);
        var place = folder.Place(row);
        FillSubmodules?.Invoke(place, target.In(row.Kind));
        BeforeHooks?.Invoke(alone);
        // Before the end of the creation: if a hook fails or this process is killed, the checkout is made again.
        new CheckoutHooks(folder, Hooks, reports) { LeavesBackground = LeavesHooks }
            .Created(row, head, cancellationToken);
        var stamp = CheckoutStamp.Of(place) + SubmoduleStamp.Of(folder.Record(row.Name)) + target.Files.StampEnd;
        return lifecycle.EndCreation(alone, row, head, generation, stamp)
            ?? throw LostLease.Error(row);
    }
}
