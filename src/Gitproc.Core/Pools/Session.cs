using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Leases;
using Gitproc.Original;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>
/// What the services of a <see cref="Pool"/> share: the folder, git, the caller, the reports, and the way into the
/// database. An operation goes through it in three steps.
/// <list type="number">
/// <item>It finds out which checkout is meant. That takes the text and the working directory alone, so a wrong name
/// changes nothing.</item>
/// <item>It asks <see cref="Exists"/>, unless it makes something. To list what is not there makes no pool.</item>
/// <item>It runs in <see cref="With"/>, which opens the database, and closes it however the operation ends.</item>
/// </list>
/// <see cref="With"/> checks first that nobody else may write to the folder: whoever may can make git run a program of
/// theirs. It follows a pool that was moved before the operation begins, because git finds no objects by the old paths.
/// A database that SQLite calls damaged is set aside. The next one is filled from what the checkouts say of themselves,
/// and the operation runs again on it. What a transaction has not committed is lost with a crash, and nothing else.
/// </summary>
internal sealed class Session(
    string? path, IProgress<PoolReport>? reports, Func<Caller>? caller, BackgroundProgram? background)
{
    public PoolFolder Folder { get; } = FolderAt(path);

    public GitRunner Git { get; } = new(reports, new BaseHealing(FolderAt(path), reports).TryHeal);

    public Lazy<Caller> Caller { get; } = new(caller ?? Gitproc.Leases.Caller.Self);

    public IProgress<PoolReport>? Reports => reports;

    /// <summary>What starts a process that works in the background; null if nothing does.</summary>
    public BackgroundProgram? Background => background;

    /// <summary>True if there is something at the pool's path that is, or should be, a pool.</summary>
    public bool Exists => File.Exists(Folder.Database) || File.Exists(Folder.Path)
        || Folder.CheckoutFolders().Any();

    /// <summary>
    /// The number of the checkout that a caller means: a name or a path; null for the current checkout.
    /// </summary>
    public long FindCheckout(string? checkout, string workingDirectory)
    {
        var id = new CheckoutLookup(Folder).Find(checkout, workingDirectory);
        return Exists
            ? id
            : throw new GitprocException(ErrorReason.CheckoutNotFound, $"There is no pool at {Folder.Path}.", checkout);
    }

    /// <summary>The checkouts of a repository, given as for an acquire; null for all.</summary>
    public List<CheckoutRow> Rows(
        string? repository, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        if (repository is null)
            return database.Checkouts.All();
        var known = FindRepository(repository, workingDirectory, database, cancellationToken);
        return known is null ? [] : database.Checkouts.OfRepository(known.Id);
    }

    /// <summary>
    /// A repository by its key, even if it is gone from where it was; else by what the text resolves to.
    /// </summary>
    public RepositoryRow? FindRepository(
        string text, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken) =>
        database.Repositories.Find(text)
        ?? Resolve(text, workingDirectory, database, cancellationToken).Known;

    public RepositoryTarget Resolve(
        string text, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        var config = ReadConfig(workingDirectory, database, cancellationToken);
        return new RepositoryResolver(database.Repositories, config, PoolSettings.Read(config))
            .Resolve(text, workingDirectory);
    }

    public GitConfig ReadConfig(string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        var config = new CallerConfig(new GitConfigReader(Git), database).Read(workingDirectory, cancellationToken);
        Git.SilenceTimeout = PoolSettings.ReadGitTimeout(config);
        return config;
    }

    /// <summary>The user's settings. What a job has set in its checkout does not count when that is cleaned.</summary>
    public PoolSettings Settings(PoolDatabase database, CancellationToken cancellationToken) =>
        PoolSettings.Read(ReadConfig(Folder.Path, database, cancellationToken));

    /// <summary>What changes database.Checkouts. Without settings the history is not shortened.</summary>
    /// <param name="began">When the caller's operation began; null to note no times in the history.</param>
    public Lifecycle Lifecycle(
        PoolDatabase database, PoolSettings? settings = null, DateTimeOffset? began = null) =>
        new(Folder, database, Caller, settings?.HistoryLimits) { Began = began };

    public LeaseBook Leases(PoolDatabase database) => new(Folder, database, Lifecycle(database));

    public ReleasedCleaning Cleaning(PoolDatabase database, CancellationToken cancellationToken)
    {
        var config = ReadConfig(Folder.Path, database, cancellationToken);
        return new(Folder, database, Lifecycle(database), Git, reports, config, PoolSettings.Read(config));
    }

    public CheckoutRecovery Recovery(PoolDatabase database, Lifecycle lifecycle, PoolSettings settings)
    {
        var cleaning = new CheckoutCleaning(Folder, database, lifecycle, Git, reports) { Settings = settings };
        return new(Folder, database, lifecycle, cleaning);
    }

    public CheckoutRemoval Removal(PoolDatabase database, PoolSettings settings)
    {
        var lifecycle = Lifecycle(database, settings);
        return new(Folder, database, lifecycle, Recovery(database, lifecycle, settings), settings, reports);
    }

    public Checkout Describe(CheckoutRow row) => new CheckoutDescription(Folder).Of(row);

    public List<Checkout> DescribeAll(IReadOnlyList<CheckoutRow> rows, bool isBrief = false)
    {
        var description = new CheckoutDescription(Folder) { IsBrief = isBrief };
        return [.. rows.Select(description.Of)];
    }

    public void Warn(string text) => reports?.Report(new PoolReport(ReportKind.Warning, text));

    /// <summary>Runs an operation on the database.</summary>
    public T With<T>(Func<PoolDatabase, T> operation, CancellationToken cancellationToken = default)
    {
        if (File.Exists(Folder.Path))
        {
            throw new GitprocException(
                ErrorReason.PoolNotUsable, $"{Folder.Path} is a file, and a pool is a folder.", Folder.Path);
        }

        Folder.MustBeSafe(IsTrusted);
        Folder.Create();
        try
        {
            try
            {
                using var database = Open(cancellationToken);
                if (!PoolMove.IsInPlace(Folder) && new PoolMove(Folder, database).Follow() is { } moved)
                    Warn(moved);
                return operation(database);
            }
            catch (SqliteException e) when (PoolDatabase.IsDamage(e))
            {
                if (PoolDatabase.SetAside(Folder.Database) is { } aside)
                    Warn($"the pool's database is damaged ({e.Message}) and set aside as {aside}");
                using var database = Open(cancellationToken);
                return operation(database);
            }
        }
        catch (SqliteException e)
        {
            throw PoolDatabase.NotUsable(Folder.Database, e);
        }
    }

    private static PoolFolder FolderAt(string? path) => new(Paths.Real(Path.GetFullPath(path ?? PoolFolder.Default)));

    // git-config(1), safe.directory: a repository's own config does not count.
    public bool IsTrusted(string path)
    {
        var asking = new GitCall("config", "--get-all", "safe.directory")
        {
            WorkingDirectory = Path.GetPathRoot(path)!,
            MayFail = true,
        };
        var trusted = Git.Run(asking, CancellationToken.None).Output.Split('\n').Select(line => line.Trim());
        return trusted.Any(folder => folder == "*" || folder == path);
    }

    private PoolDatabase Open(CancellationToken cancellationToken)
    {
        var original = new OriginalPool(Folder, Git, ReadRules);
        return PoolDatabase.Open(Folder.Database, Fill, original.TakeOver, cancellationToken);

        void Fill(PoolDatabase database)
        {
            var done = new PoolRepair(Folder, database, Lifecycle(database)).Adopt();
            if (original.Finish(done) is { } takenOver)
                Warn(takenOver);
            else if (done.Count > 0)
            {
                Warn(
                    "the pool's database was gone, and was rebuilt from what the checkouts say:\n  "
                        + string.Join("\n  ", done));
            }
        }
    }

    // Without a database, which keeps what git answered.
    private AddressRules ReadRules()
    {
        var (config, _) = new GitConfigReader(Git).Read(Folder.Path, CancellationToken.None);
        return AddressRules.Of(config, PoolSettings.Read(config), Folder.Path);
    }
}
