using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;
using Microsoft.Data.Sqlite;

namespace Gitproc.Unit.Pools;

/// <summary>What happens when the database or folders are lost.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    private string Database => Path.Combine(_pool.Pool.Path, "gitproc.db");

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("delete")]
    [InlineData("delete all")]
    [InlineData("empty")]
    [InlineData("truncate")]
    [InlineData("garble")]
    public void A_lost_database_is_made_anew_from_what_checkouts_say(string how)
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 });
        _pool.Release(checkouts[1]);
        var unreadable = _pool.Acquire(
            _pool.Request() with
            {
                Terms = new LeaseTerms { Owner = null },
                Name = "checkout-2",
            });
        _pool.Release(checkouts[2]);
        File.WriteAllText(Path.Combine(unreadable.Path, ".git/gitproc/lease"), "{");
        Lose(how);

        var list = _pool.List();

        Assert.Equal(["checkout-1", "checkout-2", "checkout-3"], list.Select(checkout => checkout.Name));
        Assert.Equal(
            [CheckoutState.Locked, CheckoutState.Unknown, CheckoutState.Cleaning],
            list.Select(checkout => checkout.State));
        Assert.Equal(checkouts[0].LeaseId, list[0].LeaseId);
        Assert.All(list, checkout => Assert.Equal(checkouts[0].Repository, checkout.Repository));
        Assert.Contains(_pool.Reports, report => report.Kind == ReportKind.Warning);
        Assert.Equal("checkout-3", _pool.Acquire().Name);
        Assert.Equal(ErrorReason.HeldByOther, Assert.Throws<GitprocException>(() => _pool.Release(list[1])).Reason);
        Assert.Equal(
            CheckoutState.Free,
            _pool
                .Pool.Leases.Release(
                    new ReleaseRequest
                    {
                        Checkout = "checkout-2",
                        Force = true,
                        WorkingDirectory = _pool.Home,
                    })
                .State);
        Assert.Equal("ok", _pool.Query<string>("PRAGMA integrity_check"));
    }

    [Fact]
    public void An_older_database_does_not_give_a_held_checkout_away()
    {
        _pool.Release(_pool.Acquire());
        SqliteConnection.ClearAllPools();
        _pool.Query<object>("PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(Database, _pool["older.db"]);
        var held = _pool.Acquire();
        File.Copy(_pool["older.db"], Database, overwrite: true);
        File.Delete(Database + "-wal");
        File.Delete(Database + "-shm");

        var next = _pool.Acquire();

        Assert.NotEqual(held.Name, next.Name);
        Assert.Equal(held.LeaseId, _pool.Find(held.Name).LeaseId);
    }

    [Fact]
    public void Repair_makes_folders_and_rows_agree()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 4 });
        _pool.Release(checkouts[0]);
        _pool.Release(checkouts[1]);
        FolderRemoval.Remove(checkouts[0].Path);
        _pool.Query<long>("DELETE FROM checkout WHERE id = 2 RETURNING id");
        FolderRemoval.Remove(checkouts[3].Path);
        Directory.CreateDirectory(Path.Combine(_pool.Pool.Path, "checkout-9"));
        Directory.CreateDirectory(Path.Combine(_pool.Pool.Path, "tmp/checkout-5.left"));
        File.WriteAllText(Path.Combine(_pool.Pool.Path, "queue/left"), "");

        var done = _pool.Pool.Care.Repair();

        Assert.Equal(["checkout-2", "checkout-3", "checkout-4"], _pool.List().Select(checkout => checkout.Name));
        Assert.Equal(checkouts[2].LeaseId, _pool.Find("checkout-3").LeaseId);
        Assert.Contains(done, text => text.Contains("checkout-1 is off the list", StringComparison.Ordinal));
        Assert.Contains(done, text => text.Contains("checkout-4 has no folder but is held", StringComparison.Ordinal));
        Assert.Contains(done, text => text.Contains("checkout-9 does not say", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "queue")));
        Assert.True(Directory.Exists(Path.Combine(_pool.Pool.Path, "checkout-9")));
    }

    [Fact]
    public void Repair_of_a_good_pool_does_nothing()
    {
        _pool.Release(_pool.Acquire());
        Assert.Empty(_pool.Pool.Care.Repair());
        Assert.Single(_pool.List());
    }

    [Fact]
    public void A_row_whose_maker_was_killed_is_given_up_by_force_and_by_repair()
    {
        _pool.Release(_pool.Acquire());
        _pool.Query<long>(
            "UPDATE checkout SET state = 2, lease_id = 'x', lease = json_object('id', 'x', 'user', 'u', 'machine', 'm', 'acquiredAt', 0) RETURNING id"
        );
        Assert.Equal(CheckoutState.Broken, _pool.Find("checkout-1").State);
        var request = new ReleaseRequest { Checkout = "checkout-1", Force = true, WorkingDirectory = _pool.Home };
        Assert.Contains("off the list", _pool.Pool.Leases.Release(request).Reason, StringComparison.Ordinal);
        Assert.Empty(_pool.List());
        Assert.Equal("checkout-1", _pool.Acquire().Name);
    }

    private void Lose(string how)
    {
        _pool.Query<object>("PRAGMA wal_checkpoint(TRUNCATE)");
        switch (how)
        {
            case "delete":
                File.Delete(Database);
                break;
            case "delete all":
                foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "gitproc.db*"))
                    File.Delete(file);
                break;
            case "empty":
                File.WriteAllText(Database, "");
                break;
            case "truncate":
                using (var stream = new FileStream(Database, FileMode.Open))
                    stream.SetLength(stream.Length / 2);
                break;
            default:
                File.WriteAllText(Database, new string('x', 8192));
                break;
        }
    }
}
