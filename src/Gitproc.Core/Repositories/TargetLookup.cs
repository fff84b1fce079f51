using Gitproc.Git;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>Finds what a caller wants checked out, as new as the caller wants it.</summary>
/// <param name="fetch">Asks the remote.</param>
/// <param name="refs">The refs of the base repository.</param>
/// <param name="repositories">Knows when it was fetched.</param>
/// <param name="reports">Told when the remote cannot be reached; null for nobody.</param>
internal sealed class TargetLookup(BaseFetch fetch, BaseRefs refs, RepositoryTable repositories, IProgress<PoolReport>? reports)
{
    /// <summary>Finds it.</summary>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="policy">When the remote is asked.</param>
    /// <param name="maxAge">After what time it is asked again.</param>
    /// <param name="cancellationToken">Ends git, or the wait for another process that fetches.</param>
    /// <returns>The target.</returns>
    /// <exception cref="GitprocException">There is no such thing, or the remote cannot be reached and it is not here.</exception>
    public Target Find(WantedRef wanted, FetchPolicy policy, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        var began = DateTimeOffset.UtcNow;
        string? failure = null;
        var hasFetched = false;
        if (policy == FetchPolicy.Always || (policy == FetchPolicy.WhenOld && IsOld(began, maxAge)))
            Fetch(policy == FetchPolicy.Always ? began : began - maxAge);
        // A request to merge moves without a branch or tag, and no fetch of those tells.
        var isExtra = wanted.Name is not null && BaseRefs.IsExtra(wanted.Name);
        if (isExtra && policy != FetchPolicy.Never)
            FetchOne(wanted.Name!);
        var target = refs.Find(wanted.Name, cancellationToken);
        if (target is null && policy != FetchPolicy.Never && !isExtra)
        {
            if (!hasFetched)
                Fetch(began);
            target = refs.Find(wanted.Name, cancellationToken);
            if (target is null && IsCommit(wanted.Name!))
            {
                FetchOne(wanted.Name!);
                target = refs.Find(wanted.Name, cancellationToken);
            }
        }

        if (target is null)
            throw Missing(wanted.Name!, failure, policy);
        if (failure is not null)
            Warn(failure, began);
        return wanted.NewBranch is null ? target : target with { Branch = wanted.NewBranch, HasUpstream = false };

        void Fetch(DateTimeOffset notBefore)
        {
            hasFetched = true;
            failure = fetch.Fetch(notBefore, cancellationToken) ?? failure;
        }

        void FetchOne(string name) => failure = fetch.FetchOne(name, cancellationToken) ?? failure;
    }

    // A clock that went back does not make a fetch new for ever.
    private bool IsOld(DateTimeOffset now, TimeSpan maxAge) =>
        repositories.Fetched(fetch.Repository.Id).FetchedAt is not { } fetched || now - fetched >= maxAge || fetched > now;

    private void Warn(string failure, DateTimeOffset now)
    {
        var age = repositories.Fetched(fetch.Repository.Id).FetchedAt is { } fetched
            ? $"was fetched {PrintableTime.Age(now - fetched)} ago"
            : "may be of any age";
        reports?.Report(new PoolReport(ReportKind.Warning, $"{fetch.Repository.Key} could not be fetched, and what you get {age}: {failure}"));
    }

    private GitprocException Missing(string name, string? failure, FetchPolicy policy)
    {
        var why = failure is not null ? $", and it could not be fetched: {failure}"
            : policy == FetchPolicy.Never ? ", and it was not fetched."
            : ".";
        return new GitprocException(ErrorReason.RefNotFound, $"{fetch.Repository.Key} has no branch, tag or commit '{name}'{why}", name);
    }

    private static bool IsCommit(string name) => name.Length is 40 or 64 && name.All(char.IsAsciiHexDigit);
}
