using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>When a released checkout is cleaned, and who waits for that.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task An_acquire_that_finds_nothing_else_waits_for_one_that_is_cleaned()
    {
        var checkout = _pool.Acquire();
        Release(checkout, later: true);
        Task<Checkout> acquire;
        using (FileLock.TryAcquire(new PoolFolder(_pool.Pool.Path).CheckoutLock(checkout.Name)))
        {
            acquire = Task.Run(() =>
                new Pool(_pool.Pool.Path).Acquiring.Acquire(_pool.Request() with { MaxCheckouts = 1 }).Single());
            await Task.Delay(500);
            Assert.False(acquire.IsCompleted);
        }

        Assert.Equal(checkout.Name, (await acquire.WaitAsync(Eventually.Limit)).Name);
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable,
            Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { MaxCheckouts = 1 })).Reason);
    }

    [Fact]
    public void A_file_that_an_editor_has_open_is_cleaned_whole_or_not_at_all()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Only Windows keeps others from a file that is open.");
        var checkout = _pool.Acquire();
        var kept = Path.Combine(checkout.Path, "file-0.txt");
        File.WriteAllText(kept, "work");
        File.WriteAllText(Path.Combine(checkout.Path, "new.txt"), "new");
        using (new FileStream(kept, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            var failed = Record.Exception(() => _pool.Release(checkout));
            Assert.True(failed is null or GitprocException, $"{failed}");
            Assert.NotEqual(CheckoutState.Free, _pool.Find(checkout.Name).State);
            var other = _pool.Acquire();
            Assert.NotEqual(checkout.Name, other.Name);
            Assert.Equal("content 0\n", File.ReadAllText(Path.Combine(other.Path, "file-0.txt")));
        }

        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void One_whose_acquire_was_killed_while_it_cleaned_can_be_had_at_once()
    {
        var checkout = _pool.Acquire();
        // As a killed acquire leaves it: leased to the shell that lives on, and nobody has its lock.
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Cleaning}");

        var again = _pool.Acquire(_pool.Request() with { MaxCheckouts = 1 });

        Assert.Equal((checkout.Name, CheckoutState.Locked), (again.Name, again.State));
        Assert.NotEqual(checkout.LeaseId, again.LeaseId);
    }

    [Fact]
    public void What_was_not_cleaned_is_cleaned_by_the_next_acquire()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "work");
        Release(checkout, later: true);
        Assert.Equal(CheckoutState.Cleaning, _pool.Find(checkout.Name).State);
        Assert.True(File.Exists(Path.Combine(checkout.Path, "work")));

        Assert.Equal(checkout.Name, _pool.Acquire().Name);
        Assert.False(File.Exists(Path.Combine(checkout.Path, "work")));
        Assert.Equal(checkout.LeaseId, Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home)).LeaseId);
    }

    [Fact]
    public void Nothing_is_cleaned_when_that_is_asked_for()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "left"), "left");
        Release(checkout, clean: CleanMode.None);
        Assert.True(File.Exists(Path.Combine(checkout.Path, "left")));

        var again = _pool.Acquire(_pool.Request() with { Clean = CleanMode.None });
        Assert.Equal(checkout.Name, again.Name);
        Assert.True(File.Exists(Path.Combine(checkout.Path, "left")));
        Release(again, clean: CleanMode.None);
        Assert.Equal(checkout.Name, _pool.Acquire().Name);
        Assert.False(File.Exists(Path.Combine(checkout.Path, "left")));
    }

    [Fact]
    public void It_says_what_is_so_with_one_that_is_not_cleaned()
    {
        var checkout = _pool.Acquire();
        var result = _pool.Program.Run(_pool.Home, "release", checkout.Name, "--clean", "none", "--force");
        Assert.Equal(
            (0, "gitproc: checkout-1 is released, but not clean: the next acquire cleans it"),
            (result.ExitCode, result.Error.Trim()));
    }

    [Fact]
    public void What_is_too_large_to_be_rescued_is_set_aside()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "large"), new string('x', 10_000));
        TestGit.Run(_pool.Pool.Path, "init", "--quiet");
        TestGit.Run(_pool.Pool.Path, "config", "gitproc.rescueMaxSize", "9k");

        var released = Release(checkout);

        Assert.Equal(CheckoutState.Broken, released.State);
        Assert.Contains("9216", released.Reason, StringComparison.Ordinal);
        Assert.Equal(10_000, new FileInfo(Path.Combine(checkout.Path, "large")).Length);
        Assert.NotEqual(checkout.Name, _pool.Acquire().Name);
    }

    [Fact]
    public void A_process_of_its_own_cleans_in_the_background()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "work");
        Assert.Equal(0, _pool.Program.Run(_pool.Home, "release", checkout.Name, "--background", "--force").ExitCode);
        Eventually.True(() => _pool.Find(checkout.Name).State == CheckoutState.Free);
        Assert.False(File.Exists(Path.Combine(checkout.Path, "work")));
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void A_lease_that_is_lost_while_its_checkout_is_cleaned_is_an_error()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "work");
        Release(checkout, later: true);
        var pool = new Pool(_pool.Pool.Path, new Listener(report =>
        {
            if (report.Kind == ReportKind.Command && report.Text.Contains(" status ", StringComparison.Ordinal))
                _pool.Execute("UPDATE checkout SET lease_id = 'other', lease = json_set(lease, '$.id', 'other')");
        }));

        var error = Assert.Throws<GitprocException>(() => pool.Acquiring.Acquire(_pool.Request()));

        Assert.Equal(ErrorReason.OwnerNotRunning, error.Reason);
        Assert.Equal(checkout.Name, error.Target);
        Assert.Equal("other", Assert.Single(_pool.List()).LeaseId);
    }

    [Theory]
    [InlineData("GIT_OPTIONAL_LOCKS", "0", "")]
    [InlineData("GITPROC_CLEAN", "default", "[core]\n\ttrustctime = false\n\tcheckStat = minimal\n")]
    public void Modes_of_files_are_those_of_a_fresh_checkout_whatever_the_user_has_set(
        string variable, string value, string config)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        File.WriteAllText(Path.Combine(_pool.Home, ".gitconfig"), config);
        var first = _pool.Acquire();
        var file = Path.Combine(first.Path, "file-0.txt");
        var fresh = File.GetUnixFileMode(file);
        // In the second in which files are written they are looked at in any case, and in that of a cleaning.
        WaitForNextSecond();
        Release(first);
        WaitForNextSecond();
        var checkout = _pool.Acquire();
        Assert.Equal(first.Name, checkout.Name);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);

        using var release = _pool.Program.Start(_pool.Home, [(variable, value)], "release", "--force", checkout.Name);
        Assert.Equal(0, GitprocProgram.Finish(release).ExitCode);

        Assert.Equal(fresh, File.GetUnixFileMode(file));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    private static void WaitForNextSecond() => Thread.Sleep(1050 - DateTime.UtcNow.Millisecond);

    private Checkout Release(Checkout checkout, CleanMode? clean = null, bool later = false) =>
        _pool.Pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                WorkingDirectory = _pool.Home,
                Clean = clean,
                CleanLater = later,
            });

    private sealed class Listener(Action<PoolReport> hear) : IProgress<PoolReport>
    {
        public void Report(PoolReport value) => hear(value);
    }
}
