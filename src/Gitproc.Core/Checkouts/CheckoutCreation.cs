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
    // A user may forbid git to clone from folders, and means what others name. This goes before protocol.allow and
    // before the user's own GIT_ALLOW_PROTOCOL (git(1)), and allows nothing else.
    private static readonly (string Name, string Value)[] OfBase = [("GIT_ALLOW_PROTOCOL", "file")];

    /// <summary>
    /// Makes a clone that borrows a base repository's objects, has the default branch checked out and appears under
    /// its name when it is whole. What lies under that name was never handed out, and goes.
    /// </summary>
    /// <param name="row">The checkout with its lease.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="basePath">The base repository.</param>
    /// <param name="url">The URL for <c>origin</c>, without a password.</param>
    /// <param name="workers">The user's own <c>checkout.workers</c>; null for one a core.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What it has checked out.</returns>
    /// <exception cref="GitprocException">git failed.</exception>
    public Head Create(
        CheckoutRow row, RepositoryRow repository, string basePath, string url, string? workers, CancellationToken cancellationToken)
    {
        var name = row.Name;
        var unfinished = folder.Unfinished(name);
        try
        {
            Run(OfBase, folder.Path, "clone", "--origin", "origin", "--no-checkout", "--shared", "--end-of-options", basePath, unfinished);
            if (!CheckoutHealth.Borrows(Path.Combine(unfinished, ".git"), basePath))
                throw new GitprocException(ErrorReason.GitFailed, $"git made a clone of {basePath} that does not borrow its objects.", name);
            // Before the files are written: filters as LFS ask the origin for what they need.
            Run([], unfinished, "remote", "set-url", "--end-of-options", "origin", url);
            var head = Head.Read(Path.Combine(unfinished, ".git"));
            if (head?.Commit is not null)
                Run([], unfinished, "-c", $"checkout.workers={workers ?? "0"}", "checkout", "--progress");
            else
                reports?.Report(new PoolReport(ReportKind.Warning, $"{url} has no default branch yet, so {name} is empty"));

            new CheckoutRecord(repository.Key, url, repository.Base).Write(unfinished);
            LeaseFile.Write(unfinished, row.Lease!, replaced: null);
            var path = folder.Checkout(name);
            FolderRemoval.Remove(path);
            Directory.Move(unfinished, path);
            return head ?? new Head(null, null);
        }
        catch
        {
            FolderRemoval.TryRemove(unfinished);
            throw;
        }

        void Run((string Name, string Value)[] environment, string directory, params string[] arguments) => git.Run(
            new GitCall(arguments)
            {
                WorkingDirectory = directory,
                Subject = name,
                Environment = [.. BaseRepository.FilesRefFormat, .. environment],
            },
            cancellationToken);
    }
}
