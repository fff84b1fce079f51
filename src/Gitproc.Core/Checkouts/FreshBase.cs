using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>Makes sure that a base repository exists and is as new as its remote.</summary>
/// <param name="reports">Receives waits, and a remote that cannot be reached; null to report nothing.</param>
internal sealed class FreshBase(
    PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports, PoolSettings settings)
{
    /// <summary>Clones or fetches it unless that was done recently, and finds the default branch.</summary>
    /// <param name="credential">The password for the URL; null to use the user's credential helpers.</param>
    public Target Default(
        RepositoryRow repository, string url, UrlCredential? credential, CancellationToken cancellationToken)
    {
        new BaseRepository(folder, database, git, reports, settings.GitTimeout).Ensure(
            repository with
            {
                Url = url,
            },
            credential,
            cancellationToken);
        return Find(repository, url, credential, WantedRef.Parse(null, null), FetchPolicy.WhenOld, cancellationToken);
    }

    /// <summary>Finds what a caller wants to check out.</summary>
    /// <param name="credential">The password for the URL; null to use the user's credential helpers.</param>
    public Target Find(
        RepositoryRow repository,
        string url,
        UrlCredential? credential,
        WantedRef wanted,
        FetchPolicy policy,
        CancellationToken cancellationToken)
    {
        var fetch = new BaseFetch(folder, database, git, reports)
        {
            Repository = repository,
            Url = url,
            Credential = credential,
            SilenceTimeout = settings.GitTimeout,
        };
        return new TargetLookup(
            fetch,
            new BaseRefs(git, folder.Base(repository.Base)),
            database.Repositories,
            () => LastPush(repository),
            reports).Find(wanted, policy, settings.FetchMaxAge, cancellationToken);
    }

    private DateTime LastPush(RepositoryRow repository) =>
        database
            .Checkouts.HeldClones(repository.Id)
            .Select(id =>
                PushedRefs.LatestIn(CheckoutPlace.FromClone("", folder.Checkout(CheckoutName.Of(id))).GitDirectory))
            .Append(PushedRefs.Kept(folder.Base(repository.Base)))
            .Max();
}
