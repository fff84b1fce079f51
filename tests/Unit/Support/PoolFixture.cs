using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Microsoft.Data.Sqlite;

namespace Gitproc.Unit.Support;

/// <summary>A pool of the test, with a repository to acquire and the reports of all operations.</summary>
public sealed class PoolFixture : IDisposable, IProgress<PoolReport>
{
    private readonly TemporaryFolder _folder = new();

    public PoolFixture()
    {
        Home = Directory.CreateDirectory(_folder["home"]).FullName;
        Source = TestGit.MakeRepository(_folder["source"]);
        Pool = new Pool(_folder["pool"], this);
        Program = new GitprocProgram(Pool.Path, Home);
    }

    public Pool Pool { get; }

    public string Home { get; }

    public string Source { get; }

    /// <summary>What <see cref="Source"/> is called in lists and messages. On Windows it is not the path.</summary>
    public string Key => RepositoryAddress.Parse(Source, new AddressRules { WorkingDirectory = Home }).Key;

    public GitprocProgram Program { get; }

    public List<PoolReport> Reports { get; } = [];

    public string this[string relative] => _folder[relative];

    public int GitCommands => Reports.Count(report => report.Kind == ReportKind.Command);

    public static LeaseOwner Self => LeaseOwner.OfProcess(Environment.ProcessId);

    public AcquireRequest Request(string? repository = null) => new()
    {
        Repository = repository ?? Source,
        WorkingDirectory = Home,
        Terms = new LeaseTerms { Owner = Self },
    };

    public Checkout Acquire(string? repository = null) => Acquire(Request(repository));

    public Checkout Acquire(AcquireRequest request) => Pool.Acquiring.Acquire(request).Single();

    /// <summary>Starts a gitproc that waits for the only checkout. This process is the owner.</summary>
    public System.Diagnostics.Process StartWaiter() => Program.Start(
        Home, "acquire", Source, "--max-checkouts", "1", "--wait", "--owner-pid", $"{Environment.ProcessId}");

    public Checkout Release(Checkout checkout) =>
        Pool.Leases.Release(new ReleaseRequest { Checkout = checkout.Name, WorkingDirectory = Home });

    public Checkout AcquireAndRelease(AcquireRequest request)
    {
        var checkout = Acquire(request);
        Release(checkout);
        return checkout;
    }

    /// <summary>Commits a new file to the repository that is acquired.</summary>
    /// <returns>The id of the commit.</returns>
    public string Commit(string name)
    {
        File.WriteAllText(Path.Combine(Source, name + ".txt"), name);
        TestGit.Run(Source, "add", ".");
        TestGit.Run(Source, "commit", "--quiet", "-m", name);
        return TestGit.Run(Source, "rev-parse", "HEAD");
    }

    public IReadOnlyList<Checkout> List() => Pool.Checkouts.List(null, Home);

    public Checkout Find(string name) => List().Single(checkout => checkout.Name == name);

    /// <summary>Reads the database directly, without the pool.</summary>
    public T Query<T>(string sql)
    {
        using var database = PoolDatabase.Open(Path.Combine(Pool.Path, "gitproc.db"), _ => { });
        using var command = database.Connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>
    /// The state and the lease of each checkout, which the start of an operation changes. Reading makes and repairs
    /// nothing.
    /// </summary>
    /// <returns>One line for each checkout; null if the pool has no database yet.</returns>
    public string? Standing(string? pool = null)
    {
        using var database = PoolDatabase.OpenToRead(Path.Combine(pool ?? Pool.Path, "gitproc.db"));
        return database is null
            ? null
            : string.Join(
                '\n',
                database.Connection.Query(
                    "SELECT concat_ws(' ', id, state, lease_id) FROM checkout ORDER BY id", row => row.GetString(0)));
    }

    /// <summary>Changes the database directly, without the pool.</summary>
    public void Execute(string sql)
    {
        using var database = PoolDatabase.Open(Path.Combine(Pool.Path, "gitproc.db"), _ => { });
        database.Connection.Execute(sql);
    }

    public string Dump()
    {
        using var database = PoolDatabase.Open(Path.Combine(Pool.Path, "gitproc.db"), _ => { });
        var text = new System.Text.StringBuilder();
        foreach (var table in (string[])["repository", "checkout", "config_cache", "waiter", "event"])
        {
            foreach (var row in database.Connection.Query($"SELECT * FROM {table}", ReadAll))
                text.AppendLine(row);
        }

        return text.ToString();

        static string ReadAll(SqliteDataReader row) =>
            string.Join(
                '|',
                Enumerable
                    .Range(0, row.FieldCount)
                    .Select(i =>
                        row.GetValue(i) is byte[] bytes
                            ? System.Text.Encoding.UTF8.GetString(bytes)
                            : row.GetValue(i).ToString()));
    }

    /// <summary>
    /// Waits until killed processes are gone: a grandchild ends a little later, and so does a git whose gitproc was
    /// killed.
    /// </summary>
    public void WaitForKilled() =>
        SpinWait.SpinUntil(
            () =>
                !Directory.Exists(_folder["pool/locks"])
                || (
                    CheckoutProcesses.Of(Pool.Path) is []
                    && Directory.EnumerateFiles(_folder["pool/locks"], "*.lock").All(IsFree)),
            Eventually.Limit);

    /// <summary>
    /// The folders in the pool's <c>tmp</c> whose names no process had locked when a git command began. A repair would
    /// remove these.
    /// </summary>
    public SortedSet<string> Unlocked { get; } = new(StringComparer.Ordinal);

    public void Report(PoolReport value)
    {
        Reports.Add(value);
        var folder = new PoolFolder(Pool.Path);
        if (value.Kind == ReportKind.Command && Directory.Exists(folder.Temporary))
            Unlocked.UnionWith(
                Directory.EnumerateDirectories(folder.Temporary)
                    .Select(path => Path.GetFileName(path))
                    .Where(name => !LockedFile.IsLocked(folder.CheckoutLock(name.Split('.')[0]))));
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsFree(string path)
    {
        using var taken = FileLock.TryAcquire(path);
        return taken is not null;
    }
}
