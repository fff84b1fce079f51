using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>Finds the repository that a caller means.</summary>
internal sealed class RepositoryResolver(RepositoryTable repositories, GitConfig config, PoolSettings settings)
{
    private const int MaxCandidates = 20;

    /// <param name="text">
    /// A URL, a local path, or a name that the pool knows; null for the caller's own repository.
    /// </param>
    /// <param name="directory">The working directory, absolute.</param>
    public RepositoryTarget Resolve(string? text, string directory)
    {
        if (text is null)
            return ByAddress(RemoteOfCaller(directory), Rules(config.TopLevel ?? directory));
        var rules = Rules(directory);
        if (RepositoryAddress.IsName(text, rules))
            return ByName(text, directory);
        return ByKey(text, rules) ?? ByAddress(text, rules);
    }

    /// <summary>
    /// Finds the repository that a pull request is for. The URL of its page is for a browser: the address by which the
    /// caller or the pool has the repository goes before it.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="directory">The working directory, absolute.</param>
    public RepositoryTarget Resolve(PullRequestPage page, string directory)
    {
        var found = ByAddress(page.Repository, Rules(directory));
        if (found.Credential is not null)
            return found;
        return KeyOfCaller() == found.Key ? ByAddress(RemoteOfCaller(directory), Rules(config.TopLevel!))
            : found.Known is { } row ? Known(row)
            : found;
    }

    // A key with a port reads like host:path. A URL and a path mean what they say, whatever the pool knows.
    private RepositoryTarget? ByKey(string text, AddressRules rules) =>
        RepositoryAddress.MayBeKey(text, rules) && repositories.Find(text) is { } row ? Known(row) : null;

    private static RepositoryTarget Known(RepositoryRow row) =>
        new(row.Key, row.Url, Credential: null, row, IsByName: true);

    private RepositoryTarget ByAddress(string text, AddressRules rules)
    {
        var address = RepositoryAddress.Parse(text, rules);
        return new RepositoryTarget(
            address.Key, address.Url, address.Credential, repositories.Find(address.Key), IsByName: false);
    }

    private RepositoryTarget ByName(string text, string directory)
    {
        var written = text.TrimEnd('/');
        var name = WithoutGit(written).TrimEnd('/');
        var candidates = repositories.FindByName(name[(name.LastIndexOf('/') + 1)..]);
        // With .git it is, if there is one, the repository that is named so; otherwise .git makes no difference.
        var found = Best(
            candidates.Where(row => row.Key == written),
            candidates.Where(row => written != name && EndsWith(row.Key, written, StringComparison.Ordinal)),
            candidates.Where(row => row.Key == name),
            candidates.Where(row => EndsWith(WithoutGit(row.Key), name, StringComparison.Ordinal)),
            candidates.Where(row => EndsWith(WithoutGit(row.Key), name, StringComparison.OrdinalIgnoreCase)));
        return found switch
        {
            [var row] => Known(row),
            [] => throw Unknown(text, directory),
            _ => throw new GitprocException(
                ErrorReason.AmbiguousRepository,
                $"The name '{text}' fits {found.Count} repositories of the pool: {List(found)}. Name more of its key.",
                text),
        };
    }

    private static string WithoutGit(string name) =>
        name.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? name[..^".git".Length] : name;

    private static bool EndsWith(string key, string name, StringComparison comparison) =>
        $"/{key}".EndsWith($"/{name}", comparison);

    private static List<RepositoryRow> Best(params IEnumerable<IEnumerable<RepositoryRow>> choices) =>
        choices.Select(choice => choice.ToList()).FirstOrDefault(choice => choice.Count > 0) ?? [];

    private GitprocException Unknown(string text, string directory)
    {
        var known = repositories.All();
        var list = known.Count == 0 ? "It knows none yet." : $"It knows {List(known)}.";
        var hint = Directory.Exists(Path.Combine(directory, text))
            ? $"For the folder of that name, write ./{text}"
            : "For a new one give its URL or path.";
        return new GitprocException(
            ErrorReason.UnknownRepository, $"The pool knows no repository '{text}'. {list} {hint}", text);
    }

    private static string List(List<RepositoryRow> rows) =>
        string.Join(", ", rows.Take(MaxCandidates).Select(row => row.Key))
        + (rows.Count > MaxCandidates ? $" and {rows.Count - MaxCandidates} more" : "");

    /// <summary>The default remote, as git chooses it: origin, else the only one there is (git-fetch(1)).</summary>
    /// <returns>Its name and URL; null if there is no such one.</returns>
    public static KeyValuePair<string, string>? DefaultRemote(GitConfig config)
    {
        var remotes = Remotes(config);
        return remotes.Find(remote => remote.Key == "origin") is { Key: not null } origin ? origin
            : remotes is [var only] ? only : null;
    }

    /// <summary>The key of the repository that the caller is in; null if it is in none with a remote.</summary>
    public string? KeyOfCaller()
    {
        try
        {
            return config.TopLevel is { } top && DefaultRemote(config) is { } remote
                ? RepositoryAddress.Parse(remote.Value, Rules(top)).Key
                : null;
        }
        catch (GitprocException)
        {
            return null;
        }
    }

    private static List<KeyValuePair<string, string>> Remotes(GitConfig config) =>
        [.. config.GetSubsections("remote", "url").DistinctBy(remote => remote.Key)];

    private string RemoteOfCaller(string directory)
    {
        if (DefaultRemote(config) is { } remote)
            return remote.Value;
        var remotes = Remotes(config);
        var why =
            config.TopLevel is null
                ? $"{directory} is in no git repository{(config.HasRepositoryError ? $" ({config.WhyNoRepository})" : "")}"
            : remotes.Count == 0 ? $"The repository {config.TopLevel} has no remote"
            : $"The repository {config.TopLevel} has no 'origin' but the remotes {string.Join(", ", remotes.Select(one => one.Key))}";
        throw new GitprocException(
            ErrorReason.NoRepositoryHere,
            $"{why}. Name the repository: a URL, a path, or a name the pool knows.",
            directory);
    }

    /// <summary>What addresses mean, in the pool too.</summary>
    /// <param name="directory">The folder that relative paths begin at, absolute.</param>
    public AddressRules Rules(string directory)
    {
        var rules = AddressRules.Of(config, settings, directory);
        return rules with { FindLocal = path => rules.FindLocal(path) ?? FindGone(path, rules) };
    }

    // The folder is gone, for example on a disk that is not mounted. The pool has what was fetched from it.
    private string? FindGone(string path, AddressRules rules) => LocalRepository.Names(path)
        .FirstOrDefault(name => repositories.Find(LocalPath.AddressOf(name, rules).Key) is not null);
}

/// <summary>The repository that a caller means.</summary>
/// <param name="Url">Its URL, without a password.</param>
/// <param name="Credential">The password that was in the URL; null if none was.</param>
/// <param name="Known">Its row; null if the pool has not met it.</param>
internal sealed record RepositoryTarget(
    string Key, string Url, UrlCredential? Credential, RepositoryRow? Known, bool IsByName)
{
    /// <summary>Its row, which is added if the pool has not met it.</summary>
    public RepositoryRow Row(PoolDatabase database) =>
        Known ?? database.Change(() => database.Repositories.Add(Key, Url, BaseFolder.Of(Key)));
}
