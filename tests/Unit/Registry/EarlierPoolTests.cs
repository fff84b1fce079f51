using System.IO.Compression;
using System.Text.RegularExpressions;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Unit.Support;
using Microsoft.Data.Sqlite;

namespace Gitproc.Unit.Registry;

/// <summary>
/// A pool that the version of November 2026 made, with its repository: checkout-1 is held, in checkout-2 work was left
/// and rescued, checkout-3 is a worktree of the base repository.
/// </summary>
public sealed class EarlierPoolTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Reads_as_before_and_goes_on()
    {
        Assert.SkipWhen(
            OperatingSystem.IsWindows(), "The pool was made on Linux; paths are other addresses on Windows.");
        Unpack();

        var checkouts = _pool.List();
        Assert.Equal(
            [
                (
                    "checkout-1",
                    CheckoutState.Locked,
                    CheckoutKind.Clone,
                    "main",
                    "kept",
                    "6d73c596aaf4421a86f4ea41a8cd6319"),
                ("checkout-2", CheckoutState.Free, CheckoutKind.Clone, "main", null, null),
                ("checkout-3", CheckoutState.Free, CheckoutKind.Worktree, (string?)null, (string?)null, (string?)null),
            ],
            checkouts.Select(checkout =>
                (checkout.Name, checkout.State, checkout.Kind, checkout.Branch, checkout.Label, checkout.LeaseId)));
        Assert.All(
            checkouts,
            checkout =>
                Assert.Equal(
                    (_pool.Source, "a7e1497845eabb639ac2406d4473de0a33471cc5"),
                    (checkout.Repository, checkout.Commit)));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1795893361046), checkouts[0].AcquiredAt);

        var history = _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home });
        Assert.Equal(
            [
                "acquired checkout-1", "released checkout-1", "released checkout-3", "created checkout-3",
                "rescued checkout-2", "released checkout-2", "created checkout-2", "created checkout-1",
            ],
            history.Select(line => $"{line.Kind} {line.Checkout}".ToLowerInvariant()));

        var rescue = _pool.Pool.Rescues.List(null, _pool.Home).Single();
        Assert.Equal(
            ("checkout-2/20261128T191558Z-5a3bdc199891", "checkout-2", "main", 1, 0),
            (rescue.Id, rescue.Checkout, rescue.Branch, rescue.Files, rescue.Commits));
        Assert.Equal("5a3bdc19989140aaa961b9554b74878f", rescue.LeaseId);

        var free = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Clone });
        Assert.Equal(("checkout-2", "text\n"), (free.Name, File.ReadAllText(Path.Combine(free.Path, "readme.txt"))));
        Assert.Equal("", TestGit.Run(free.Path, "status", "--porcelain"));
        Assert.Equal("checkout-3", _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Worktree }).Name);
        var restored = _pool.Pool.Rescues.Restore(rescue.Id, _pool.Request());
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(restored.Path, "new.txt")));
        var released = _pool.Pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = "checkout-1",
                WorkingDirectory = _pool.Home,
                Force = true,
            });
        Assert.Equal(CheckoutState.Free, released.State);
    }

    [Fact]
    public void The_SQLite_that_comes_with_it_is_no_older_than_when_this_was_written()
    {
        using var database = PoolDatabase.Open(_pool["gitproc.db"], _ => { });
        var version = Version.Parse(
            database.Connection.Query("SELECT sqlite_version()", row => row.GetString(0)).Single());
        Assert.True(version >= new Version(3, 53, 4), $"It is {version}.");
    }

    // Where it was made, its paths began with another folder.
    private void Unpack()
    {
        const string before = "(?<!_)/tmp/gitproc-pool-of-before(?=/)";
        Directory.Delete(_pool.Source, recursive: true);
        ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "earlier-pool.zip"), _pool[""]);
        foreach (var file in Directory.EnumerateFiles(_pool["pool"], "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            var moved = Regex.Replace(text, before, _pool[""]);
            if (moved != text && Path.GetExtension(file) != ".db")
                File.WriteAllText(file, moved);
        }

        using var database = new SqliteConnection($"Data Source={_pool["pool/gitproc.db"]};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText =
            """
            UPDATE repository SET key = replace(key, '/tmp/gitproc-pool-of-before', $folder), url = replace(url, '/tmp/gitproc-pool-of-before', $folder);
            UPDATE checkout SET url = replace(url, '/tmp/gitproc-pool-of-before', $folder);
            """;
        command.Parameters.AddWithValue("$folder", _pool[""]);
        command.ExecuteNonQuery();
    }
}
