using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

public sealed class RecyclingTests : IDisposable
{
    private readonly RecyclingFixture _fixture = new();

    private static readonly Lease Lease = new()
    {
        Id = "0123456789abcdef",
        User = "me",
        Machine = "here",
        AcquiredAt = DateTimeOffset.UtcNow,
        Label = "a\nb",
    };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_clean_one_costs_no_process()
    {
        Assert.Null(_fixture.Recycle());
        Assert.Equal(0, _fixture.GitCommands);
    }

    [Fact]
    public void One_with_new_ignored_files_costs_one_process_once()
    {
        _fixture.Job("git status; touch x.o folder/y.o");
        Assert.Null(_fixture.Recycle());
        Assert.Equal(1, _fixture.GitCommands);
        Assert.Null(_fixture.Recycle());
        Assert.Equal(0, _fixture.GitCommands);
    }

    [Theory]
    [InlineData("echo x >> file-0.txt; echo y > new")]
    [InlineData("git update-index --assume-unchanged file-0.txt; git update-index --skip-worktree file-2.txt")]
    [InlineData("rm .git/index; git config core.eol crlf")]
    [InlineData("chmod 600 file-1.txt folder/inner.txt")]
    [InlineData("chmod 600 file-1.txt folder/inner.txt; echo x >> file-0.txt")]
    [InlineData("echo x > file-0.txt; git commit -qam x; git rm -q file-2.txt; git commit -qm y")]
    public void Unchanged_files_keep_their_times(string script)
    {
        UnixTools.SkipUnlessPossible(script);
        var time = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_fixture["file-1.txt"], time);
        File.SetLastWriteTimeUtc(_fixture["folder/inner.txt"], time);
        _fixture.Job("git status; " + script);
        _fixture.Recycle();
        Assert.Equal(time, File.GetLastWriteTimeUtc(_fixture["file-1.txt"]));
        Assert.Equal(time, File.GetLastWriteTimeUtc(_fixture["folder/inner.txt"]));
    }

    [Fact]
    public void Nothing_that_was_planted_runs_while_there_is_much_to_do()
    {
        _fixture.Job(
            """
            printf '#!/bin/sh\ntouch $CANARY\n' > $HOME/run; chmod +x $HOME/run
            plant() {
              git config core.fsmonitor $HOME/run; git config filter.f.clean $HOME/run; git config filter.f.smudge $HOME/run
              git config diff.external $HOME/run; git config core.sshCommand $HOME/run; git config credential.helper "!$HOME/run"
              git config gpg.program $HOME/run; git config commit.gpgSign true; git config core.editor $HOME/run; git config core.pager $HOME/run
              git config merge.f.driver $HOME/run; git config uploadpack.packObjectsHook $HOME/run; git config core.alternateRefsCommand $HOME/run
              mkdir -p $1/info $1/hooks; echo '* filter=f diff=f merge=f' > $1/info/attributes
              for h in post-checkout post-index-change reference-transaction post-merge pre-auto-gc fsmonitor-watchman; do cp $HOME/run $1/hooks/$h; done
            }
            git commit -q --allow-empty -m mine; echo x > file-0.txt; git stash -q; echo y > file-1.txt; git tag -a -m t t; echo new > new
            git -c protocol.file.allow=always submodule --quiet add $BASE sub
            git init -q nested; git clone -q $BASE clone
            (cd nested; echo x > x; git add x; git commit -qm x; plant .git); (cd clone; plant .git); (cd sub; plant ../.git/modules/sub); plant .git
            git init -q folder; (cd folder; plant .git)
            """);
        Assert.NotNull(_fixture.Recycle());
        Assert.False(File.Exists(_fixture.Canary));
    }

    [Fact]
    public void What_git_may_not_read_is_rescued()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        _fixture.Job("mkdir locked; echo x > locked/x; echo y > file-0.txt; chmod 000 locked file-0.txt");
        var rescue = _fixture.Recycle()!;
        _fixture.Restore(rescue, _fixture.Path);
        Assert.Equal("x\n", File.ReadAllText(_fixture["locked/x"]));
        Assert.Equal("y\n", File.ReadAllText(_fixture["file-0.txt"]));
    }

    [Fact]
    public void What_is_too_large_is_left_alone()
    {
        _fixture.Job("echo x >> file-0.txt; head -c 5000 /dev/zero > zeros; git commit -q --allow-empty -m x");
        var before = RecyclingFixture.Snapshot(_fixture.Path);
        var error = Assert.Throws<GitprocException>(() =>
            _fixture.Recycle(_fixture.Request() with { MaxRescueSize = 4000 }));
        Assert.Equal(ErrorReason.LeftoversTooLarge, error.Reason);
        Assert.Equal(before, RecyclingFixture.Snapshot(_fixture.Path));
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
    }

    [Fact]
    public void What_is_to_be_discarded_is_not_rescued()
    {
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        _fixture.Job("echo x >> file-0.txt; git commit -qam x; echo new > new");
        Assert.Null(_fixture.Recycle(_fixture.Request() with { Discard = true }));
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
        Assert.Equal(fresh, RecyclingFixture.Snapshot(_fixture.Path));
    }

    [Fact]
    public void Ignored_files_stay_unless_all_is_to_go()
    {
        _fixture.Job("touch x.o; mkdir -p build/a e; touch build/a/b e/y.o");
        Assert.Null(_fixture.Recycle());
        Assert.True(
            File.Exists(_fixture["x.o"]) && File.Exists(_fixture["build/a/b"]) && File.Exists(_fixture["e/y.o"]));
        Assert.Null(_fixture.Recycle(CleanMode.Full));
        Assert.False(
            File.Exists(_fixture["x.o"]) || Directory.Exists(_fixture["build"]) || Directory.Exists(_fixture["e"]));
    }

    [Fact]
    public void Everything_stays_when_nothing_is_to_go()
    {
        _fixture.Job("echo x >> file-0.txt; git config a.b c; echo new > new");
        var before = RecyclingFixture.Snapshot(_fixture.Path);
        Assert.Null(_fixture.Recycle(CleanMode.None));
        Assert.Equal(before, RecyclingFixture.Snapshot(_fixture.Path));
    }

    [Theory]
    [InlineData("other", true)]
    [InlineData("topic", false)]
    [InlineData("a/b", false)]
    [InlineData(null, false)]
    public void Another_target_is_checked_out(string? branch, bool hasUpstream)
    {
        var commit = File.ReadAllLines(Path.Combine(_fixture.Template, "packed-refs"))
            .Single(line => line.EndsWith("/other", StringComparison.Ordinal))
            .Split(' ')[0];
        _fixture.Target = new Target(branch, commit, hasUpstream);
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        _fixture.Job("git branch a; echo x > new");
        _fixture.Recycle();
        Assert.Equal(fresh, RecyclingFixture.Snapshot(_fixture.Path));
    }

    [Fact]
    public void A_repository_without_commits_is_emptied()
    {
        _fixture.Target = new Target("main", null, false);
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        _fixture.Job("echo x > new; git add new; git commit -qm x; touch y");
        Assert.NotNull(_fixture.Recycle());
        Assert.Equal(fresh, RecyclingFixture.Snapshot(_fixture.Path));
    }

    [Fact]
    public void A_rescue_says_what_it_is()
    {
        _fixture.Job("git checkout -qb topic; echo x >> file-0.txt; git commit -qam x; echo y > y");
        var rescue = _fixture.Recycle(_fixture.Request() with { LastLease = Lease });
        var listed = Assert.Single(_fixture.Rescues.List(CancellationToken.None));
        Assert.Equal(rescue, listed);
        Assert.Equal("checkout-1/20260304T050607Z-0123456789ab", listed.ToString());
        Assert.Equal(("topic", 1, 1, Lease.Id), (listed.Branch, listed.Files, listed.Commits, listed.LeaseId));
        Assert.Contains(@"'a\x0ab'", listed.Holder, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_lease_none_takes_the_place_of_another()
    {
        _fixture.Job("echo y > y");
        _fixture.Recycle();
        _fixture.Job("echo z > z");
        Assert.EndsWith("-2", _fixture.Recycle()!.Id, StringComparison.Ordinal);
        Assert.Equal(2, _fixture.Rescues.List(CancellationToken.None).Count);
    }

    [Fact]
    public void One_whose_git_was_killed_as_it_wrote_takes_another_id()
    {
        _fixture.Job("echo y > y");
        var request = _fixture.Request() with { LastLease = Lease };
        var locked = Path.Combine(
            request.Base, "refs", "gitproc", "rescue", "checkout-1", "20260304T050607Z-0123456789ab.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(locked)!);
        File.WriteAllText(locked, "");
        var rescue = _fixture.Recycle(request);
        Assert.EndsWith("0123456789ab-2", rescue!.Id, StringComparison.Ordinal);
        Assert.Equal(rescue, _fixture.Recycle(request with { IsRescued = true }));
    }

    [Fact]
    public void One_of_which_nobody_was_told_is_found_at_a_later_time()
    {
        _fixture.Job("echo y > y");
        var request = _fixture.Request() with { LastLease = Lease };
        Assert.Throws<OperationCanceledException>(() =>
            _fixture.Recycle(request with { Rescued = _ => throw new OperationCanceledException() }));
        var rescue = _fixture.Recycle(request with { ReleasedAt = request.ReleasedAt.AddSeconds(5) });
        Assert.Equal(rescue, Assert.Single(_fixture.Rescues.List(CancellationToken.None)));
    }

    [Fact]
    public void It_can_be_ended_before_every_command_and_done_again()
    {
        const string Script =
            "git checkout -qb topic; echo x >> file-0.txt; git commit -qam x; echo s > file-1.txt; git stash -q; echo n > new; rm file-2.txt";
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        for (var commands = 0; ; commands++)
        {
            using var fixture = new RecyclingFixture();
            fixture.Job(Script);
            var answers = RecyclingFixture.Answers(fixture.Path);
            fixture.EndAfter = commands;
            var isEnded = false;
            try
            {
                fixture.Recycle(fixture.Request() with { LastLease = Lease });
            }
            catch (OperationCanceledException)
            {
                isEnded = true;
            }

            fixture.EndAfter = null;
            var known = fixture.Told.FirstOrDefault();
            var rescue = fixture.Recycle(fixture.Request() with { LastLease = Lease, IsRescued = known is not null });
            if (!isEnded)
                return;
            Assert.Equal(fresh.Keys, RecyclingFixture.Snapshot(fixture.Path).Keys);
            Assert.Equal(rescue, Assert.Single(fixture.Rescues.List(CancellationToken.None)));
            fixture.Restore(rescue!, fixture.Path);
            Assert.Equal(answers, RecyclingFixture.Answers(fixture.Path));
        }
    }

    [Fact]
    public void What_is_mounted_is_never_touched()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows mounts no folder on another one.");
        var cache = Path.Combine(Path.GetDirectoryName(_fixture.Path)!, "cache");
        _fixture.Job($"mkdir -p mnt '{cache}'; echo shared > '{cache}/data'; echo x > x");
        var mount = _fixture["mnt"];
        Assert.SkipUnless(Finish("mount", "--bind", cache, mount) == 0, "mounting needs root");
        try
        {
            Assert.Equal([mount], MountPoints.Below(_fixture.Path));
            var refused = Assert.Throws<GitprocException>(() => _fixture.Recycle());
            Assert.Equal(ErrorReason.CannotClean, refused.Reason);
            Assert.Contains(mount, refused.Message, StringComparison.Ordinal);
            Assert.Throws<IOException>(() => FolderRemoval.Remove(_fixture.Path));
            Assert.True(File.Exists(_fixture["x"]));
            Assert.True(File.Exists(Path.Combine(cache, "data")));
        }
        finally
        {
            Assert.Equal(0, Finish("umount", mount));
        }

        Assert.NotNull(_fixture.Recycle());

        static int Finish(string program, params string[] arguments)
        {
            using var process = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true }
            )!;
            process.WaitForExit();
            return process.ExitCode;
        }
    }

    [Theory]
    [InlineData("echo second > second")]
    [InlineData("echo second > second; git add .; git commit -qm second")]
    [InlineData("git checkout -q origin/other; echo second > first")]
    [InlineData("rm -f file-1.txt folder/inner.txt")]
    [InlineData("git stash -q -u; git commit -q --allow-empty -m second")]
    public void What_a_holder_does_after_one_was_ended_is_rescued_too(string later)
    {
        var isLate = false;
        for (var commands = 0; !isLate; commands++)
        {
            using var fixture = new RecyclingFixture();
            fixture.Job(
                "echo first > first; echo x >> file-0.txt; git checkout -qb topic; git commit -q --allow-empty -m first"
            );
            fixture.EndAfter = commands;
            try
            {
                fixture.Recycle();
                isLate = true;
            }
            catch (OperationCanceledException)
            {
            }

            fixture.EndAfter = null;
            if (fixture.Told.Count == 0 || isLate)
                continue;
            fixture.Job("set +e\nrm -f .git/index.lock\n" + later + "\ntrue");
            var tree = ExactRestoreTests.Whole(fixture.Path);
            fixture.Recycle(fixture.Request() with { LastLease = Lease, IsRescued = true });
            Assert.Equal(2, fixture.Told.Count);
            fixture.Restore(fixture.Told[1], fixture.Path);
            LeftoverTests.AssertSame(tree, ExactRestoreTests.Whole(fixture.Path), later);
        }
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo second > second")]
    public void The_rescue_of_one_that_was_ended_may_be_removed_while_it_is_done_again(string later)
    {
        var isLate = false;
        for (var command = 1; !isLate; command++)
        {
            using var fixture = new RecyclingFixture();
            fixture.Job("echo first > first");
            Assert.Throws<OperationCanceledException>(() => fixture.Recycle(fixture.Request() with
            {
                Rescued = rescue =>
                {
                    fixture.Told.Add(rescue);
                    throw new OperationCanceledException();
                },
            }));
            fixture.Job(later);
            isLate = true;
            fixture.Meanwhile = number =>
            {
                if (number != command)
                    return;
                isLate = false;
                fixture.Rescues.Remove(fixture.Told[0].Id, CancellationToken.None);
            };
            fixture.Recycle(fixture.Request() with { IsRescued = true });
            Assert.False(File.Exists(fixture["first"]));
            // What the removed rescue had went on purpose; what came later did not.
            if (later != "true")
                Assert.Equal(2, fixture.Told.Count);
        }
    }

    [Fact]
    public void It_can_be_ended_at_any_moment_and_done_again()
    {
        var random = new Random(1);
        for (var round = 0; round < 12; round++)
        {
            using var fixture = new RecyclingFixture();
            fixture.Job(
                "echo x >> file-0.txt; git commit -qam x; echo s > file-1.txt; git stash -q; for i in $(seq 50); do echo $i > new$i; done"
            );
            var answers = RecyclingFixture.Answers(fixture.Path);
            Rescue? rescue = null;
            for (var isDone = false; !isDone;)
            {
                using var ending = new CancellationTokenSource(random.Next(400));
                try
                {
                    rescue = fixture.Recycle(
                        fixture.Request() with
                        {
                            LastLease = Lease,
                            IsRescued = fixture.Told.Count > 0,
                        },
                        fixture.Told.Count > 1 ? default : ending.Token);
                    isDone = true;
                }
                catch (OperationCanceledException)
                {
                    // As it may be.
                }
            }

            // A git that is ended while it writes a file leaves the beginning of it, which is rescued once more: it may
            // be work.
            Assert.Contains(rescue, fixture.Told);
            fixture.Restore(fixture.Told[0], fixture.Path);
            Assert.Equal(answers, RecyclingFixture.Answers(fixture.Path));
        }
    }
}
