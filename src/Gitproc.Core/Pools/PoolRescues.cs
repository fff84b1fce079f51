using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Lists, restores and removes rescued work. Thread-safe.</summary>
/// <remarks>
/// A rescue of a checkout has a repository of its own in the pool. One of a light-weight checkout is in its base
/// repository, which need not belong to a pool: those of the repository around the working directory are found first,
/// and without a pool. To restore acquires a checkout like any other, and writes the work into it. If that fails, the
/// checkout is released again and what was written is thrown away, because the rescue still has it.
/// </remarks>
public sealed class PoolRescues
{
    private readonly Session _session;
    private readonly PoolAcquiring _acquiring;
    private readonly PoolLeases _leases;

    internal PoolRescues(Session session, PoolAcquiring acquiring, PoolLeases leases) =>
        (_session, _acquiring, _leases) = (session, acquiring, leases);

    /// <summary>
    /// Lists rescued work: of checkouts of the pool, and of light-weight checkouts of the repository around the working
    /// directory.
    /// </summary>
    /// <param name="repository">Only of this repository of the pool, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="isUndone">True for commits that jobs had undone themselves, and only those.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The rescues, the newest first.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Rescue> List(
        string? repository,
        string workingDirectory,
        bool isUndone = false,
        CancellationToken cancellationToken = default)
    {
        var ofPool = _session.Exists ? _session.With(Read, cancellationToken) : [];
        ofPool.RemoveAll(rescue => rescue.IsUndone != isUndone);
        if (repository is null && !isUndone && Around(workingDirectory) is { } around)
            ofPool.InsertRange(0, around.List(cancellationToken).Reverse());
        var ids = Ids(workingDirectory, cancellationToken);
        return ofPool.ConvertAll(rescue => rescue with { ShortId = ids.Shorten(rescue.Id) });

        List<Rescue> Read(PoolDatabase database)
        {
            var known = repository is null
                ? null
                : _session.FindRepository(repository, workingDirectory, database, cancellationToken);
            if (repository is not null && known is null)
                return [];
            return
            [
                .. (known is null ? database.Repositories.All() : [known])
                    .SelectMany(row => Of(row)?.ListRefs(cancellationToken) ?? [])
                    .Concat(Store.List().Where(rescue => known is null || IsOf(rescue, known)))
                    .OrderByDescending(rescue => rescue.RescuedAt),
            ];
        }
    }

    /// <summary>Finds a rescue. Reads only.</summary>
    /// <param name="rescue">The rescue's id, or at least four characters of the beginning of its lease's id.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="mustBeOfCheckout">True to refuse a rescue of a light-weight checkout.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The rescue.</returns>
    /// <exception cref="GitprocException">There is no such rescue, or several have the short id.</exception>
    public Rescue Find(
        string rescue, string workingDirectory, bool mustBeOfCheckout, CancellationToken cancellationToken = default)
    {
        var id = FindId(rescue, workingDirectory, cancellationToken);
        return (mustBeOfCheckout ? null : Around(workingDirectory)?.Find(id, cancellationToken))
            ?? FindOfCheckout(id, workingDirectory, cancellationToken).Rescue;
    }

    /// <summary>Acquires a checkout and puts rescued work into it, as it was. The rescue stays.</summary>
    /// <param name="rescue">The rescue's id, whole or short.</param>
    /// <param name="request">How to acquire; the repository is that of the rescue.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkout, locked.</returns>
    /// <exception cref="GitprocException">There is no such rescue, or no checkout is available.</exception>
    public Checkout Restore(string rescue, AcquireRequest request, CancellationToken cancellationToken = default)
    {
        rescue = FindId(rescue, request.WorkingDirectory, cancellationToken);
        var (_, repository) = FindOfCheckout(rescue, request.WorkingDirectory, cancellationToken);
        // A submodule with work in it comes back as a whole, where nothing else may be.
        var one = request with { Repository = repository.Key, Count = 1, Submodules = false, IsForRescue = true };
        var checkout = _acquiring.Acquire(one, cancellationToken)[0];
        try
        {
            return _session.With(Write, cancellationToken);
        }
        catch
        {
            var release = new ReleaseRequest
            {
                Checkout = checkout.Name,
                LeaseId = checkout.LeaseId,
                WorkingDirectory = request.WorkingDirectory,
                Discard = true,
            };
            _leases.Release(release, CancellationToken.None);
            throw;
        }

        Checkout Write(PoolDatabase database)
        {
            var folder = _session.Folder;
            var id = new CheckoutLookup(folder).Find(checkout.Name, request.WorkingDirectory);
            var row = database.Checkouts.Find(id)!;
            var source = Of(repository)!.Source(rescue);
            var basePath = folder.Base(repository.Base);
            try
            {
                new RescueRestore(source, basePath, _session.Git, folder.Place(row)).Run(cancellationToken);
            }
            catch (Exception e) when (e is GitprocException or IOException)
            {
                // Somebody has just removed it.
                _ = Find(rescue, database, cancellationToken);
                throw;
            }

            return _session.Describe(row);
        }
    }

    /// <summary>Throws rescued work away.</summary>
    /// <param name="rescue">The rescue's id, whole or short.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The rescue as it was.</returns>
    /// <exception cref="GitprocException">There is no such rescue.</exception>
    public Rescue Remove(string rescue, string workingDirectory, CancellationToken cancellationToken = default)
    {
        var ids = Ids(workingDirectory, cancellationToken);
        rescue = FindId(rescue, workingDirectory, cancellationToken);
        if (Around(workingDirectory) is { } around && around.Find(rescue, cancellationToken) is { } found)
        {
            around.Remove(rescue, cancellationToken);
            return found with { ShortId = ids.Shorten(rescue) };
        }

        MustExist(rescue);
        return _session.With(Remove, cancellationToken) with { ShortId = ids.Shorten(rescue) };

        Rescue Remove(PoolDatabase database)
        {
            var (was, row) = Find(rescue, database, cancellationToken);
            Of(row)!.Remove(rescue, cancellationToken);
            return was;
        }
    }

    /// <summary>
    /// Moves rescues that an older version has put under refs of base repositories into repositories of their own.
    /// </summary>
    internal List<string> MoveOld(PoolDatabase database, CancellationToken cancellationToken)
    {
        var folder = _session.Folder;
        var done = new List<string>();
        foreach (var row in database.Repositories.All())
        {
            // Rescues of light-weight checkouts name a folder as their repository.
            if (!BaseRemoval.HasRescues(folder.Base(row.Base)) || Of(row) is not { } rescues)
                continue;
            foreach (var rescue in rescues.ListRefs(cancellationToken).Where(rescue => IsOf(rescue, row)))
            {
                try
                {
                    rescues.Move(rescue, folder.Unfinished(rescue.Checkout, "rescue"), cancellationToken);
                    done.Add($"The rescue {rescue.Id} has a repository of its own now.");
                }
                catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
                {
                    done.Add($"The rescue {rescue.Id} stays in {folder.Base(row.Base)}: {e.Message}");
                }
            }
        }

        return done;
    }

    private RescueStore Store => new(_session.Folder);

    private static bool IsOf(Rescue rescue, RepositoryRow row) => rescue.Repository == PrintableText.Of(row.Key);

    private (Rescue Rescue, RepositoryRow Repository) FindOfCheckout(
        string rescue, string workingDirectory, CancellationToken cancellationToken)
    {
        if (Around(workingDirectory)?.Find(rescue, cancellationToken) is not null)
        {
            throw new GitprocException(
                ErrorReason.RescueNotFound, $"{rescue} is what was left in a light-weight checkout.", rescue)
            {
                Hint = new(" To get it back: ", "link restore", rescue),
            };
        }

        MustExist(rescue);
        return _session.With(database => Find(rescue, database, cancellationToken), cancellationToken);
    }

    private (Rescue Rescue, RepositoryRow Repository) Find(
        string id, PoolDatabase database, CancellationToken cancellationToken)
    {
        var own = Store.Find(id);
        foreach (var row in database.Repositories.All().Where(row => own is null || IsOf(own, row)))
        {
            if (Of(row)?.Find(id, cancellationToken) is { } rescue)
                return (rescue, row);
        }

        throw NotFound(id);
    }

    private string FindId(string rescue, string workingDirectory, CancellationToken cancellationToken)
    {
        // Do not read which rescues there are if the name is an id.
        if (rescue.Contains('/', StringComparison.Ordinal))
            return rescue;
        if (Ids(workingDirectory, cancellationToken).Find(rescue) is { } id)
            return id;
        MustExist(rescue);
        throw NotFound(rescue);
    }

    private static GitprocException NotFound(string rescue) =>
        new(ErrorReason.RescueNotFound, $"There is no rescue {rescue}.", rescue) { Hint = Hint.See("rescue list") };

    // The ids of everything that a name can mean.
    private RescueIds Ids(string workingDirectory, CancellationToken cancellationToken)
    {
        var places = _session.Exists
            ? _session.With(database => database.Repositories.All(), cancellationToken)
                .ConvertAll(row => _session.Folder.Base(row.Base))
            : [];
        if (LocalRepository.Around(workingDirectory) is var (place, _))
            places.Add(place.CommonDirectory);
        return new RescueIds(Store.Ids().Concat(places.SelectMany(RescueIds.InRefs)));
    }

    // Null if the base repository is gone.
    private Rescues? Of(RepositoryRow row)
    {
        var path = _session.Folder.Base(row.Base);
        return Directory.Exists(path) ? new Rescues(path, _session.Git) { Own = (Store, row.Key) } : null;
    }

    // Rescues in the pool's own repositories are found with the pool.
    private Rescues? Around(string workingDirectory) =>
        LocalRepository.Around(workingDirectory) is var (place, _)
        && !Paths.IsIn(place.CommonDirectory, _session.Folder.Path)
        && BaseRemoval.HasRescues(place.CommonDirectory)
            ? new Rescues(place.CommonDirectory, _session.Git)
            : null;

    private void MustExist(string rescue)
    {
        if (!_session.Exists)
        {
            throw new GitprocException(
                ErrorReason.RescueNotFound, $"There is no pool at {_session.Folder.Path}.", rescue);
        }
    }
}
