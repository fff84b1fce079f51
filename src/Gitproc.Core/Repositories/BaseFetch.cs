using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>
/// Fetches into a base repository. If several processes want to, one does, and the others wait for it.
/// </summary>
/// <param name="reports">Told when somebody else does it; null for nobody.</param>
internal sealed class BaseFetch(PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports)
{
    private readonly RepositoryTable _repositories = new(database.Connection);

    public required RepositoryRow Repository { get; init; }

    public required string Url { get; init; }

    /// <summary>The password for it; null if the user's own helpers know it.</summary>
    public required UrlCredential? Credential { get; init; }

    /// <summary>The longest silence of git before it is ended.</summary>
    public required TimeSpan SilenceTimeout { get; init; }

    /// <summary>
    /// True if nobody waits for it. A failure is then noted as an attempt only: the next who wants to fetch does.
    /// </summary>
    public bool IsAhead { get; init; }

    private string BasePath => folder.Base(Repository.Base);

    /// <summary>
    /// Fetches branches, tags and the default branch, unless somebody has done so since a given time.
    /// </summary>
    public string? Fetch(DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        string? known;
        if (IsKnown(out known))
            return known;
        using var alone = TryLock(out var stopped, cancellationToken);
        if (alone is null)
        {
            Note(DateTimeOffset.UtcNow, stopped);
            return stopped;
        }

        if (IsKnown(out known))
            return known;
        if (SharedFailure.Of(alone, Url, "", Credential) is { } shared)
            return shared;
        var began = DateTimeOffset.UtcNow;
        using var step = ProgressStep.Begin(reports, $"fetching {Repository.Url}");
        string? error = null;
        try
        {
            // By the URL through which this caller has access.
            Run(
                [
                    "fetch",
                    "--prune",
                    "--no-tags",
                    .. Options,
                    "--end-of-options",
                    Url,
                    "+refs/heads/*:refs/remotes/origin/*",
                    BaseTags.Refspec,
                ],
                cancellationToken);
            FindDefault(cancellationToken);
            new TemplateRepository(git).Update(BasePath, cancellationToken);
            Proposal.Look(git, BasePath, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            error = e.Message;
            SharedFailure.Leave(alone, Url, "", Credential, e);
        }

        Note(began, error);
        return error;

        void Note(DateTimeOffset began, string? failure) => database.Change(() =>
        {
            if (IsAhead && failure is not null)
                _repositories.NoteTry(Repository.Id, began);
            else
                _repositories.NoteFetch(Repository.Id, began, failure);
        });

        // Another process may have fetched, or failed to, while this one waited.
        bool IsKnown(out string? failure)
        {
            var times = _repositories.Fetched(Repository.Id);
            failure = times.FetchedAt >= notBefore ? null : times.Error;
            return times.FetchedAt >= notBefore || (times.TriedAt >= notBefore && times.Error is not null);
        }
    }

    /// <summary>Fetches one ref or commit that a fetch of branches and tags does not bring.</summary>
    public string? FetchOne(WantedRef wanted, CancellationToken cancellationToken)
    {
        var (name, shown) = (wanted.Name!, wanted.Shown!);
        // Its password is for the same host.
        var fork = wanted.IsInFork ? wanted.Head!.Fork! : null;
        var (from, there) = fork is null ? (Url, name) : (fork.Url, $"refs/heads/{fork.Name}");
        using var alone = TryLock(out var stopped, cancellationToken);
        if (alone is null)
            return stopped;
        if (SharedFailure.Of(alone, from, there, Credential) is { } shared)
            return shared;
        using var step = ProgressStep.Begin(reports, $"fetching {shown} of {Repository.Url}");
        try
        {
            var began = DateTimeOffset.UtcNow;
            Run(
                ["fetch", "--no-tags", .. Options, "--end-of-options", from, $"+{there}:{BaseRefs.Fetched(name)}"],
                cancellationToken,
                from);
            FetchedRefs.Note(BasePath, BaseRefs.Fetched(name), began);
            return null;
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            if (BaseRefs.IsExtra(name) && IsGone(there, from, cancellationToken))
                throw Gone(name, shown);
            SharedFailure.Leave(alone, from, there, Credential, e);
            return e.Message;
        }
    }

    /// <summary>The time when a ref or commit was last fetched by its own name.</summary>
    /// <returns>The time; null if that is not known.</returns>
    public DateTimeOffset? FetchedAt(string wanted) => FetchedRefs.TimeOf(BasePath, BaseRefs.Fetched(wanted));

    // git-ls-remote(1), --exit-code: 2 is the answer of a remote that has no such ref. A fetch fails alike when it is
    // away.
    private bool IsGone(string wanted, string from, CancellationToken cancellationToken) =>
        Run(["ls-remote", "--exit-code", "--end-of-options", from, wanted], cancellationToken, from, mayFail: true)
            .ExitCode == 2;

    private GitprocException Gone(string wanted, string shown)
    {
        var known = FetchedAt(wanted) is { } at
            ? $" any more; it was last fetched {PrintableTime.Age(DateTimeOffset.UtcNow - at)} ago"
            : "";
        return new GitprocException(ErrorReason.RefNotFound, $"{Repository.Key} has no '{shown}'{known}.", shown);
    }

    // FETCH_HEAD is not needed, and a base repository is maintained when nobody waits.
    private static string[] Options =>
        ["--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--progress"];

    // A fetch does not tell which branch is the default one. One that is gone leaves what was known.
    private void FindDefault(CancellationToken cancellationToken)
    {
        const string symref = "ref: refs/heads/";
        var refs = new BaseRefs(git, BasePath);
        var lines = Run(["ls-remote", "--symref", "--end-of-options", Url, "HEAD"], cancellationToken).Output
            .Split('\n')
            .Select(line => line.Split('\t'))
            .Where(parts => parts is [_, "HEAD"])
            .Select(parts => parts[0])
            .ToList();
        if (lines.Find(line => line.StartsWith(symref, StringComparison.Ordinal)) is { } named)
        {
            refs.SetDefault(named[symref.Length..], cancellationToken);
        }
        else if (lines is [var commit, ..])
        {
            Run(["fetch", "--no-tags", .. Options, "--end-of-options", Url, "HEAD"], cancellationToken);
            refs.SetDetached(commit, cancellationToken);
        }
    }

    // Null if the process that fetches is stopped (SIGSTOP), as if the remote could not be reached.
    private FileLock? TryLock(out string? stopped, CancellationToken cancellationToken)
    {
        stopped = null;
        try
        {
            return FileLock.Acquire(
                folder.FetchLock(Repository.Id), $"fetches {Repository.Url}", reports, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.ProcessStopped)
        {
            stopped = e.Message;
            return null;
        }
    }

    private GitResult Run(
        string[] arguments, CancellationToken cancellationToken, string? from = null, bool mayFail = false)
    {
        var url = from ?? Url;
        var call = BaseCall.Of(BasePath, arguments);
        return git.Run(
            call with
            {
                WorkingDirectory = folder.Path,
                Subject = url,
                SilenceTimeout = SilenceTimeout,
                MayFail = mayFail,
                Config =
                [
                    .. call.Config,
                    ("fetch.pruneTags", "false"),
                    .. Credential is null ? [] : CredentialConfig.For(url, Credential),
                ],
                Environment = Credential is null ? [] : CredentialConfig.Variables(Credential),
            },
            cancellationToken);
    }
}
