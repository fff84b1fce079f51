using Gitproc.Checkouts;
using Gitproc.Cli.Output;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Removing checkouts.</summary>
public sealed class RemovalTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_free_checkout_is_gone_from_list_and_disk()
    {
        var checkout = Free();

        Assert.Equal(checkout.Name, Remove(checkout.Name).Name);

        Assert.Empty(_pool.List());
        Assert.False(Directory.Exists(checkout.Path));
        Assert.Empty(Left());
        Assert.Equal(
            EventKind.Removed,
            _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home })[0].Kind);
        Assert.Equal(ErrorReason.CheckoutNotFound, Refused(checkout.Name).Reason);
        Assert.Single(_pool.Pool.Care.ListRepositories());
    }

    [Fact]
    public void A_locked_one_goes_only_with_force()
    {
        var checkout = _pool.Acquire();

        var refused = Refused(checkout.Name);
        Assert.Equal(ErrorReason.HeldByOther, refused.Reason);
        Assert.EndsWith(
            $". To remove it anyway: gitproc remove --force {checkout.Name}",
            Messages.WithHint(refused.Message, refused.Hint),
            StringComparison.Ordinal);
        Assert.Equal(CheckoutState.Locked, _pool.Find(checkout.Name).State);

        Remove(checkout.Name, force: true);
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void A_later_holder_than_the_one_that_was_seen_keeps_it_even_from_force()
    {
        var checkout = Free();
        _pool.Acquire();

        foreach (var seen in (string[])["", "another"])
        {
            var request = Request(checkout.Name) with { LeaseId = seen, Force = true };
            Assert.Equal(
                ErrorReason.HeldByOther,
                Assert.Throws<GitprocException>(() => _pool.Pool.Checkouts.Remove(request)).Reason);
        }

        Assert.True(Directory.Exists(checkout.Path));
    }

    [Fact]
    public void One_whose_holder_is_gone_is_nobodys()
    {
        string name;
        using (var holder = TestProcess.Sleep(_pool.Home))
            name = _pool
                .Acquire(_pool.Request() with { Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(holder.Id) } })
                .Name;

        Remove(name);

        Assert.Empty(_pool.List());
    }

    [Fact]
    public void What_runs_in_it_is_named_and_ended_on_request()
    {
        var checkout = Free();
        using var process = TestProcess.Sleep(checkout.Path);

        var refused = Refused(checkout.Name);
        Assert.Equal(ErrorReason.InUse, refused.Reason);
        Assert.Contains($"{process.Id} (sleep)", refused.Message, StringComparison.Ordinal);
        Assert.True(process.IsAlive);
        Assert.Equal(CheckoutState.Free, _pool.Find(checkout.Name).State);

        _pool.Pool.Checkouts.Remove(Request(checkout.Name) with { StopProcesses = true });
        Assert.False(process.IsAlive);
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void A_check_refuses_what_would_be_refused_and_changes_nothing()
    {
        var checkout = _pool.Acquire();
        Assert.Equal(ErrorReason.HeldByOther, Checked());
        _pool.Release(checkout);
        using (TestProcess.Sleep(checkout.Path))
            Assert.Equal(ErrorReason.InUse, Checked());
        Assert.Null(Checked());
        Assert.Equal(CheckoutState.Free, _pool.Find(checkout.Name).State);
        Assert.True(Directory.Exists(checkout.Path));

        _pool.Acquire();
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Creating}");
        FolderRemoval.Remove(checkout.Path);
        using (CheckoutLock.TryAcquire(new PoolFolder(_pool.Pool.Path), checkout.Name))
        {
            Assert.Equal(ErrorReason.HeldByOther, Checked());
            var release = new ReleaseRequest
            {
                Checkout = checkout.Name,
                WorkingDirectory = _pool.Home,
                ChecksOnly = true,
            };
            Assert.Equal(
                ErrorReason.NotLocked,
                Assert.Throws<GitprocException>(() => _pool.Pool.Leases.Release(release)).Reason);
        }

        Assert.Null(Checked());

        ErrorReason? Checked()
        {
            var request = Request(checkout.Name) with { ChecksOnly = true };
            return (Record.Exception(() => _pool.Pool.Checkouts.Remove(request)) as GitprocException)?.Reason;
        }
    }

    [Fact]
    public void Nobody_removes_what_they_stand_in()
    {
        var checkout = Free();
        var request = Request(checkout.Name) with { WorkingDirectory = checkout.Path, Force = true };
        Assert.Equal(
            ErrorReason.InUse, Assert.Throws<GitprocException>(() => _pool.Pool.Checkouts.Remove(request)).Reason);
        Assert.True(Directory.Exists(checkout.Path));
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    public void What_cannot_be_rescued_goes_only_with_force_and_discard(bool force, bool discard, bool isRefused)
    {
        var checkout = Free();
        FolderRemoval.Remove(Path.Combine(checkout.Path, ".git"));
        _pool.Acquire();
        Assert.Equal(CheckoutState.Broken, _pool.Find(checkout.Name).State);

        var error = Record.Exception(() => Remove(checkout.Name, force, discard)) as GitprocException;

        Assert.Equal(isRefused ? ErrorReason.NotRescued : null, error?.Reason);
        Assert.Equal(isRefused, File.Exists(Path.Combine(checkout.Path, "file-0.txt")));
        Assert.Equal(
            isRefused, _pool.List().Any(one => one is { State: CheckoutState.Broken, Reason: "has no .git folder" }));
        if (isRefused)
            Assert.EndsWith(
                $"\nTo throw that away: gitproc remove --force --discard {checkout.Name}",
                Messages.WithHint(error!.Message, error.Hint),
                StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_base_repository_nothing_can_be_rescued()
    {
        var checkout = Free();
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        Assert.Equal(ErrorReason.NotRescued, Refused(checkout.Name).Reason);
        Assert.True(Directory.Exists(checkout.Path));
    }

    [Fact]
    public void One_whose_folder_is_gone_goes_off_the_list()
    {
        var checkout = Free();
        FolderRemoval.Remove(checkout.Path);
        Remove(checkout.Name);
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void Nothing_outside_of_the_pool_is_touched()
    {
        UnixTools.SkipWithoutLinks();
        var outside = Directory.CreateDirectory(_pool["outside"]).FullName;
        File.WriteAllText(Path.Combine(outside, "file"), "");
        var linking = Free();
        Directory.CreateSymbolicLink(Path.Combine(linking.Path, "link"), outside);
        File.CreateSymbolicLink(Path.Combine(linking.Path, "file-link"), Path.Combine(outside, "file"));
        _pool.Pool.Checkouts.Remove(Request(linking.Name) with { Discard = true });

        var linked = Free();
        FolderRemoval.Remove(linked.Path);
        Directory.CreateSymbolicLink(linked.Path, outside);
        Assert.Equal(ErrorReason.NotRescued, Refused(linked.Name).Reason);
        Remove(linked.Name, force: true, discard: true);

        Assert.Null(new FileInfo(linked.Path).LinkTarget);
        Assert.True(File.Exists(Path.Combine(outside, "file")));
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void A_link_to_nowhere_goes_as_a_link()
    {
        UnixTools.SkipWithoutLinks();
        var checkout = Free();
        FolderRemoval.Remove(checkout.Path);
        Directory.CreateSymbolicLink(checkout.Path, _pool["nowhere"]);
        Remove(checkout.Name, force: true, discard: true);
        Assert.Null(new FileInfo(checkout.Path).LinkTarget);
    }

    [Fact]
    public void Names_that_are_no_text_and_folders_that_may_not_be_written_go_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names and folders.");
        var checkout = Free();
        TestGit.WriteScript(
            _pool["make.sh"],
            "cd \"$1\" && : > \"$(printf 'a\\377')\" && mkdir -p \"$(printf 'd\\377')/e\" shut && : > shut/f && chmod 500 shut"
        );
        using (var process = System.Diagnostics.Process.Start("sh", [_pool["make.sh"], checkout.Path]))
            process.WaitForExit();

        _pool.Pool.Checkouts.Remove(Request(checkout.Name) with { Discard = true });

        Assert.False(Directory.Exists(checkout.Path));
        Assert.Empty(Left());
    }

    [Fact]
    public void A_repository_keeps_its_base_when_the_next_checkout_cannot_be_made()
    {
        Remove(Free().Name);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<Exception>(() => _pool.Pool.Acquiring.Acquire(_pool.Request() with { Ref = "none" }));
        Assert.ThrowsAny<Exception>(() => _pool.Pool.Acquiring.Acquire(_pool.Request(), cancelled.Token));
        Assert.Single(_pool.Pool.Care.ListRepositories());
    }

    [Fact]
    public void A_removal_that_is_killed_leaves_the_checkout_or_what_repair_removes()
    {
        var source = TestGit.MakeRepository(_pool["large"], files: 1500);
        _pool.Release(_pool.Acquire(source));
        var kills = new Kills(
            6, () => _pool.Program.Start(_pool.Home, "remove", "--discard", "checkout-1"), () => _pool.Standing());
        while (kills.AreWanted)
        {
            var checkout = _pool.Acquire(source);
            _pool.Release(checkout);
            string[] remove = kills.Tries % 3 == 0 ? ["remove", checkout.Name] : ["remove", "--discard", checkout.Name];
            kills.Kill(
                () => _pool.Program.Start(_pool.Home, remove),
                () => _pool.Standing(),
                entireProcessTree: kills.Tries % 2 == 0);

            var files = Directory.Exists(checkout.Path) ? Directory.EnumerateFiles(checkout.Path).Count() : 0;
            Assert.True(files is 0 or 1500, $"{files} files are left in {checkout.Path}");
        }

        _pool.WaitForKilled();
        _pool.Pool.Care.Repair();

        Assert.Empty(Left());
        Assert.All(_pool.List(), checkout => Assert.Equal(CheckoutState.Free, checkout.State));
        Assert.All(_pool.List(), checkout => Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short")));
        Assert.Equal(1500, Directory.EnumerateFiles(_pool.Acquire(source).Path).Count());
        Assert.Equal("ok", _pool.Query<string>("PRAGMA integrity_check"));
    }

    private Checkout Free() => _pool.Release(_pool.Acquire());

    private RemoveRequest Request(string checkout) => new() { Checkout = checkout, WorkingDirectory = _pool.Home };

    private Checkout Remove(string checkout, bool force = false, bool discard = false) =>
        _pool.Pool.Checkouts.Remove(Request(checkout) with { Force = force, Discard = discard });

    private GitprocException Refused(string checkout) => Assert.Throws<GitprocException>(() => Remove(checkout));

    private IEnumerable<string> Left() => Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp"));
}
