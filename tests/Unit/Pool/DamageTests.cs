using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class DamageTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_folder_that_was_deleted_is_made_anew()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        Directory.Delete(checkout.Path, recursive: true);

        var again = _pool.Acquire();

        Assert.Equal(checkout.Path, again.Path);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--short"));
        Assert.Contains(_pool.Reports, report => report.Kind == ReportKind.Warning && report.Text.Contains("is gone", StringComparison.Ordinal));
        Assert.Single(_pool.List());
    }

    [Theory]
    [InlineData(".git", "no .git")]
    [InlineData(".git/HEAD", "HEAD")]
    [InlineData(".git/refs", "refs")]
    [InlineData(".git/objects", "objects")]
    [InlineData(".git/config", "config")]
    [InlineData(".git/index", "index")]
    [InlineData(".git/objects/info/alternates", "borrow")]
    public void A_damaged_one_is_set_aside_and_never_handed_out(string missing, string reason)
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "mine");
        _pool.Release(checkout);
        var path = Path.Combine(checkout.Path, missing);
        if (File.Exists(path))
            File.Delete(path);
        else
            FolderRemoval.Remove(path);

        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Equal("checkout-3", _pool.Acquire().Name);

        var broken = _pool.Find(checkout.Name);
        Assert.Equal(CheckoutState.Broken, broken.State);
        Assert.Contains(reason, broken.Reason, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(checkout.Path, "work")));
    }

    [Theory]
    [InlineData(".git/HEAD")]
    [InlineData(".git/index")]
    public void A_garbled_one_is_set_aside(string file)
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        File.WriteAllText(Path.Combine(checkout.Path, file), "garbage, and quite a lot of it, enough for an index");
        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Equal(CheckoutState.Broken, _pool.Find(checkout.Name).State);
    }

    [Fact]
    public void A_link_in_its_place_is_not_followed()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        Directory.Move(checkout.Path, _pool["moved"]);
        Directory.CreateSymbolicLink(checkout.Path, _pool["moved"]);
        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Contains("link", _pool.Find(checkout.Name).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_repository_that_was_deleted_is_made_anew()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        var again = _pool.Acquire();
        Assert.Equal(checkout.Path, again.Path);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--short"));
    }

    [Fact]
    public void What_went_with_the_base_repository_is_set_aside()
    {
        var checkout = _pool.Acquire();
        _pool.Release(checkout);
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        TestGit.Run(_pool.Source, "checkout", "--quiet", "--orphan", "fresh");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--message", "fresh");
        foreach (var name in (string[])["main", "other"])
            TestGit.Run(_pool.Source, "branch", "--delete", "--force", name);
        TestGit.Run(_pool.Source, "tag", "--delete", "v1");

        Assert.Equal("checkout-2", _pool.Acquire().Name);
        Assert.Equal(CheckoutState.Broken, _pool.Find(checkout.Name).State);
    }

    [Fact]
    public void A_database_of_a_newer_program_is_refused()
    {
        _pool.Release(_pool.Acquire());
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_pool.Pool.Path, "gitproc.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            command.ExecuteNonQuery();
        }

        var error = Assert.Throws<GitprocException>(() => _pool.List());
        Assert.Equal(ErrorReason.DatabaseNotUsable, error.Reason);
        Assert.Contains("newer", error.Message, StringComparison.Ordinal);
        Assert.Contains("999", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        Directory.CreateDirectory(_pool.Pool.Path);
        File.WriteAllText(Path.Combine(_pool.Pool.Path, "gitproc.db"), new string('x', 10_000));
        Assert.Equal(ErrorReason.DatabaseNotUsable, Assert.Throws<GitprocException>(() => _pool.List()).Reason);
    }
}
