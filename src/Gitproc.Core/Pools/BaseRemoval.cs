using Gitproc.Checkouts;
using Gitproc.Checkouts.Recycling;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Removes base repositories that nothing borrows from.</summary>
internal sealed class BaseRemoval(PoolFolder folder, PoolDatabase database)
{
    /// <summary>True if refs of a base repository keep rescued work.</summary>
    public static bool HasRescues(string path)
    {
        using var folder = RawFolder.TryOpen(path);
        return folder is not null && RefFiles.Read(folder).Keys.Any(IsRescue);

        static bool IsRescue(RawText name) =>
            name.Chars.StartsWith(BaseRefs.RescueFolder, StringComparison.Ordinal)
            && name.Chars != BaseRefs.BorrowedMarker;
    }

    /// <summary>
    /// True if somebody works in worktrees of a base repository, light-weight checkouts among them, or has left
    /// branches or stashes of theirs there.
    /// </summary>
    public static bool HasWorktrees(string path, IEnumerable<string> except)
    {
        if (Worktrees.Of(path).Except(except, StringComparer.Ordinal).Any())
            return true;
        using var folder = RawFolder.TryOpen(path);
        // A base repository has neither of its own.
        return folder is not null && RefFiles.Read(folder).Keys.Any(
            name => name == "refs/stash"u8 || name.StartsWith("refs/heads/"u8));
    }

    /// <summary>
    /// True if submodules borrow from a base repository: in a checkout, or perhaps in a rescue. Which rescue does is
    /// not known, so each that was made since the first submodule counts.
    /// </summary>
    public bool HasSubmodules(RepositoryRow repository) =>
        SubmoduleBases.MarkedAt(folder.Base(repository.Base)) is { } since
        && (SubmoduleList.Bases(folder.Records).Contains(repository.Base)
            || new RescueStore(folder).List().Any(rescue => rescue.RescuedAt >= since));

    /// <summary>
    /// Removes a repository unless there is a checkout, a rescue, a worktree or a submodule of it, or somebody waits
    /// for one, clones, fetches or packs.
    /// </summary>
    public bool TryRemove(RepositoryRow repository)
    {
        using var fetching = FileLock.TryAcquire(folder.FetchLock(repository.Id));
        using var making = FileLock.TryAcquire(folder.BaseLock(repository.Id));
        using var packing = FileLock.TryAcquire(folder.MaintenanceLock(repository.Id));
        if (fetching is null || making is null || packing is null)
            return false;
        var path = folder.Base(repository.Base);
        var doomed = folder.Unfinished($"base-{repository.Id}");
        // In one transaction: whoever leases a checkout before it keeps the repository, and after it finds no base and
        // clones one.
        var isRemoved = database.Change(() =>
        {
            var isNeeded = HasRescues(path)
                || new RescueStore(folder).List().Any(rescue => rescue.Repository == PrintableText.Of(repository.Key))
                || HasWorktrees(path, [])
                || HasSubmodules(repository);
            if (isNeeded || !database.Repositories.RemoveUnused(repository.Id))
                return false;
            if (Directory.Exists(path))
                FileMove.Folder(path, doomed);
            return true;
        });
        if (isRemoved)
            new Seed(folder, repository).Remove();
        FolderRemoval.TryRemove(doomed);
        return isRemoved;
    }
}
