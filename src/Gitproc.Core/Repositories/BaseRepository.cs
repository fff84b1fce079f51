using Gitproc.Git;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>Makes base repositories.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told when somebody else makes it; null for nobody.</param>
/// <param name="longestSilence">How long git may say nothing.</param>
internal sealed class BaseRepository(PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports, TimeSpan longestSilence)
{
    /// <summary>
    /// Makes a base repository unless it is there and whole. Of any number of processes one clones and the others wait
    /// for it.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="credential">The password for the clone; null when the user's own helpers know it.</param>
    /// <param name="cancellationToken">Ends the clone or the wait.</param>
    /// <returns>The absolute path of the base repository.</returns>
    /// <exception cref="GitprocException">git could not clone.</exception>
    public string Ensure(RepositoryRow repository, UrlCredential? credential, CancellationToken cancellationToken)
    {
        var path = folder.Base(repository.Base);
        if (BaseHealth.FindDamage(path) is null)
            return path;

        using var alone = FileLock.Acquire(folder.BaseLock(repository.Id), $"clones {repository.Url}", reports, cancellationToken);
        if (BaseHealth.FindDamage(path) is { } damage)
        {
            if (SharedFailure.Of(alone, repository.Url, "", credential) is { } shared)
                throw new GitprocException(ErrorReason.GitFailed, shared, repository.Url);
            if (Directory.Exists(path))
                reports?.Report(new PoolReport(ReportKind.Warning, $"the base repository {path} {damage}; it is made anew"));
            var began = DateTimeOffset.UtcNow;
            using var step = ProgressStep.Begin(reports, $"cloning {repository.Url}");
            try
            {
                Clone(repository, credential, path, cancellationToken);
            }
            catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
            {
                SharedFailure.Leave(alone, repository.Url, "", credential, e);
                throw;
            }

            database.Change(() => new RepositoryTable(database.Connection).NoteFetch(repository.Id, began, error: null));
        }

        return path;
    }

    private void Clone(RepositoryRow repository, UrlCredential? credential, string path, CancellationToken cancellationToken)
    {
        var unfinished = folder.Unfinished($"base-{repository.Id}");
        var gitDirectory = Path.Combine(unfinished, ".git");
        try
        {
            // Checkouts borrow these objects: git itself refuses to delete any (extensions.preciousObjects,
            // gitrepository-layout and git's repository-version document), and does not try by itself. A local
            // repository is copied like a remote one: its objects may be borrowed from yet another one. Not --bare: the
            // branches of the remote are remote-tracking ones, so that a fetch never touches a branch somebody works on.
            git.Run(
                new GitCall(
                    "clone", "--no-checkout", "--origin", "origin", "--no-local", "--progress", "--template=", "-c", "gc.auto=0",
                    "-c", "gc.pruneExpire=never", "-c", "maintenance.auto=false", "-c", "extensions.preciousObjects=true",
                    "--end-of-options", repository.Url, unfinished)
                {
                    WorkingDirectory = folder.Path,
                    Subject = repository.Url,
                    LongestSilence = longestSilence,
                    Config = credential is null ? [] : CredentialConfig.For(repository.Url, credential),
                    Environment = [.. FilesRefFormat, .. credential is null ? [] : CredentialConfig.Variables(credential)],
                },
                cancellationToken);
            // Which commits lack their parents stands in this file (gitformat-shallow, "Shallow commits"), and git borrows
            // from no repository that has one (builtin/clone.c).
            if (File.Exists(Path.Combine(gitDirectory, "shallow")))
                throw Shallow(repository.Url);
            var refs = new BaseRefs(git, gitDirectory);
            refs.MakeBase(cancellationToken);
            new CheckoutModel(git).Make(gitDirectory, path, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            SetAside(path);
            Directory.Move(gitDirectory, path);
        }
        finally
        {
            FolderRemoval.TryRemove(unfinished);
        }
    }

    // What is left of a damaged one may be all that is left of commits that upstream has dropped since, and of what was staged in worktrees.
    private void SetAside(string path)
    {
        if (!Directory.Exists(Path.Combine(path, "objects")) && Worktrees.Of(path).Count == 0)
        {
            FolderRemoval.Remove(path);
            return;
        }

        var aside = $"{path}{BaseFolder.Damaged}{DateTime.UtcNow:yyyyMMdd-HHmmss}";
        Directory.Move(path, aside);
        reports?.Report(new PoolReport(ReportKind.Warning, $"what is left of the damaged base repository is in {aside}"));
    }

    private static GitprocException Shallow(string url) => new(
        ErrorReason.GitFailed,
        $"The repository {url} is shallow: its history ends before its first commit, and nothing can be borrowed from it. "
        + "Fetch the rest in it: git fetch --unshallow. Or name the repository it was cloned from.",
        url);

    /// <summary>Keeps refs in files, whatever the user's default: HEAD is read without a process.</summary>
    public static IReadOnlyList<(string Name, string Value)> FilesRefFormat { get; } = [("GIT_DEFAULT_REF_FORMAT", "files")];
}
