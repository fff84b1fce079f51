using Gitproc.Checkouts;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>Lists, watches, cleans, resets and removes checkouts. Thread-safe.</summary>
/// <remarks>
/// To list only reads. To clean, reset or remove takes the lock of the checkout first, because whoever has it may
/// change the folder. The row then says that the checkout is not fit for use before the first file is touched, so that
/// after a crash at any step the next acquire, reset or removal begins again. Work is rescued before anything is thrown
/// away.
/// </remarks>
public sealed class PoolCheckouts
{
    private readonly Session _session;

    internal PoolCheckouts(Session session) => _session = session;

    /// <summary>Lists the checkouts. Reads only.</summary>
    /// <param name="repository">Only those of this repository, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by number.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Checkout> List(
        string? repository, string workingDirectory, CancellationToken cancellationToken = default) =>
        List(repository, workingDirectory, isBrief: false, cancellationToken);

    /// <summary>
    /// Lists the checkouts without the commits of branches that holders have checked out, which are null. To read them
    /// takes longer than everything else, because each is in a file of its own.
    /// </summary>
    /// <param name="repository">Only those of this repository, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by number.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Checkout> ListBriefly(
        string? repository, string workingDirectory, CancellationToken cancellationToken = default) =>
        List(repository, workingDirectory, isBrief: true, cancellationToken);

    /// <summary>Finds one checkout. Reads only.</summary>
    /// <param name="checkout">Its name, or a path in it; null for the current checkout.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">There is no such checkout, or the database cannot be used.</exception>
    public Checkout Find(string? checkout, string workingDirectory)
    {
        var id = _session.FindCheckout(checkout, workingDirectory);
        return _session.With(database => _session.Describe(database.Checkouts.Find(id) ?? throw NotFound(id)));
    }

    /// <summary>
    /// Lists the environment variables for what runs in a checkout: those of Gitproc, and those of the user's config.
    /// </summary>
    /// <param name="checkout">Its name, or a path in it; null for the current checkout.</param>
    /// <param name="workingDirectory">The absolute path of the working directory, whose git config counts.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The values by name.</returns>
    /// <exception cref="GitprocException">There is no such checkout, or a setting is not valid.</exception>
    public IReadOnlyDictionary<string, string> Variables(
        string? checkout, string workingDirectory, CancellationToken cancellationToken = default)
    {
        var id = _session.FindCheckout(checkout, workingDirectory);
        return _session.With(Read, cancellationToken);

        Dictionary<string, string> Read(PoolDatabase database)
        {
            var row = database.Checkouts.Find(id) ?? throw NotFound(id);
            var settings = PoolSettings.Read(_session.ReadConfig(workingDirectory, database, cancellationToken));
            settings = new RepositorySetup(_session.Folder, database.Repositories.Of(row)).For(row, settings);
            var head = _session.Folder.Place(row).ReadHead() ?? new Head(row.Branch, row.Commit);
            return new(new CheckoutVariables(_session.Folder, settings.Hooks.Variables).Of(row, head));
        }
    }

    /// <summary>Lists the checkouts with the state of their work trees. git runs in each, several at a time.</summary>
    /// <param name="repository">Only those of this repository, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by number.</returns>
    /// <exception cref="GitprocException">The repository is not known, or the database cannot be used.</exception>
    public IReadOnlyList<Checkout> ListWithStatus(
        string? repository, string workingDirectory, CancellationToken cancellationToken = default)
    {
        return _session.Exists ? _session.With(Read, cancellationToken) : [];

        IReadOnlyList<Checkout> Read(PoolDatabase database)
        {
            var folder = _session.Folder;
            var rows = _session.Rows(repository, workingDirectory, database, cancellationToken);
            var bases = database.Repositories.All().ToDictionary(row => row.Id, row => folder.Base(row.Base));
            var statuses = SideBySide.Do(rows, _session.Reports, Status, cancellationToken);
            var description = new CheckoutDescription(folder);
            return [.. rows.Zip(statuses, description.Of)];

            WorkStatus? Status(CheckoutRow row, IProgress<PoolReport> relay, CancellationToken cancellation)
            {
                if (row.State is CheckoutState.Creating or CheckoutState.Broken)
                    return null;
                var git = new GitRunner(relay) { SilenceTimeout = _session.Git.SilenceTimeout };
                return new WorkStatusReader(folder, git)
                    .TryRead(folder.Place(row), bases[row.RepositoryId], cancellation);
            }
        }
    }

    /// <summary>Begins to watch the checkouts, and who waits for one. Reads only.</summary>
    /// <param name="repository">Only those of this repository, given as for an acquire; null for all.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends a read.</param>
    /// <returns>The watch.</returns>
    public PoolWatch Watch(
        string? repository, string workingDirectory, CancellationToken cancellationToken = default) =>
        new(_session, repository, workingDirectory, cancellationToken);

    /// <summary>Runs a hook that an acquire has left to this process.</summary>
    /// <param name="ticket">What the process was started with.</param>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    internal void RunHook(string ticket) => _session.With(database =>
    {
        new BackgroundHooks(_session.Folder, database, reports: null).Run(ticket);
        return true;
    });

    /// <summary>
    /// Cleans a checkout that was released and not cleaned. If it is in use or clean, nothing happens.
    /// </summary>
    /// <param name="checkout">Its name.</param>
    /// <param name="mode">Which files to remove; null for the setting.</param>
    /// <param name="discard">True to throw away work that is not on the remote, and not to rescue it.</param>
    /// <param name="cancellationToken">Ends it, and the next acquire goes on with it.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">There is no such checkout, or the database cannot be used.</exception>
    public Checkout Clean(
        string checkout, CleanMode? mode = null, bool discard = false, CancellationToken cancellationToken = default)
    {
        var id = _session.FindCheckout(checkout, _session.Folder.Path);
        return _session.With(Clean, cancellationToken);

        Checkout Clean(PoolDatabase database)
        {
            var row = database.Checkouts.Find(id) ?? throw NotFound(id);
            var cleaning = _session.Cleaning(database, cancellationToken);
            return _session.Describe(cleaning.Try(row, mode, discard, cancellationToken));
        }
    }

    /// <summary>
    /// Makes a checkout as new, at the remote's default branch. Work that is not on the remote is rescued first.
    /// </summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="cancellationToken">Ends the operation; the next acquire goes on with the cleaning.</param>
    /// <returns>The checkout: still the caller's own, or free.</returns>
    /// <exception cref="GitprocException">It cannot be reset; the reason says why.</exception>
    public Checkout Reset(ResetRequest request, CancellationToken cancellationToken = default)
    {
        var id = _session.FindCheckout(request.Checkout, request.WorkingDirectory);
        return _session.With(Reset, cancellationToken);

        Checkout Reset(PoolDatabase database)
        {
            var config = _session.ReadConfig(_session.Folder.Path, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            var lifecycle = _session.Lifecycle(database, settings);
            var recovery = _session.Recovery(database, lifecycle, settings);
            var (folder, git, reports) = (_session.Folder, _session.Git, _session.Reports);
            var reset = new CheckoutReset(folder, database, lifecycle, recovery, git, reports)
            {
                Settings = settings,
                CheckoutWorkers = config.Get("checkout.workers"),
            };
            return _session.Describe(reset.Reset(id, request, cancellationToken));
        }
    }

    /// <summary>Removes a checkout. Work that is not on the remote is rescued first.</summary>
    /// <param name="request">Which checkout.</param>
    /// <param name="cancellationToken">Ends the operation before the checkout is gone.</param>
    /// <returns>The checkout as it was.</returns>
    /// <exception cref="GitprocException">It cannot be removed; the reason says why.</exception>
    public Checkout Remove(RemoveRequest request, CancellationToken cancellationToken = default)
    {
        var id = _session.FindCheckout(request.Checkout, request.WorkingDirectory);
        MustStandElsewhere(id, request.WorkingDirectory);
        return _session.With(Remove, cancellationToken);

        Checkout Remove(PoolDatabase database)
        {
            var was = database.Checkouts.Find(id) is { } row ? _session.Describe(row) : null;
            _session.Removal(database, _session.Settings(database, cancellationToken))
                .Remove(id, request, "it was asked for", cancellationToken);
            return was!;
        }
    }

    private List<Checkout> List(
        string? repository, string workingDirectory, bool isBrief, CancellationToken cancellationToken) =>
        _session.Exists
            ? _session.With(
                database => _session.DescribeAll(
                    _session.Rows(repository, workingDirectory, database, cancellationToken), isBrief),
                cancellationToken)
            : [];

    private GitprocException NotFound(long id)
    {
        var name = CheckoutName.Of(id);
        return new(ErrorReason.CheckoutNotFound, $"The pool {_session.Folder.Path} has no {name}.", name)
        {
            Hint = Hint.See("list"),
        };
    }

    // A shell whose folder is gone is of no use, and Windows keeps the folder.
    private void MustStandElsewhere(long id, string directory)
    {
        var name = CheckoutName.Of(id);
        if (Paths.IsIn(Paths.Real(directory), _session.Folder.Checkout(name)))
        {
            throw new GitprocException(
                ErrorReason.InUse, $"You are in {name}. Change to another directory, and remove it from there.", name);
        }
    }
}
