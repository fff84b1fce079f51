using Gitproc.Files;
using Gitproc.Git;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>Brings into a base repository what is new on the remote. Of any number of processes one does and the others wait for it.</summary>
/// <param name="folder">The pool.</param>
/// <param name="database">Its database.</param>
/// <param name="git">Runs git.</param>
/// <param name="reports">Told when somebody else does it; null for nobody.</param>
internal sealed class BaseFetch(PoolFolder folder, PoolDatabase database, GitRunner git, IProgress<PoolReport>? reports)
{
    private readonly RepositoryTable _repositories = new(database.Connection);

    /// <summary>The repository.</summary>
    public required RepositoryRow Repository { get; init; }

    /// <summary>The URL to fetch from.</summary>
    public required string Url { get; init; }

    /// <summary>The password for it; null when the user's own helpers know it.</summary>
    public required UrlCredential? Credential { get; init; }

    /// <summary>How long git may say nothing.</summary>
    public required TimeSpan LongestSilence { get; init; }

    private string BasePath => folder.Base(Repository.Base);

    /// <summary>Fetches branches, tags and the default branch, unless somebody has since a moment.</summary>
    /// <param name="notBefore">A fetch that began then or later will do, and its failure too.</param>
    /// <param name="cancellationToken">Ends git, or the wait.</param>
    /// <returns>Null; why it failed.</returns>
    public string? Fetch(DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        string? known;
        if (IsKnown(out known))
            return known;
        using var alone = TryLock(out var stopped, cancellationToken);
        if (alone is null)
        {
            database.Change(() => _repositories.NoteFetch(Repository.Id, DateTimeOffset.UtcNow, stopped));
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
            // By the URL: it is the one this caller has access by. --tags, and no refspec for them: a tag that somebody made
            // in the base repository is not pruned (git-fetch(1), --prune).
            Run(["fetch", "--prune", "--tags", "--force", .. Options, "--end-of-options", Url, "+refs/heads/*:refs/remotes/origin/*"], cancellationToken);
            var tags = FindDefault(cancellationToken);
            new CheckoutModel(git).Update(BasePath, tags, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            error = e.Message;
            SharedFailure.Leave(alone, Url, "", Credential, e);
        }

        database.Change(() => _repositories.NoteFetch(Repository.Id, began, error));
        return error;

        // Whether somebody has fetched since, and what it failed for.
        bool IsKnown(out string? failure)
        {
            var times = _repositories.Fetched(Repository.Id);
            failure = times.FetchedAt >= notBefore ? null : times.Error;
            return times.FetchedAt >= notBefore || (times.TriedAt >= notBefore && times.Error is not null);
        }
    }

    /// <summary>Fetches one thing that a fetch of branches and tags does not bring.</summary>
    /// <param name="wanted">The full name of a ref, or the full id of a commit.</param>
    /// <param name="cancellationToken">Ends git, or the wait.</param>
    /// <returns>Null; why it failed.</returns>
    public string? FetchOne(string wanted, CancellationToken cancellationToken)
    {
        using var alone = TryLock(out var stopped, cancellationToken);
        if (alone is null)
            return stopped;
        if (SharedFailure.Of(alone, Url, wanted, Credential) is { } shared)
            return shared;
        using var step = ProgressStep.Begin(reports, $"fetching {wanted} of {Repository.Url}");
        try
        {
            Run(["fetch", "--no-tags", .. Options, "--end-of-options", Url, $"+{wanted}:{BaseRefs.Fetched(wanted)}"], cancellationToken);
            return null;
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            SharedFailure.Leave(alone, Url, wanted, Credential, e);
            return e.Message;
        }
    }

    // FETCH_HEAD is not needed, and a base repository is maintained when nobody waits.
    private static string[] Options => ["--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--progress"];

    // A fetch does not tell which branch is the default one. One that is gone leaves what was known. Where worktrees share the tags, it
    // returns those that are the remote's.
    private HashSet<string>? FindDefault(CancellationToken cancellationToken)
    {
        const string tags = "refs/tags/";
        const string symref = "ref: refs/heads/";
        var refs = new BaseRefs(git, BasePath);
        var isShared = Worktrees.Of(BasePath).Count > 0;
        var found = Run(["ls-remote", "--symref", "--end-of-options", Url, "HEAD", .. isShared ? [tags + "*"] : (string[])[]], cancellationToken).Output
            .Split('\n').Select(line => line.Split('\t')).Where(parts => parts.Length == 2).ToList();
        var lines = found.Where(parts => parts[1] == "HEAD").Select(parts => RawText.ToText(parts[0])).ToList();
        if (lines.Find(line => line.StartsWith(symref, StringComparison.Ordinal)) is { } named)
        {
            refs.SetDefault(named[symref.Length..], cancellationToken);
        }
        else if (lines is [var commit, ..])
        {
            Run(["fetch", "--no-tags", .. Options, "--end-of-options", Url, "HEAD"], cancellationToken);
            refs.SetDetached(commit, cancellationToken);
        }

        return isShared ? found.Where(parts => parts[1].StartsWith(tags, StringComparison.Ordinal)).Select(parts => $"{parts[0]} {parts[1]}").ToHashSet(StringComparer.Ordinal) : null;
    }

    // Null where the process that fetches was stopped: as if the remote could not be reached.
    private FileLock? TryLock(out string? stopped, CancellationToken cancellationToken)
    {
        stopped = null;
        try
        {
            return FileLock.Acquire(folder.FetchLock(Repository.Id), $"fetches {Repository.Url}", reports, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.ProcessStopped)
        {
            stopped = e.Message;
            return null;
        }
    }

    private GitResult Run(string[] arguments, CancellationToken cancellationToken)
    {
        var call = BaseCall.Of(BasePath, arguments);
        return git.Run(
            call with
            {
                WorkingDirectory = folder.Path,
                Subject = Url,
                HasRawOutput = true,
                LongestSilence = LongestSilence,
                Config = [.. call.Config, ("fetch.pruneTags", "false"), .. Credential is null ? [] : CredentialConfig.For(Url, Credential)],
                Environment = Credential is null ? [] : CredentialConfig.Variables(Credential),
            },
            cancellationToken);
    }
}
