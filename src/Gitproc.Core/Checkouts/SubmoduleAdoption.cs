using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Takes the commit of a submodule that a job has filled itself into a base repository of the pool, so that the next
/// <c>git submodule update</c> needs no network. It takes that one commit, which the repository around names, and no
/// ref: what the job says of the remote does not count. git computes each id anew.
/// </summary>
internal sealed class SubmoduleAdoption(PoolFolder folder, PoolDatabase database, GitRunner git)
{
    /// <summary>The config of the user.</summary>
    public required GitConfig Config { get; init; }

    public required PoolSettings Settings { get; init; }

    /// <summary>Takes a commit.</summary>
    /// <param name="place">The checkout around the submodule.</param>
    /// <param name="url">The URL of its <c>origin</c>.</param>
    /// <param name="list">Writes the list with a submodule added, so that nobody removes the base repository.</param>
    /// <returns>The submodule, whose folder is to be empty; null if the commit cannot be taken.</returns>
    public KnownSubmodule? TryTake(
        CheckoutPlace place,
        string url,
        WantedSubmodule one,
        Action<KnownSubmodule> list,
        CancellationToken cancellationToken)
    {
        var module = Path.Combine(place.GitDirectory, "modules", one.Name);
        try
        {
            var rules = new RepositoryResolver(database.Repositories, Config, Settings).Rules(place.Path);
            var address = SubmoduleAddress.Parse(one.Url, url, rules, Config);
            var (row, planned) = database.Change(() =>
            {
                var added = database.Repositories.Add(address.Key, address.Url, BaseFolder.Of(address.Key));
                var known = one.Plan(address.Url, added.Base);
                list(known);
                return (added, known);
            });
            using var view = GitView.OfNested(
                folder.Unfinished(place.Name, "adopted"),
                module,
                Path.Combine(module, "objects"),
                place.Path,
                one.Commit);
            view.Lend(Path.Combine(module, "objects"));
            Take(row, one.Commit, view.Folder, cancellationToken);
            SubmoduleBases.Mark(folder.Base(row.Base));
            return planned with { State = SubmoduleState.Empty };
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            // The job may have cloned something else, or a part of the history.
            return null;
        }
    }

    private void Take(RepositoryRow row, string commit, string from, CancellationToken cancellationToken)
    {
        var basePath = folder.Base(row.Base);
        // Somebody who clones or fetches may take long, and a release does not wait for that.
        using (Lock(folder.BaseLock(row.Id), row))
        {
            if (!Directory.Exists(basePath))
            {
                Make(row, commit, from, basePath, cancellationToken);
                return;
            }
        }

        if (BaseHealth.FindDamage(basePath) is { } damage)
            throw new GitprocException(ErrorReason.GitFailed, $"The base repository {basePath} {damage}.", row.Key);
        if (new BaseRefs(git, basePath).Has(commit, cancellationToken))
            return;
        using var alone = Lock(folder.FetchLock(row.Id), row);
        Fetch(basePath, commit, from, cancellationToken);
    }

    private static FileLock Lock(string file, RepositoryRow row) => FileLock.TryAcquire(file)
        ?? throw new GitprocException(ErrorReason.GitFailed, $"{row.Key} is being cloned or fetched.", row.Key);

    // Without the remote's refs. Nothing was fetched from there yet, so the first acquire of it does that.
    private void Make(
        RepositoryRow row, string commit, string from, string basePath, CancellationToken cancellationToken)
    {
        var unfinished = folder.Unfinished($"base-{row.Id}");
        try
        {
            var gitDirectory = new BaseClone(folder, git) { SilenceTimeout = Settings.GitTimeout }.MakeEmpty(
                row.Url, isSha256: commit.Length == 64, unfinished, cancellationToken);
            Fetch(gitDirectory, commit, from, cancellationToken);
            new TemplateRepository(git).Make(gitDirectory, basePath, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(basePath)!);
            FileMove.Folder(gitDirectory, basePath);
        }
        finally
        {
            FolderRemoval.TryRemove(unfinished);
        }
    }

    private void Fetch(string basePath, string commit, string from, CancellationToken cancellationToken)
    {
        var name = BaseRefs.Fetched(commit);
        var began = DateTimeOffset.UtcNow;
        git.Run(
            BaseCall.Of(
                basePath,
                "fetch",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--end-of-options",
                from,
                $"+HEAD:{name}"),
            cancellationToken);
        FetchedRefs.Note(basePath, name, began);
    }
}
