using Gitproc.Checkouts;
using Gitproc.Cli.Output;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Making checkouts as new.</summary>
public sealed class ResetTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Ones_own_is_as_new_and_stays_locked()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "file-0.txt"), "changed");
        TestGit.Run(checkout.Path, "config", "user.name", "Job");
        Publish("new.txt");

        var reset = Reset(checkout.Name);

        Assert.Equal((CheckoutState.Locked, checkout.LeaseId, "main"), (reset.State, reset.LeaseId, reset.Branch));
        AssertNew(reset, "new.txt");
        Assert.True(File.Exists(Path.Combine(reset.Path, ".git/gitproc/lease")));
        Assert.Equal(CheckoutState.Free, _pool.Release(reset).State);
    }

    [Fact]
    public void Each_reset_of_ones_own_rescues_what_was_made_since()
    {
        var checkout = _pool.Acquire();
        foreach (var name in (string[])["one", "two"])
        {
            File.WriteAllText(Path.Combine(checkout.Path, name), name);
            Reset(checkout.Name);
        }

        File.WriteAllText(Path.Combine(checkout.Path, "three"), "three");
        _pool.Release(checkout);

        Assert.Equal(3, _pool.Pool.Rescues.List(null, _pool.Home).Count);
    }

    [Fact]
    public void What_its_holder_does_after_an_interrupted_reset_is_rescued_too()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "first"), "first");
        Assert.Throws<OperationCanceledException>(() =>
            new Pool(_pool.Pool.Path, new EndAtRescue()).Checkouts.Reset(
                new ResetRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home }));
        Assert.Equal(
            (CheckoutState.Locked, checkout.LeaseId),
            (_pool.Find(checkout.Name).State, _pool.Find(checkout.Name).LeaseId));

        File.WriteAllText(Path.Combine(checkout.Path, "second"), "second");
        _pool.Release(checkout);

        Assert.Equal(2, _pool.Pool.Rescues.List(null, _pool.Home).Count);
        Assert.False(File.Exists(Path.Combine(checkout.Path, "second")));
    }

    private sealed class EndAtRescue : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Text.Contains("is rescued", StringComparison.Ordinal))
                throw new OperationCanceledException();
        }
    }

    [Fact]
    public void A_free_one_is_brought_to_the_default_branch()
    {
        var checkout = _pool.Release(_pool.Acquire(_pool.Request() with { Ref = "v1" }));
        Publish("new.txt");
        var reset = Reset(checkout.Name);
        Assert.Equal(CheckoutState.Free, reset.State);
        AssertNew(reset, "new.txt");
    }

    [Fact]
    public void Anothers_is_taken_only_by_force_and_is_free_then()
    {
        using var holder = TestProcess.Sleep(_pool.Home);
        var checkout = _pool.Acquire(
            _pool.Request() with
            {
                Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(holder.Id) },
            });
        var refused = Refused(Request(checkout.Name));
        Assert.Equal(ErrorReason.HeldByOther, refused.Reason);
        Assert.EndsWith(
            $". To reset it anyway: gitproc reset --force {checkout.Name}",
            Messages.WithHint(refused.Message, refused.Hint),
            StringComparison.Ordinal);
        Assert.Equal(
            CheckoutState.Free, _pool.Pool.Checkouts.Reset(Request(checkout.Name) with { Force = true }).State);
    }

    [Fact]
    public void What_runs_in_a_free_one_is_named()
    {
        var checkout = _pool.Release(_pool.Acquire());
        using var process = TestProcess.Sleep(checkout.Path);
        Assert.Equal(ErrorReason.InUse, Refused(Request(checkout.Name)).Reason);
        Assert.Equal(
            CheckoutState.Free, _pool.Pool.Checkouts.Reset(Request(checkout.Name) with { StopProcesses = true }).State);
        Assert.False(process.IsAlive);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_whose_folder_is_gone_is_made_anew(bool isHeld)
    {
        var checkout = _pool.Acquire();
        if (!isHeld)
            _pool.Release(checkout);
        FolderRemoval.Remove(checkout.Path);

        var reset = Reset(checkout.Name);

        Assert.Equal(isHeld ? CheckoutState.Locked : CheckoutState.Free, reset.State);
        Assert.Equal(isHeld ? checkout.LeaseId : null, reset.LeaseId);
        AssertNew(reset);
        Assert.Equal(isHeld, File.Exists(Path.Combine(reset.Path, ".git/gitproc/lease")));
    }

    [Theory]
    [InlineData(CheckoutKind.Clone)]
    [InlineData(CheckoutKind.Worktree)]
    public void Ones_own_whose_folder_is_removed_meanwhile_is_made_anew_and_stays_locked(CheckoutKind kind)
    {
        var checkout = _pool.Acquire(_pool.Request() with { Kind = kind });
        File.WriteAllText(Path.Combine(checkout.Path, "file-0.txt"), "changed");

        var reset = new Pool(_pool.Pool.Path, new RemoveAtRescue(checkout.Path)).Checkouts.Reset(
            Request(checkout.Name));

        Assert.Equal((CheckoutState.Locked, checkout.LeaseId), (reset.State, reset.LeaseId));
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal(CheckoutState.Free, _pool.Release(reset).State);
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    private sealed class RemoveAtRescue(string path) : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Text.Contains("is rescued", StringComparison.Ordinal))
                FolderRemoval.Remove(path);
        }
    }

    [Fact]
    public async Task One_whose_lease_is_reaped_in_that_moment_is_reset_all_the_same()
    {
        Checkout checkout;
        using (var holder = TestProcess.Sleep(_pool.Home))
            checkout = _pool.Acquire(
                _pool.Request() with
                {
                    Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(holder.Id) },
                });
        var (asked, reaped) = (_pool["asked"], _pool["reaped"]);
        using var running = new TestProcess(
            checkout.Path,
            $"trap 'touch \"{asked}\"; while ! test -e \"{reaped}\"; do sleep 0.05; done; exit' TERM; echo; while :; do sleep 0.05; done"
        );

        var reset = Task.Run(() => _pool.Pool.Checkouts.Reset(Request(checkout.Name) with { StopProcesses = true }));
        Eventually.True(() => File.Exists(asked));
        _pool.Execute(
            $"UPDATE checkout SET state = {(int)CheckoutState.Cleaning}, last_lease = lease, lease = NULL, lease_id = NULL"
        );
        File.WriteAllText(reaped, "");

        Assert.Equal(CheckoutState.Free, (await reset).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_whose_maker_was_killed_holds_no_work(bool isRemoved)
    {
        var checkout = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Worktree });
        // What there is of one before its files are.
        var gitDirectory = TestGit.Run(checkout.Path, "rev-parse", "--absolute-git-dir");
        FolderRemoval.Remove(checkout.Path);
        FolderRemoval.Remove(Path.Combine(gitDirectory, "gitproc"));
        File.Delete(Path.Combine(gitDirectory, "index"));
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Creating}");

        if (isRemoved)
            _pool.Pool.Checkouts.Remove(new RemoveRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home });
        else
            Assert.Equal("", TestGit.Run(Reset(checkout.Name).Path, "status", "--short"));

        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(!isRemoved, Directory.Exists(gitDirectory));
    }

    [Fact]
    public void A_broken_one_that_can_be_cleaned_is_free_again()
    {
        var checkout = _pool.Release(_pool.Acquire());
        File.Delete(Path.Combine(checkout.Path, ".git/config"));
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Broken}, reason = 'could not be cleaned'");

        var reset = Reset(checkout.Name);

        Assert.Equal((CheckoutState.Free, null), (reset.State, reset.Reason));
        AssertNew(reset);
    }

    [Fact]
    public void What_cannot_be_rescued_is_not_thrown_away()
    {
        var checkout = _pool.Release(_pool.Acquire());
        FolderRemoval.Remove(Path.Combine(checkout.Path, ".git"));
        _pool.Acquire();

        var refused = Refused(Request(checkout.Name) with { Force = true });

        Assert.Equal(ErrorReason.NotRescued, refused.Reason);
        Assert.EndsWith(
            $"\nTo throw that away: gitproc remove --force --discard {checkout.Name}",
            Messages.WithHint(refused.Message, refused.Hint),
            StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(checkout.Path, "file-0.txt")));
        Assert.Equal(CheckoutState.Broken, _pool.Find(checkout.Name).State);
    }

    [Fact]
    public void A_remote_that_is_gone_changes_nothing()
    {
        var checkout = _pool.Release(_pool.Acquire());
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        Directory.Move(_pool.Source, _pool["elsewhere"]);
        Assert.Equal(ErrorReason.GitFailed, Refused(Request(checkout.Name)).Reason);
        Assert.Equal(CheckoutState.Free, _pool.Find(checkout.Name).State);
    }

    [Fact]
    public void The_command_takes_the_one_that_one_stands_in()
    {
        var path = _pool.Program.Run(_pool.Home, "acquire", _pool.Source).Output;
        File.WriteAllText(Path.Combine(path, "file-0.txt"), "changed");
        var result = _pool.Program.Run(path, "reset");
        Assert.Equal(
            (0, "", "gitproc: checkout-1 is as new, and locked"),
            (result.ExitCode, result.Output, result.Error.Split('\n')[^1]));
        Assert.Equal("", TestGit.Run(path, "status", "--short"));
        Assert.Equal(1, _pool.Program.Run(_pool.Home, "reset", "checkout-9").ExitCode);
    }

    private ResetRequest Request(string checkout) => new() { Checkout = checkout, WorkingDirectory = _pool.Home };

    private Checkout Reset(string checkout) => _pool.Pool.Checkouts.Reset(Request(checkout));

    private GitprocException Refused(ResetRequest request) =>
        Assert.Throws<GitprocException>(() => _pool.Pool.Checkouts.Reset(request));

    private void Publish(string file)
    {
        File.WriteAllText(Path.Combine(_pool.Source, file), "");
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--message", "more");
        _pool.Execute("UPDATE repository SET fetched_at = 0");
    }

    private void AssertNew(Checkout checkout, params string[] more)
    {
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal(TestGit.Run(_pool.Source, "rev-parse", "HEAD"), checkout.Commit);
        Assert.All(more, file => Assert.True(File.Exists(Path.Combine(checkout.Path, file))));
        Assert.DoesNotContain(
            "Job", File.ReadAllText(Path.Combine(checkout.Path, ".git/config")), StringComparison.Ordinal);
    }
}
