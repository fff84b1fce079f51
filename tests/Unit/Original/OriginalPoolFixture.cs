using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gitproc.Registry;
using Gitproc.Unit.Support;
using Microsoft.Data.Sqlite;

namespace Gitproc.Unit.Original;

/// <summary>
/// A pool as the original gitproc makes it (github.com/TzviPM/gitproc, api.ts): the same git commands, table and names.
/// </summary>
public sealed class OriginalPoolFixture : IDisposable
{
    private static readonly (string, string?)[] User = [("GIT_CONFIG_GLOBAL", "/dev/null")];

    public OriginalPoolFixture()
    {
        Folder = Directory.CreateDirectory(Pool["pool"]).FullName;
        using var database = Connect();
        database.Execute(
            "CREATE TABLE checkout_metadata (checkout TEXT PRIMARY KEY, repo TEXT, pid INTEGER, timestamp TEXT, status TEXT)"
        );
    }

    public PoolFixture Pool { get; } = new();

    /// <summary>The pool's folder.</summary>
    public string Folder { get; }

    public string this[string relative] => Path.Combine(Folder, relative);

    /// <summary>The bare repository that the original makes of a repository.</summary>
    public string Shared(string repository)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(repository))).ToLowerInvariant()[..12];
        var name = repository.Split('/')[^1];
        return this[$"shared_repos/{(name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name)}-{hash}"];
    }

    /// <summary>Acquires a new checkout as the original does, and releases it.</summary>
    public string Add(int number, string repository)
    {
        var path = this[$"checkout-{number}"];
        if (!Directory.Exists(Shared(repository)))
            TestGit.Run(Pool.Home, User, "clone", "--quiet", "--bare", repository, Shared(repository));
        TestGit.Run(Shared(repository), User, "worktree", "add", path, "HEAD");
        Insert(number, repository);
        return path;
    }

    public void Insert(int number, string repository)
    {
        using var database = Connect();
        database.Execute(
            "INSERT INTO checkout_metadata (checkout, repo, status) VALUES ($checkout, $repo, 'free')",
            ("$checkout", $"checkout-{number}"),
            ("$repo", repository));
    }

    /// <summary>Locks a checkout as the original does.</summary>
    public void Lock(int number, int processId, DateTimeOffset at)
    {
        using var database = Connect();
        database.Execute(
            "UPDATE checkout_metadata SET pid = $pid, timestamp = $time, status = 'locked' WHERE checkout = $checkout",
            ("$pid", processId),
            ("$time", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            ("$checkout", $"checkout-{number}"));
    }

    public static string Commit(string path, string file)
    {
        File.WriteAllText(Path.Combine(path, file), file);
        TestGit.Run(path, "add", file);
        TestGit.Run(path, "commit", "--quiet", "--message", file);
        return TestGit.Run(path, "rev-parse", "HEAD");
    }

    /// <summary>What the files of a folder hold, but for .git.</summary>
    public static SortedDictionary<string, string> Files(string path) => new(
        Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(path, file))
            .Where(file => file != ".git" && !file.StartsWith(".git/", StringComparison.Ordinal))
            .ToDictionary(file => file, file => File.ReadAllText(Path.Combine(path, file))),
        StringComparer.Ordinal);

    public void Dispose() => Pool.Dispose();

    private SqliteConnection Connect()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = this["gitproc.db"], Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
