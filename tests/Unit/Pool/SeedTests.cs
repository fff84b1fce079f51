using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>New checkouts as snapshots of a seed, in a pool on a real btrfs.</summary>
public sealed class SeedTests : IDisposable
{
    // btrfs gives each subvolume's own folder this number.
    private const string OfSubvolume = "256";

    private readonly PoolFixture _pool = new();
    private readonly LoopMount _volume;

    public SeedTests()
    {
        Directory.CreateDirectory(Path.Combine(_pool.Source, "folder"));
        File.WriteAllText(Path.Combine(_pool.Source, "folder", "text.txt"), "one\ntwo\n");
        File.WriteAllText(Path.Combine(_pool.Source, ".gitignore"), "ignored/\n");
        _pool.Commit("first");
        _volume = LoopMount.Make("btrfs", _pool.Pool.Path);
    }

    public void Dispose()
    {
        _volume?.Dispose();
        _pool.Dispose();
    }

    [Theory]
    [InlineData(CheckoutKind.Clone)]
    [InlineData(CheckoutKind.Worktree)]
    public void The_next_checkout_is_a_snapshot_without_a_checkout_of_git(CheckoutKind kind)
    {
        var first = _pool.Acquire();
        Directory.CreateDirectory(Path.Combine(first.Path, "ignored"));
        File.WriteAllText(Path.Combine(first.Path, "ignored", "left.txt"), "left");
        File.WriteAllText(Path.Combine(first.Path, "folder", "text.txt"), "changed by its holder");
        _pool.Reports.Clear();

        var second = _pool.Acquire(_pool.Request() with { Kind = kind });

        Assert.Equal("checkout-2", second.Name);
        Assert.DoesNotContain(
            _pool.Reports, report => report.Kind == ReportKind.Command && report.Text.Contains(" checkout "));
        Assert.Equal("one\ntwo\n", File.ReadAllText(Path.Combine(second.Path, "folder", "text.txt")));
        Assert.False(Directory.Exists(Path.Combine(second.Path, "ignored")));
        Assert.Equal(OfSubvolume, Stat("%i", second.Path));
        Assert.Equal(Stat("%i %Z", first.Path + "/.gitignore"), Stat("%i %Z", second.Path + "/.gitignore"));
        Assert.Equal("", TestGit.Run(second.Path, "status", "--porcelain"));
        Assert.Equal(first.Commit, TestGit.Run(second.Path, "rev-parse", "HEAD"));
        MustBeClean(second);
    }

    [Fact]
    public void It_can_be_at_another_commit()
    {
        var first = _pool.Acquire();
        TestGit.Run(_pool.Source, "rm", "--quiet", "folder/text.txt");
        File.WriteAllText(Path.Combine(_pool.Source, "first.txt"), "newer");
        var newest = _pool.Commit("second");

        var second = _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });
        var old = _pool.Acquire(_pool.Request() with { Ref = first.Commit });
        _pool.Reports.Clear();
        var third = _pool.Acquire();

        Assert.Equal([newest, first.Commit, newest], new[] { second, old, third }.Select(one => one.Commit));
        foreach (var checkout in new[] { second, old, third })
        {
            Assert.Equal(OfSubvolume, Stat("%i", checkout.Path));
            Assert.Equal("", TestGit.Run(checkout.Path, "status", "--porcelain"));
            MustBeClean(checkout);
        }

        Assert.False(Directory.Exists(Path.Combine(third.Path, "folder")));
        Assert.Equal("newer", File.ReadAllText(Path.Combine(third.Path, "first.txt")));
        Assert.True(File.Exists(Path.Combine(old.Path, "folder", "text.txt")));
        Assert.DoesNotContain(
            _pool.Reports, report => report.Kind == ReportKind.Command && report.Text.Contains(" checkout "));
    }

    [Fact]
    public void Changed_attributes_count_for_files_that_did_not_change()
    {
        _pool.Acquire();
        File.WriteAllText(Path.Combine(_pool.Source, ".gitattributes"), "*.txt eol=crlf\n");
        _pool.Commit("attributes");

        var checkout = _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });

        Assert.Equal("one\r\ntwo\r\n", File.ReadAllText(Path.Combine(checkout.Path, "folder", "text.txt")));
        MustBeClean(checkout);
    }

    [Fact]
    public void One_that_somebody_wrote_into_is_not_used()
    {
        _pool.Acquire();
        var file = Assert.Single(Directory.GetFiles(Seeds, "text.txt", SearchOption.AllDirectories));
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "ONE\nTWO\n");
        File.SetLastWriteTimeUtc(file, time);

        for (var i = 0; i < 2; i++)
        {
            var checkout = _pool.Acquire();
            Assert.Equal("one\ntwo\n", File.ReadAllText(Path.Combine(checkout.Path, "folder", "text.txt")));
            MustBeClean(checkout);
        }
    }

    [Fact]
    public void One_that_somebody_has_only_read_is_used()
    {
        _pool.Acquire();
        var file = Assert.Single(Directory.GetFiles(Seeds, "text.txt", SearchOption.AllDirectories));
        Assert.Equal("one\ntwo\n", File.ReadAllText(file));
        _pool.Reports.Clear();

        var checkout = _pool.Acquire();

        Assert.DoesNotContain(
            _pool.Reports, report => report.Kind == ReportKind.Command && report.Text.Contains(" checkout "));
        MustBeClean(checkout);
    }

    [Fact]
    public void A_record_that_does_not_belong_to_it_is_found_out()
    {
        _pool.Acquire();
        var record = Assert.Single(Directory.GetFiles(Seeds, "tree", SearchOption.AllDirectories));
        var change = Assert.Single(Directory.GetFiles(Seeds, "change", SearchOption.AllDirectories));
        var (bytes, number) = (File.ReadAllBytes(record), File.ReadAllText(change));
        Assert.Matches(@"^\d+$", number);
        _pool.Commit("second");
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });
        File.WriteAllBytes(record, bytes);
        File.WriteAllText(change, number);

        var checkout = _pool.Acquire();

        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--porcelain"));
        MustBeClean(checkout);
    }

    [Fact]
    public void It_goes_with_its_repository()
    {
        var checkout = _pool.Acquire();
        Assert.NotEmpty(Directory.GetFiles(Seeds, "text.txt", SearchOption.AllDirectories));
        _pool.Release(checkout);

        Assert.Equal(0, _pool.Program.Run(_pool.Home, "prune", "--unused-for", "0s").ExitCode);

        Assert.Empty(Directory.GetFiles(Seeds, "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(checkout.Path));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
    }

    [Fact]
    public void Nothing_shares_blocks_if_the_user_does_not_want_it()
    {
        TestGit.Run(_pool.Home, "config", "--file", _pool.Home + "/.gitconfig", "gitproc.copyOnWrite", "never");
        var path = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold").Output.Trim();

        Assert.NotEqual(OfSubvolume, Stat("%i", path));
        Assert.False(Directory.Exists(Seeds));
    }

    [Fact]
    public void Work_in_a_snapshot_is_rescued_and_its_files_are_cleaned()
    {
        _pool.Acquire();
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "folder", "text.txt"), "changed");
        File.WriteAllText(Path.Combine(checkout.Path, "new.txt"), "new");
        TestGit.Run(checkout.Path, "add", ".");
        TestGit.Run(checkout.Path, "commit", "--quiet", "-m", "work");

        _pool.Release(checkout);

        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal("one\ntwo\n", File.ReadAllText(Path.Combine(checkout.Path, "folder", "text.txt")));
        Assert.Equal(["checkout-2"], _pool.List().Where(one => one.State == CheckoutState.Free).Select(one => one.Name));
    }

    private string Seeds => Path.Combine(_pool.Pool.Path, "seeds");

    // Released and acquired again, it is handed out as it is: its record and stamp are right.
    private void MustBeClean(Checkout checkout)
    {
        _pool.Release(checkout);
        _pool.Reports.Clear();
        var again = _pool.Acquire(_pool.Request() with
        {
            Name = checkout.Name,
            Ref = checkout.Commit == _pool.Find(checkout.Name).Commit ? null : checkout.Commit,
            Fetch = FetchPolicy.Never,
        });
        Assert.Equal(checkout.Name, again.Name);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--porcelain"));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    private static string Stat(string format, string path)
    {
        var start = new System.Diagnostics.ProcessStartInfo("stat", ["-c", format, path]) { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
