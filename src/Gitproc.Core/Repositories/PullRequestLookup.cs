using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// Finds what to check out for a pull request: the ref under which its host keeps it, or the branch of a fork, and
/// where a push goes back to.
/// </summary>
/// <param name="reports">Receives why nothing can be pushed; null to report nothing.</param>
internal sealed class PullRequestLookup(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    public required RepositoryTarget Target { get; init; }

    /// <summary>When to ask the remote, and programs that do.</summary>
    public required FetchPolicy Fetch { get; init; }

    /// <summary>The longest silence of git before it is ended.</summary>
    public required TimeSpan SilenceTimeout { get; init; }

    private string Host => Target.Key.Split('/')[0];

    /// <summary>Finds it.</summary>
    /// <param name="wanted">The branch to begin and the commit that is expected.</param>
    public WantedRef Find(PullRequest pull, WantedRef wanted, CancellationToken cancellationToken)
    {
        if (pull.Head is { } head)
            return OfBranch(head.Owner, head.Branch, wanted);
        var (number, found) = (pull.Number!, FindRef(pull, cancellationToken));
        wanted = wanted with { Name = found.Name };
        // A new branch is the caller's own, and pushed to the repository.
        return wanted.NewBranch is null ? wanted with { Head = FindHead(found, number, cancellationToken) } : wanted;
    }

    private WantedRef OfBranch(string owner, string branch, WantedRef wanted)
    {
        if (Host == AzureDevOps.Host || ForkAddress.OwnerOf(Target.Url) is not { } own)
        {
            throw new GitprocException(
                ErrorReason.InvalidRef,
                $"'{owner}:{branch}' names a fork by its owner, and {Target.Key} has none. Give the number of the pull request.",
                $"{owner}:{branch}");
        }

        if (owner.Equals(own, StringComparison.OrdinalIgnoreCase))
            return wanted with { Name = "refs/heads/" + branch };
        var fork = new ForkBranch(ForkAddress.Of(Target.Url, owner, name: null)!, branch);
        return wanted with
        {
            Name = BaseRefs.OfFork(owner, branch),
            Head = new HeadBranch(branch, owner, fork),
            IsInFork = true,
        };
    }

    private PullRequestRef FindRef(PullRequest pull, CancellationToken cancellationToken)
    {
        var number = pull.Number!;
        if (Host == "bitbucket.org")
        {
            throw new GitprocException(
                ErrorReason.RefNotFound,
                "bitbucket.org keeps no ref of a pull request. Check out its branch: give OWNER:BRANCH instead of "
                    + $"{number}.",
                number);
        }

        return PullRequestRef.OfHost(Host, number) ?? pull.Page?.Ref ?? Discover(number, cancellationToken);
    }

    // A host that runs GitLab, or another server, says so by the refs that it has.
    private PullRequestRef Discover(string number, CancellationToken cancellationToken)
    {
        var all = PullRequestRef.All(number);
        var known = Target.Known is { } row
            ? all.FirstOrDefault(one => Head.ReadRef(folder.Base(row.Base), BaseRefs.Fetched(one.Name)) is not null)
            : null;
        if (Fetch == FetchPolicy.Never)
            return known ?? all[0];
        var there = List(all, mayFail: known is not null, cancellationToken);
        return all.FirstOrDefault(one => there.Contains(one.Name)) ?? known ?? throw new GitprocException(
            ErrorReason.RefNotFound, $"{Target.Key} has no pull request {number}.", number);
    }

    private HashSet<string> List(
        IReadOnlyList<PullRequestRef> refs, bool mayFail, CancellationToken cancellationToken)
    {
        using var step = ProgressStep.Begin(reports, $"asking {Target.Url} for the pull request");
        return
        [
            .. git.Run(
                    new GitCall(
                        ["ls-remote", "--end-of-options", Target.Url, .. refs.Select(one => one.Name)])
                    {
                        WorkingDirectory = folder.Path,
                        Subject = Target.Url,
                        SilenceTimeout = SilenceTimeout,
                        MayFail = mayFail,
                        Config = Target.Credential is { } given ? CredentialConfig.For(Target.Url, given) : [],
                        Environment = Target.Credential is { } secret ? CredentialConfig.Variables(secret) : [],
                    },
                    cancellationToken)
                .Output.Split('\n')
                .Select(line => line.Split('\t'))
                .Where(fields => fields.Length == 2)
                .Select(fields => fields[1]),
        ];
    }

    private HeadBranch? FindHead(PullRequestRef found, string number, CancellationToken cancellationToken)
    {
        if (Fetch == FetchPolicy.Never)
            return Nowhere("nobody was asked for its branch");
        if (found.Program is null)
            return Nowhere("no program tells its branch");
        using var step = ProgressStep.Begin(reports, $"asking {found.Program} for the branch of pull request {number}");
        var hosts = new PullRequestHosts(folder.Path, Target.Url, Target.Key);
        if (hosts.Find(found.Program, number, cancellationToken) is not { } head)
            return Nowhere(hosts.Problem!);
        if (!hosts.LetsOthersPush)
            Note($"the author of pull request {number} lets nobody else push to {head}");
        return head;

        HeadBranch? Nowhere(string why)
        {
            var other = Host == AzureDevOps.Host ? "" : ". If you know it, give OWNER:BRANCH instead of the number";
            Note($"pull request {number} has no branch in the checkout, and you cannot push to it: {why}{other}");
            return null;
        }
    }

    private void Note(string text) => reports?.Report(new PoolReport(ReportKind.Notice, text));
}
