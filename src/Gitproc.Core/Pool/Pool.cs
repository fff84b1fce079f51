using Gitproc.Git;
using Gitproc.Git.Config;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc;

/// <summary>
/// A pool of checkouts: what both front ends call. Every operation runs on the calling thread and opens the database
/// for itself, so one pool may be used from many threads at once.
/// </summary>
/// <param name="path">The pool's folder; null for <c>GITPROC_POOL</c>, else <c>~/.gitproc_pool</c>.</param>
/// <param name="reports">Told what goes on, on the thread that called the operation; null for nobody.</param>
public sealed class Pool(string? path = null, IProgress<PoolReport>? reports = null)
{
    private readonly PoolFolder _folder = new(RealPath.Of(System.IO.Path.GetFullPath(path ?? PoolFolder.Default)));
    private readonly GitRunner _git = new(reports);

    /// <summary>The absolute path of the pool's folder.</summary>
    public string Path => _folder.Path;

    /// <summary>
    /// Acquires a checkout: a free one of the repository, the one used last if there are several, else a new one.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the operation and what git does for it; the pool is left as it was.</param>
    /// <returns>The checkout, locked.</returns>
    /// <exception cref="GitprocException">Nothing can be acquired; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Checkout Acquire(AcquireRequest request, CancellationToken cancellationToken = default)
    {
        if (request.MaxCheckouts < 1)
            throw new GitprocException(ErrorReason.InvalidSetting, "The most checkouts of a repository must be 1 or more.", $"{request.MaxCheckouts}");
        cancellationToken.ThrowIfCancellationRequested();
        _folder.Create();
        using var database = PoolDatabase.Open(_folder.Database);
        var config = new CallerConfig(new GitConfigReader(_git), database).Read(request.WorkingDirectory, cancellationToken);
        var settings = PoolSettings.Read(config);
        var repositories = new RepositoryTable(database.Connection);
        var target = new RepositoryResolver(repositories, config, settings).Resolve(request.Repository, request.WorkingDirectory);
        var mayCreate = settings.AutoCreate && !request.NoCreate;
        var repository = target.Known ?? (mayCreate
            ? database.Change(() => repositories.Add(target.Key, target.Url, BaseFolder.Of(target.Key)))
            : throw new GitprocException(
                ErrorReason.NothingFree, $"The pool has no checkout of {target.Key}, and none may be made.", target.Key));

        var acquisition = new Acquisition(_folder, database, _git, reports)
        {
            Repository = repository,
            Target = target,
            Owner = request.Owner,
            Limit = mayCreate ? request.MaxCheckouts ?? settings.MaxCheckouts : 0,
            CheckoutWorkers = config.Get("checkout.workers"),
        };
        return Describe(acquisition.Run(cancellationToken));
    }

    /// <summary>Releases a checkout. What is in its folder stays.</summary>
    /// <param name="request">Which checkout.</param>
    /// <returns>The checkout, free.</returns>
    /// <exception cref="GitprocException">It cannot be released; the reason says why.</exception>
    public Checkout Release(ReleaseRequest request)
    {
        using var database = OpenIfThere();
        var id = new CheckoutLookup(_folder).Find(request.Checkout, request.WorkingDirectory);
        if (database is null)
            throw new GitprocException(ErrorReason.CheckoutNotFound, $"There is no pool at {Path}.", request.Checkout);
        return Describe(new LeaseBook(_folder, database).End(id, request.LeaseId, request.Force, Environment.ProcessId));
    }

    /// <summary>Lists the checkouts. Reads only.</summary>
    /// <param name="repository">Only those of this repository, given as for <see cref="Acquire"/>; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the folder the caller stands in.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by number.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Checkout> List(
        string? repository, string workingDirectory, CancellationToken cancellationToken = default)
    {
        using var database = OpenIfThere();
        if (database is null)
            return [];
        var checkouts = new CheckoutTable(database.Connection);
        var rows = checkouts.All();
        if (repository is not null)
        {
            var config = new CallerConfig(new GitConfigReader(_git), database).Read(workingDirectory, cancellationToken);
            var target = new RepositoryResolver(new RepositoryTable(database.Connection), config, PoolSettings.Read(config))
                .Resolve(repository, workingDirectory);
            rows = target.Known is { } known ? checkouts.OfRepository(known.Id) : [];
        }

        var description = new CheckoutDescription(_folder);
        return [.. rows.Select(description.Of)];
    }

    /// <summary>The keys of the repositories that the pool knows. Reads only.</summary>
    /// <returns>The keys, sorted.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<string> ListRepositories()
    {
        using var database = OpenIfThere();
        return database is null ? [] : [.. new RepositoryTable(database.Connection).All().Select(row => row.Key)];
    }

    private PoolDatabase? OpenIfThere() => File.Exists(_folder.Database) ? PoolDatabase.Open(_folder.Database) : null;

    private Checkout Describe(CheckoutRow row) => new CheckoutDescription(_folder).Of(row);
}
