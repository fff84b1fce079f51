using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Links;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>What a command line can be completed with. Thread-safe; nothing is thrown.</summary>
/// <remarks>
/// A shell asks at each Tab, so the database is opened to read, and nothing is made or put right. No process is started:
/// config is what git answered last, else what the repository's own file says, and refs are read as files. What cannot be
/// read suggests nothing.
/// </remarks>
public sealed class PoolSuggestions
{
    private readonly Session _session;

    internal PoolSuggestions(Session session) => _session = session;

    /// <summary>The names of checkouts.</summary>
    /// <returns>The suggestions, by number.</returns>
    public IReadOnlyList<Suggestion> Checkouts() => Suggest(() =>
        Rows().Select(row => new Suggestion(row.Name, $"{row.State} {row.RepositoryKey} {row.Branch}")));

    /// <summary>The keys of the repositories that the pool knows, and the remotes of the repository around the working directory.</summary>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions; the remotes first.</returns>
    public IReadOnlyList<Suggestion> Repositories(string workingDirectory) => Suggest(() => Peek(database =>
    {
        var known = KnownRepositories(database).ToDictionary(row => row.Key, row => row.Url);
        var config = KnownConfig(workingDirectory, database);
        var remotes = config.GetSubsections("remote", "url").DistinctBy(remote => remote.Key).SelectMany(remote => Suggest(() => [Remote(remote.Key, remote.Value)])).ToList();
        return remotes.Concat(known.Select(row => new Suggestion(row.Key, row.Value))).DistinctBy(found => found.Text).ToList();

        // Never as it is written there: that may hold a password.
        Suggestion Remote(string name, string url)
        {
            var address = RepositoryAddress.Parse(url, AddressRules.Of(config, PoolSettings.Read(config), config.TopLevel ?? workingDirectory));
            return new Suggestion(known.ContainsKey(address.Key) ? address.Key : address.Url, $"the remote {name}");
        }
    }));

    /// <summary>
    /// The branches and tags of a repository, as its base repository has them. Where the pool has none: as it has them itself if it is
    /// on this machine, and of the caller's own as the caller's clone knows them.
    /// </summary>
    /// <param name="repository">The repository, given as for an acquire; null for the caller's own.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions; the branches first.</returns>
    public IReadOnlyList<Suggestion> Refs(string? repository, string workingDirectory) => Suggest(() =>
        BaseOf(repository, workingDirectory) is { } path ? RefsOf(path, isOwnToo: false) : RefsOfUnknown(repository, workingDirectory));

    /// <summary>The branches and tags of the base repository of a light-weight checkout.</summary>
    /// <param name="baseRepository">The base repository, as for <see cref="LinkRequest.Base"/>; null for what the folder says.</param>
    /// <param name="path">The folder of the checkout, which need not be there; relative paths begin in the working directory.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions; the branches first.</returns>
    public IReadOnlyList<Suggestion> LinkRefs(string? baseRepository, string path, string workingDirectory) => Suggest(() =>
    {
        var folder = Paths.Real(Path.GetFullPath(path, workingDirectory));
        var place = baseRepository is null
            ? LocalRepository.At(Path.Combine(folder, ".git"))
                ?? BaseSearch.Nearest(folder, GitlinkFile.Read(Path.Combine(folder, GitlinkFile.FileName))?.Gitdir ?? "")
            : PoolLinks.LocalBase(baseRepository, folder, workingDirectory);
        return (place?.CommonDirectory ?? (baseRepository is null ? null : BaseOf(baseRepository, workingDirectory))) is { } found ? RefsOf(found, isOwnToo: true) : [];
    });

    /// <summary>The names of light-weight checkouts.</summary>
    /// <param name="baseRepository">Of this base repository, as for <see cref="LinkRequest.Base"/>; null for the repository around the caller, and where there is none for all of the pool.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions, by name.</returns>
    public IReadOnlyList<Suggestion> Links(string? baseRepository, string workingDirectory) => Suggest(() =>
        SuggestedBases(baseRepository, workingDirectory)
            .SelectMany(place => new LinkStore(place).List())
            .Select(link => link.Describe())
            .Select(link => new Suggestion(link.Name, $"{(link.Missing ? "missing from " : "")}{link.Path} {link.Branch ?? link.Commit}")));

    /// <summary>The ids of leases.</summary>
    /// <returns>The suggestions; the newest lease first.</returns>
    public IReadOnlyList<Suggestion> Leases() => Suggest(() =>
        HeldRows()
            .OrderByDescending(held => held.Lease.AcquiredAt)
            .Select(held => new Suggestion(held.Lease.Id, $"{held.Row.Name} {held.Row.RepositoryKey} {held.Lease.Holder()}")));

    /// <summary>The labels of leases.</summary>
    /// <returns>The suggestions, sorted.</returns>
    public IReadOnlyList<Suggestion> Labels() => Suggest(() =>
        HeldRows()
            .Where(held => held.Lease.Label is not null)
            .GroupBy(held => held.Lease.Label!, StringComparer.Ordinal)
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => new Suggestion(label.Key, string.Join(", ", label.Select(held => held.Row.Name)))));

    /// <summary>The ids of rescues: those of the pool, and of light-weight checkouts of the repository around the working directory.</summary>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions, by id.</returns>
    public IReadOnlyList<Suggestion> Rescues(string workingDirectory) => Suggest(() =>
    {
        var bases = Peek(KnownRepositories).ConvertAll(row => (Path: _session.Folder.Base(row.Base), row.Key));
        if (LocalRepository.Around(workingDirectory) is var (place, _) && !bases.Exists(known => known.Path == place.CommonDirectory))
            bases.Add((place.CommonDirectory, place.Top));
        return bases
            .SelectMany(known => RefNames.Below(known.Path, BaseRefs.RescueFolder).Where(id => !BaseRefs.BorrowedMarker.EndsWith(id, StringComparison.Ordinal)).Select(id => new Suggestion(id, known.Key)))
            .Concat(new RescueStore(_session.Folder).List().Select(rescue => new Suggestion(rescue.Id, rescue.Repository)))
            .OrderBy(rescue => rescue.Text, StringComparer.Ordinal);
    });

    private static Suggestion[] Suggest(Func<IEnumerable<Suggestion>> read)
    {
        try
        {
            // A terminal obeys control characters, and what has some is nobody's to type.
            return [.. read().Where(found => !found.Text.Any(char.IsControl)).Select(found => found with { Tip = PrintableText.Of(found.Tip).Trim() })];
        }
        catch (Exception e) when (e is GitprocException or SqliteException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return [];
        }
    }

    private T Peek<T>(Func<PoolDatabase?, T> read)
    {
        _session.Folder.MustBeSafe(_ => false);
        using var database = PoolDatabase.OpenToRead(_session.Folder.Database);
        return read(database);
    }

    private static List<RepositoryRow> KnownRepositories(PoolDatabase? database) => database is null ? [] : new RepositoryTable(database.Connection).All();

    private List<CheckoutRow> Rows() => Peek(database => database is null ? [] : new CheckoutTable(database.Connection).All());

    private IEnumerable<(CheckoutRow Row, Lease Lease)> HeldRows() => Rows().Where(row => row.Lease is not null).Select(row => (row, row.Lease!));

    private static IEnumerable<Suggestion> RefsOf(string gitDirectory, bool isOwnToo) => RefsOf(gitDirectory, BaseRefs.Branches(gitDirectory, isOwnToo));

    private static IEnumerable<Suggestion> RefsOf(string gitDirectory, IEnumerable<string> branches) =>
        branches.Select(name => new Suggestion(name, "branch"))
            .Concat(BaseRefs.TagNames(gitDirectory).Select(name => new Suggestion(name, "tag")))
            .DistinctBy(found => found.Text);

    private IEnumerable<Suggestion> RefsOfUnknown(string? repository, string workingDirectory)
    {
        var config = Peek(database => KnownConfig(workingDirectory, database));
        if (repository is null)
        {
            return RepositoryResolver.DefaultRemote(config) is { } remote && LocalRepository.Around(workingDirectory) is var (clone, _)
                ? RefsOf(clone.CommonDirectory, BaseRefs.BranchesOf(clone.CommonDirectory, remote.Key))
                : [];
        }

        var rules = AddressRules.Of(config, PoolSettings.Read(config), workingDirectory);
        if (RepositoryAddress.IsName(repository, rules))
            return [];
        var address = RepositoryAddress.Parse(repository, rules);
        return Path.IsPathRooted(address.Url) && LocalRepository.FindPlace(address.Url) is { } place
            ? RefsOf(place.CommonDirectory, BaseRefs.OwnBranches(place.CommonDirectory))
            : [];
    }

    // git is not asked: what it answered last, else what the repository's own file says.
    private static GitConfig KnownConfig(string workingDirectory, PoolDatabase? database)
    {
        if (database is not null && CallerConfig.FindKept(workingDirectory, database) is { } kept)
            return kept;
        return LocalRepository.Around(workingDirectory) is var (place, top)
            ? new GitConfig([.. RemoteUrls.Read(Path.Combine(place.CommonDirectory, "config"))], top, WhyNoRepository: null)
            : new GitConfig([], TopLevel: null, WhyNoRepository: null);
    }

    private string? BaseOf(string? repository, string workingDirectory) => Peek(database =>
    {
        if (database is null)
            return null;
        var config = KnownConfig(workingDirectory, database);
        return new RepositoryResolver(new RepositoryTable(database.Connection), config, PoolSettings.Read(config)).Resolve(repository, workingDirectory).Known is { } known
            ? _session.Folder.Base(known.Base)
            : null;
    });

    private IEnumerable<RepositoryPlace> SuggestedBases(string? baseRepository, string workingDirectory)
    {
        if (baseRepository is not null)
        {
            var local = PoolLinks.LocalBase(baseRepository, Paths.Real(workingDirectory), workingDirectory);
            return Places(local is not null ? [local] : [BaseOf(baseRepository, workingDirectory) is { } path ? LocalRepository.At(path) : null]);
        }

        return LocalRepository.Around(workingDirectory) is var (place, _)
            ? [place]
            : Places(Peek(KnownRepositories).Select(row => LocalRepository.At(_session.Folder.Base(row.Base))));

        static IEnumerable<RepositoryPlace> Places(IEnumerable<RepositoryPlace?> places) => places.OfType<RepositoryPlace>();
    }
}

/// <summary>Something that could stand in a command line.</summary>
/// <param name="Text">What would be written, without quotes.</param>
/// <param name="Tip">What is said of it, in one line.</param>
public sealed record Suggestion(string Text, string Tip);
