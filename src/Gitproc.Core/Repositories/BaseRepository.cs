using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>Makes base repositories.</summary>
/// <param name="reports">Told when somebody else makes it; null for nobody.</param>
internal sealed class BaseRepository(
    PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports, TimeSpan silenceTimeout)
{
    /// <summary>
    /// Makes a base repository unless it is there and whole. Of any number of processes one clones and the others wait
    /// for it.
    /// </summary>
    /// <param name="credential">The password for the clone; null if the user's own helpers know it.</param>
    /// <returns>The absolute path of the base repository.</returns>
    public string Ensure(RepositoryRow repository, UrlCredential? credential, CancellationToken cancellationToken)
    {
        var path = folder.Base(repository.Base);
        if (BaseHealth.FindDamage(path) is null)
            return path;

        using var alone = FileLock.Acquire(
            folder.BaseLock(repository.Id), $"clones {repository.Url}", reports, cancellationToken);
        if (BaseHealth.FindDamage(path) is not { } damage)
            return path;
        if (SharedFailure.Of(alone, repository.Url, "", credential) is { } shared)
            throw new GitprocException(ErrorReason.GitFailed, shared, repository.Url);
        try
        {
            if (Directory.Exists(path))
                Heal(repository, credential, path, damage, cancellationToken);
            else
                Clone(repository, credential, path, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            SharedFailure.Leave(alone, repository.Url, "", credential, e);
            throw;
        }

        return path;
    }

    private void Heal(
        RepositoryRow repository,
        UrlCredential? credential,
        string path,
        string damage,
        CancellationToken cancellationToken)
    {
        reports?.Report(new PoolReport(ReportKind.Warning, $"the base repository {path} {damage}; it is healed"));
        new BaseHealing(folder, reports)
        {
            Url = repository.Url,
            Credential = credential,
            SilenceTimeout = silenceTimeout,
        }.HealSkeleton(repository, path, cancellationToken);
    }

    private void Clone(
        RepositoryRow repository, UrlCredential? credential, string path, CancellationToken cancellationToken)
    {
        var began = DateTimeOffset.UtcNow;
        using var step = ProgressStep.Begin(reports, $"cloning {repository.Url}");
        var unfinished = folder.Unfinished($"base-{repository.Id}");
        try
        {
            var gitDirectory = new BaseClone(folder, git) { SilenceTimeout = silenceTimeout }.Make(
                repository.Url, credential, unfinished, cancellationToken);
            new TemplateRepository(git).Make(gitDirectory, path, cancellationToken);
            Proposal.Look(git, gitDirectory, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            FileMove.Folder(gitDirectory, path);
        }
        finally
        {
            FolderRemoval.TryRemove(unfinished);
        }

        database.Change(() => database.Repositories.NoteFetch(repository.Id, began, error: null));
    }
}
