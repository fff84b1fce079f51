using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Sees to it that a base repository is there and as new as its remote.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told of waits and of a remote that cannot be reached; null for nobody.</param>
/// <param name="settings">The settings.</param>
internal sealed class FreshBase(PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports, PoolSettings settings)
{
    /// <summary>Clones or fetches it, unless that was done just now.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="url">The URL to ask.</param>
    /// <param name="credential">The password for it; null when the user's own helpers know it.</param>
    /// <param name="cancellationToken">Ends git, or the wait for another process.</param>
    /// <returns>The remote's default branch.</returns>
    /// <exception cref="GitprocException">git could not clone.</exception>
    public Target Default(RepositoryRow repository, string url, UrlCredential? credential, CancellationToken cancellationToken)
    {
        new BaseRepository(folder, database, git, reports, settings.GitTimeout).Ensure(repository with { Url = url }, credential, cancellationToken);
        return Find(repository, url, credential, WantedRef.Parse(null, null), FetchPolicy.WhenOld, cancellationToken);
    }

    /// <summary>Finds what a caller wants checked out.</summary>
    /// <param name="repository">The repository; its base repository is there.</param>
    /// <param name="url">The URL to ask.</param>
    /// <param name="credential">The password for it; null when the user's own helpers know it.</param>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="policy">When the remote is asked.</param>
    /// <param name="cancellationToken">Ends git, or the wait for another process that fetches.</param>
    /// <returns>The target.</returns>
    /// <exception cref="GitprocException">There is no such thing, or the remote cannot be reached and it is not here.</exception>
    public Target Find(
        RepositoryRow repository, string url, UrlCredential? credential, WantedRef wanted, FetchPolicy policy, CancellationToken cancellationToken)
    {
        var fetch = new BaseFetch(folder, database, git, reports)
        {
            Repository = repository,
            Url = url,
            Credential = credential,
            LongestSilence = settings.GitTimeout,
        };
        return new TargetLookup(fetch, new BaseRefs(git, folder.Base(repository.Base)), new RepositoryTable(database.Connection), () => LastPush(repository), reports)
            .Find(wanted, policy, settings.FetchMaxAge, cancellationToken);
    }

    private DateTime LastPush(RepositoryRow repository) => new CheckoutTable(database.Connection).HeldClones(repository.Id)
        .Select(id => PushedRefs.LatestIn(CheckoutPlace.OfClone("", folder.Checkout(CheckoutName.Of(id))).GitDirectory))
        .Append(PushedRefs.Kept(folder.Base(repository.Base))).Max();
}
