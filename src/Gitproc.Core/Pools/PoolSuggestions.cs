using System.ComponentModel;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Links;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>What a command line can be completed with. Thread-safe; nothing is thrown.</summary>
/// <remarks>
/// A shell asks at each Tab, so the database is opened to read, and nothing is made or repaired. No process is
/// started: config is what git answered last, else what the repository's own file says, and refs are read as files.
/// What cannot be read suggests nothing.
/// </remarks>
public sealed class PoolSuggestions
{
    private readonly Session _session;

    internal PoolSuggestions(Session session) => _session = session;

    /// <summary>Usual durations, the shortest first.</summary>
    public static IReadOnlyList<Suggestion> Durations { get; } =
    [
        new("30s", "30 seconds"),
        new("5m", "5 minutes"),
        new("30m", "30 minutes"),
        new("1h", "1 hour"),
        new("2h", "2 hours"),
        new("8h", "8 hours"),
        new("1d", "1 day"),
        new("7d", "7 days"),
        new("14d", "14 days"),
        new("30d", "30 days"),
    ];

    /// <summary>The names of checkouts.</summary>
    /// <returns>The suggestions, by number.</returns>
    public IReadOnlyList<Suggestion> Checkouts() => Suggest(() =>
        Rows().Select(row => new Suggestion(row.Name, $"{row.State} {row.RepositoryKey} {row.Branch}")));

    /// <summary>The keys of the pool's repositories, and the remotes of the one around the working directory.</summary>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions; the remotes first.</returns>
    public IReadOnlyList<Suggestion> Repositories(string workingDirectory) => Suggest(() => Peek(database =>
    {
        var known = KnownRepositories(database).ToDictionary(row => row.Key, row => row.Url);
        var config = KnownConfig(workingDirectory, database);
        return config.GetSubsections("remote", "url")
            .DistinctBy(remote => remote.Key)
            .SelectMany(remote => Suggest(() => [Remote(remote.Key, remote.Value)]))
            .Concat(known.Select(row => new Suggestion(row.Key, row.Value)))
            .DistinctBy(found => found.Text)
            .ToList();

        // Never as it is written there: that may hold a password.
        Suggestion Remote(string name, string url)
        {
            var rules = AddressRules.Of(config, PoolSettings.Read(config), config.TopLevel ?? workingDirectory);
            var address = RepositoryAddress.Parse(url, rules);
            return new Suggestion(known.ContainsKey(address.Key) ? address.Key : address.Url, $"the remote {name}");
        }
    }));

    /// <summary>
    /// The branches and tags of a repository, as its base repository has them. If the pool has none, a repository on
    /// this machine is read itself, and the caller's own as the caller's clone knows it.
    /// </summary>
    /// <param name="repository">The repository, given as for an acquire; null for the caller's own.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions; the branches first.</returns>
    public IReadOnlyList<Suggestion> Refs(string? repository, string workingDirectory) => Suggest(() =>
        BaseOf(repository, workingDirectory) is { } path
            ? RefsOf(path, BaseRefs.Branches(path, isOwnToo: false))
            : RefsOfUnknown(repository, workingDirectory));

    /// <summary>The branches and tags of the base repository of a light-weight checkout.</summary>
    /// <param name="baseRepository">
    /// Its name, as for <see cref="LinkRequest.Base"/>; null for what the folder says.
    /// </param>
    /// <param name="path">
    /// The folder of the checkout, which need not exist; absolute, or from the working directory.
    /// </param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions; the branches first.</returns>
    public IReadOnlyList<Suggestion> LinkRefs(string? baseRepository, string path, string workingDirectory)
    {
        return Suggest(() => Find() is { } found ? RefsOf(found, BaseRefs.Branches(found, isOwnToo: true)) : []);

        string? Find()
        {
            var folder = Paths.Real(Path.GetFullPath(path, workingDirectory));
            if (baseRepository is not null)
            {
                return PoolLinks.LocalBase(baseRepository, folder, workingDirectory)?.CommonDirectory
                    ?? BaseOf(baseRepository, workingDirectory);
            }

            var gitlink = GitlinkFile.Read(Path.Combine(folder, GitlinkFile.FileName));
            return (LocalRepository.At(Path.Combine(folder, ".git"))
                ?? BaseSearch.Nearest(folder, gitlink?.Gitdir ?? ""))?.CommonDirectory;
        }
    }

    /// <summary>The names of light-weight checkouts.</summary>
    /// <param name="baseRepository">
    /// Only those of this base repository, as for <see cref="LinkRequest.Base"/>; null for the repository around the
    /// working directory, or all of the pool if there is none.
    /// </param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions, by name.</returns>
    public IReadOnlyList<Suggestion> Links(string? baseRepository, string workingDirectory)
    {
        return Suggest(() => Bases()
            .OfType<RepositoryPlace>()
            .SelectMany(place => new LinkStore(place).List())
            .Select(link => link.Describe())
            .Select(link => new Suggestion(link.Name, Tip(link))));

        static string Tip(Link link) =>
            $"{(link.Missing ? "missing from " : "")}{link.Path} {link.Branch ?? link.Commit}";

        IEnumerable<RepositoryPlace?> Bases()
        {
            if (baseRepository is not null)
            {
                var local = PoolLinks.LocalBase(baseRepository, Paths.Real(workingDirectory), workingDirectory);
                if (local is not null)
                    return [local];
                return BaseOf(baseRepository, workingDirectory) is { } path ? [LocalRepository.At(path)] : [];
            }

            return LocalRepository.Around(workingDirectory) is var (place, _)
                ? [place]
                : Peek(KnownRepositories).Select(row => LocalRepository.At(_session.Folder.Base(row.Base)));
        }
    }

    /// <summary>The ids of leases.</summary>
    /// <returns>The suggestions; the newest lease first.</returns>
    public IReadOnlyList<Suggestion> Leases() => Suggest(() => HeldRows()
        .OrderByDescending(held => held.Lease.AcquiredAt)
        .Select(held => new Suggestion(
            held.Lease.Id, $"{held.Row.Name} {held.Row.RepositoryKey} {held.Lease.Holder()}")));

    /// <summary>The ids of processes, for the owner of a lease. The tips are the names of their programs.</summary>
    /// <returns>
    /// The suggestions: the caller and its ancestors, the nearest first; then the other processes of this user, the
    /// newest first.
    /// </returns>
    public IReadOnlyList<Suggestion> Processes() => Suggest(() =>
    {
        // A gitproc that only completes a line, and what a shell forked for it, end at once.
        var passing = OwnAncestry.Ids();
        var others = ProcessTable.Ids()
            .Where(id => !passing.Contains(id) && ProcessTable.ProgramOf(id) is not null)
            .Select(ProcessTable.Find)
            .OfType<ProcessEntry>()
            .OrderByDescending(entry => entry.Identity.StartedAt);
        return ProcessTable.Ancestry(_session.Caller.Value.ProcessId)
            .Concat(others)
            .Select(entry => new Suggestion($"{entry.Identity.Id}", entry.Name));
    });

    /// <summary>The labels of leases.</summary>
    /// <returns>The suggestions, sorted.</returns>
    public IReadOnlyList<Suggestion> Labels() => Suggest(() => HeldRows()
        .Where(held => held.Lease.Label is not null)
        .GroupBy(held => held.Lease.Label!, StringComparer.Ordinal)
        .OrderBy(label => label.Key, StringComparer.Ordinal)
        .Select(label => new Suggestion(label.Key, string.Join(", ", label.Select(held => held.Row.Name)))));

    /// <summary>
    /// The ids of rescues: those of the pool, and of light-weight checkouts of the repository around the working
    /// directory.
    /// </summary>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The suggestions: short ids, in the order of the whole ones.</returns>
    public IReadOnlyList<Suggestion> Rescues(string workingDirectory)
    {
        return Suggest(() =>
        {
            var known = Bases()
                .SelectMany(place => RescueIds.InRefs(place.Path).Select(id => (Id: id, Repository: place.Key)))
                .Concat(new RescueStore(_session.Folder).List().Select(rescue => (rescue.Id, rescue.Repository)))
                .ToList();
            var ids = new RescueIds(known.Select(rescue => rescue.Id));
            return known.OrderBy(rescue => rescue.Id, StringComparer.Ordinal)
                .Select(rescue => new Suggestion(ids.Shorten(rescue.Id), $"{rescue.Id} {rescue.Repository}")
                {
                    FullText = rescue.Id,
                });
        });

        List<(string Path, string Key)> Bases()
        {
            var bases = Peek(KnownRepositories).ConvertAll(row => (Path: _session.Folder.Base(row.Base), row.Key));
            if (LocalRepository.Around(workingDirectory) is var (place, _)
                && !bases.Exists(known => known.Path == place.CommonDirectory))
                bases.Add((place.CommonDirectory, place.Top));
            return bases;
        }
    }

    private static Suggestion[] Suggest(Func<IEnumerable<Suggestion>> read)
    {
        try
        {
            // A terminal obeys control characters, and nobody types a name that has some.
            return
            [
                .. read()
                    .Where(found => !found.Text.Any(char.IsControl) && found.FullText?.Any(char.IsControl) is not true)
                    .Select(found => found with { Tip = PrintableText.Of(found.Tip).Trim() }),
            ];
        }
        catch (Exception e) when (e is GitprocException or SqliteException or IOException
            or UnauthorizedAccessException or ArgumentException or NotSupportedException or Win32Exception)
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

    private static List<RepositoryRow> KnownRepositories(PoolDatabase? database) => database?.Repositories.All() ?? [];

    private List<CheckoutRow> Rows() => Peek(database => database?.Checkouts.All() ?? []);

    private IEnumerable<(CheckoutRow Row, Lease Lease)> HeldRows() =>
        Rows().Where(row => row.Lease is not null).Select(row => (row, row.Lease!));

    private static IEnumerable<Suggestion> RefsOf(string gitDirectory, IEnumerable<string> branches) =>
        branches.Select(name => new Suggestion(name, "branch"))
            .Concat(BaseRefs.TagNames(gitDirectory).Select(name => new Suggestion(name, "tag")))
            .DistinctBy(found => found.Text);

    private IEnumerable<Suggestion> RefsOfUnknown(string? repository, string workingDirectory)
    {
        var config = Peek(database => KnownConfig(workingDirectory, database));
        if (repository is null)
        {
            var remote = RepositoryResolver.DefaultRemote(config);
            return remote is not null && LocalRepository.Around(workingDirectory) is var (clone, _)
                ? RefsOf(clone.CommonDirectory, BaseRefs.BranchesOf(clone.CommonDirectory, remote.Value.Key))
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

    // The last answer of git, else what the repository's own file says. git is not run.
    private static GitConfig KnownConfig(string workingDirectory, PoolDatabase? database)
    {
        if (database is not null && CallerConfig.FindKept(workingDirectory, database) is { } kept)
            return kept;
        if (LocalRepository.Around(workingDirectory) is not var (place, top))
            return new GitConfig([], TopLevel: null, WhyNoRepository: null);
        var urls = RemoteUrls.Read(Path.Combine(place.CommonDirectory, "config"));
        return new GitConfig([.. urls], top, WhyNoRepository: null);
    }

    private string? BaseOf(string? repository, string workingDirectory) => Peek(database =>
    {
        if (database is null)
            return null;
        var config = KnownConfig(workingDirectory, database);
        var resolver = new RepositoryResolver(database.Repositories, config, PoolSettings.Read(config));
        var known = resolver.Resolve(repository, workingDirectory).Known;
        return known is null ? null : _session.Folder.Base(known.Base);
    });
}

/// <summary>A value that can complete a command line.</summary>
/// <param name="Text">The value, without quotes.</param>
/// <param name="Tip">One line about it.</param>
public sealed record Suggestion(string Text, string Tip)
{
    /// <summary>A longer form of the value, for users who begin to type that; null if there is none.</summary>
    public string? FullText { get; init; }

    /// <summary>Chooses the form that completes what is typed.</summary>
    /// <param name="fits">True if a value completes it.</param>
    /// <returns>The suggestion with that form as its text; null if neither fits.</returns>
    public Suggestion? Complete(Func<string, bool> fits) =>
        fits(Text) ? this : FullText is { } other && fits(other) ? this with { Text = other } : null;
}
