using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>Finds the commit to check out, as new as the caller wants it.</summary>
/// <param name="lastPush">
/// Finds when something was last pushed from a checkout, UTC; asked only where the last fetch is young.
/// </param>
/// <param name="reports">Told when the remote cannot be reached; null for nobody.</param>
internal sealed class TargetLookup(
    BaseFetch fetch,
    BaseRefs refs,
    RepositoryTable repositories,
    Func<DateTime> lastPush,
    IProgress<PoolReport>? reports)
{
    /// <param name="maxAge">After what time it is asked again.</param>
    public Target Find(WantedRef wanted, FetchPolicy policy, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        var began = DateTimeOffset.UtcNow;
        string? failure = null;
        var hasFetched = false;
        if (policy == FetchPolicy.Always)
            Fetch(began);
        else if (policy == FetchPolicy.WhenOld && OldestFresh(began, maxAge) is { } least)
            Fetch(least);
        // A pull request moves without a branch or tag, and no fetch of those tells.
        var isExtra = wanted.Name is not null && BaseRefs.IsExtra(wanted.Name);
        if (isExtra && policy != FetchPolicy.Never)
            FetchOne();
        var target = refs.Find(wanted.Name, cancellationToken);
        if (target is null && policy != FetchPolicy.Never && !isExtra)
        {
            if (!hasFetched)
                Fetch(began);
            target = refs.Find(wanted.Name, cancellationToken);
            if (target is null && IsCommit(wanted.Name!))
            {
                FetchOne();
                target = refs.Find(wanted.Name, cancellationToken);
            }
        }

        if (target is null)
            throw Missing(wanted.Shown!, failure, policy);
        var there = wanted.NewBranch is null ? null : refs.Find("refs/heads/" + wanted.NewBranch, cancellationToken);
        var start = wanted.Name is null && there is not null ? there : target;
        if (!wanted.IsAt(start))
        {
            return policy == FetchPolicy.WhenOld && !hasFetched && !isExtra
                ? Find(wanted, FetchPolicy.Always, maxAge, cancellationToken)
                : throw Unexpected(wanted, start, failure, policy);
        }

        if (failure is not null)
            Warn(failure, began, isExtra ? wanted : null);
        return wanted.NewBranch is { } branch ? Begin(branch, wanted.Shown, start, there)
            : wanted.Head is { } head ? head.Continue(start, refs.Find(null, cancellationToken)?.Branch)
            : start;

        void Fetch(DateTimeOffset notBefore)
        {
            hasFetched = true;
            failure = fetch.Fetch(notBefore, cancellationToken) ?? failure;
        }

        void FetchOne() => failure = fetch.FetchOne(wanted, cancellationToken) ?? failure;
    }

    // A branch that the remote has already: two of one name, begun at different commits, could never be pushed. So
    // without a ref it is continued.
    private Target Begin(string branch, string? at, Target start, Target? there)
    {
        if (there is not null && at is null)
        {
            reports?.Report(
                new PoolReport(
                    ReportKind.Notice,
                    $"{fetch.Repository.Key} has the branch {branch} already, and the checkout continues it"));
            return start with { IsBegun = true };
        }

        if (there is not null && there.Commit != start.Commit)
            reports?.Report(
                new PoolReport(
                    ReportKind.Warning,
                    $"{fetch.Repository.Key} has a branch {branch} already, at another commit than {at}, where yours begins"
                ));
        return start with { Branch = branch, HasUpstream = false, IsBegun = true };
    }

    // The time when a fetch must have begun to be new enough; null if the last one has. A clock that went back does not
    // make it new for ever.
    private DateTimeOffset? OldestFresh(DateTimeOffset now, TimeSpan maxAge)
    {
        if (repositories.Fetched(fetch.Repository.Id).FetchedAt is not { } fetched
            || now - fetched >= maxAge
            || fetched > now)
            return now - maxAge;
        return lastPush() is var pushed && pushed > fetched.UtcDateTime ? new DateTimeOffset(pushed) : null;
    }

    private void Warn(string failure, DateTimeOffset now, WantedRef? extra)
    {
        var at = extra is null ? repositories.Fetched(fetch.Repository.Id).FetchedAt : fetch.FetchedAt(extra.Name!);
        var age = at is { } fetched ? $"was fetched {PrintableTime.Age(now - fetched)} ago" : "may be of any age";
        var what = extra is null ? fetch.Repository.Key : $"{extra.Shown} of {fetch.Repository.Key}";
        reports?.Report(
            new PoolReport(ReportKind.Warning, $"{what} could not be fetched, and what you get {age}: {failure}"));
    }

    private GitprocException Unexpected(WantedRef wanted, Target found, string? failure, FetchPolicy policy)
    {
        var name = wanted.Shown ?? found.Branch ?? "HEAD";
        var at = found.Commit is null ? "has no commit yet" : $"is at {found.Commit}";
        return new GitprocException(
            ErrorReason.UnexpectedCommit,
            $"{name} of {fetch.Repository.Key} {at}, and {wanted.Expected} is expected{WhyOld(failure, policy)}",
            name);
    }

    private GitprocException Missing(string name, string? failure, FetchPolicy policy) => new(
        ErrorReason.RefNotFound,
        $"{fetch.Repository.Key} has no branch, tag or commit '{name}'{WhyOld(failure, policy)}",
        name);

    // The end of a sentence.
    private static string WhyOld(string? failure, FetchPolicy policy) =>
        failure is not null ? $", and it could not be fetched: {failure}"
        : policy == FetchPolicy.Never ? ", and it was not fetched."
        : ".";

    private static bool IsCommit(string name) => name.Length is 40 or 64 && name.All(char.IsAsciiHexDigit);
}
