using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Links;

/// <summary>Restores links whose folders are gone.</summary>
/// <param name="pool">The folder of the pool. Jobs write to repositories there.</param>
internal sealed class LinkRestore(GitRunner git, string pool)
{
    /// <summary>Restores a link with its HEAD, its index and the files of the index.</summary>
    /// <param name="path">The absolute, real path where the link is restored.</param>
    public LinkState Restore(LinkState link, string path, CancellationToken cancellationToken)
    {
        if (link.IsThere)
            throw new GitprocException(
                ErrorReason.PathTaken, $"{link.Name} is not missing: it is at {link.Path}.", link.Path);
        LinkFolder.MustBeFree(path);
        var restored = LinkRepair.Move(link, path);
        // A git that was killed may have left this lock file.
        File.Delete(Path.Combine(restored.GitDirectory, "index.lock"));
        // git skips files in a conflict, because they have several contents (git-checkout-index(1)).
        if (File.Exists(Path.Combine(restored.GitDirectory, "index")))
            git.Run(
                new GitCall("checkout-index", "--all", "--force", "--index", "--quiet")
                {
                    WorkingDirectory = path,
                    Subject = path,
                    MayFail = true,
                },
                cancellationToken);
        return restored;
    }

    /// <summary>Creates a removed link again from its rescue.</summary>
    /// <param name="path">The absolute, real path where the link is restored; null for its old path.</param>
    public LinkState Restore(RepositoryPlace place, Rescue rescue, string? path, CancellationToken cancellationToken)
    {
        var record = ReadRecord(place, rescue, cancellationToken);
        var target = path ?? Paths.Real(Path.Combine(place.CommonDirectory, record?.Place ?? throw new GitprocException(
            ErrorReason.LinkNotFound, $"{rescue.Id} is the rescue of a checkout of the pool", rescue.Id)
        {
            Hint = new(": ", "rescue restore", rescue.Id),
        }));
        MustBeUnused(place, rescue, cancellationToken);
        var source = LinkSource.Detached(place, LinkSource.StartOf(place) ?? Rescues.Folder + rescue.Id);
        var link = new LinkCreation(git, pool).Create(
            target, source, new GitlinkFile { Name = record?.Name }, cancellationToken);
        try
        {
            new RescueRestore(
                new RescueSource(place.CommonDirectory, Rescues.Folder + rescue.Id),
                place.CommonDirectory,
                git,
                CheckoutPlace.FromWorktree(link.Id, link.Path, place.CommonDirectory)).Run(cancellationToken);
            // The rescue has the old record, with the old path. Write the new one again.
            return new LinkStore(place).Write(link.Id, link.Record, link.Path);
        }
        catch
        {
            FolderRemoval.TryRemove(link.Path);
            new LinkStore(place).Remove(link.Id);
            IgnoreRules.Remove(place, link.Path, isLast: false);
            throw;
        }
    }

    private GitlinkFile? ReadRecord(RepositoryPlace place, Rescue rescue, CancellationToken cancellationToken)
    {
        var result = git.Run(
            new GitCall(
                "--git-dir",
                place.CommonDirectory,
                "cat-file",
                "blob",
                $"{Rescues.Folder}{rescue.Id}:{RescueTree.GitDirectory}{LinkStore.RecordName}")
            {
                WorkingDirectory = place.CommonDirectory,
                MayFail = true,
            },
            cancellationToken);
        return result.ExitCode == 0 ? GitlinkFile.Parse(result.Output, rescue.Id) : null;
    }

    private void MustBeUnused(RepositoryPlace place, Rescue rescue, CancellationToken cancellationToken)
    {
        if (rescue.Branch is not { } branch)
            return;
        var worktree = "";
        foreach (
            var line in git.Run(
                    new GitCall("--git-dir", place.CommonDirectory, "worktree", "list", "--porcelain")
                    {
                        WorkingDirectory = place.CommonDirectory,
                    },
                    cancellationToken)
                .Output.Split('\n'))
        {
            if (line.StartsWith("worktree ", StringComparison.Ordinal))
                worktree = line["worktree ".Length..];
            if (line == $"branch refs/heads/{branch}")
                throw new GitprocException(
                    ErrorReason.InUse,
                    $"The branch {branch} is checked out at {worktree}. Check something else out there first.",
                    rescue.Id);
        }
    }
}
