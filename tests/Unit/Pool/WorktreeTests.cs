using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;
using Microsoft.Data.Sqlite;

namespace Gitproc.Unit.Pools;

/// <summary>Checkouts that are worktrees of their base repository.</summary>
public sealed class WorktreeTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private string Base =>
        Directory.EnumerateDirectories(_pool["pool/base"], "*.git", SearchOption.AllDirectories).First();

    private string Commit => TestGit.Run(_pool.Source, "rev-parse", "HEAD");

    private static string GitDirectory(Checkout checkout) =>
        TestGit.Run(checkout.Path, "rev-parse", "--absolute-git-dir");

    private AcquireRequest Worktree => _pool.Request() with { Kind = CheckoutKind.Worktree };

    private ReleaseRequest Release(Checkout checkout) =>
        new() { Checkout = checkout.Name, WorkingDirectory = _pool.Home };

    [Fact]
    public void It_is_a_worktree_at_the_commit_and_the_next_acquire_gets_it_as_it_is()
    {
        var first = _pool.Acquire(Worktree);

        Assert.Equal((CheckoutKind.Worktree, null, Commit), (first.Kind, first.Branch, first.Commit));
        Assert.Equal(Path.Combine(Base, "worktrees", first.Name), GitDirectory(first));
        Assert.Equal("HEAD", TestGit.Run(first.Path, "rev-parse", "--abbrev-ref", "HEAD"));
        Assert.Equal("", TestGit.Run(first.Path, "status", "--porcelain"));
        Assert.Contains(first.Path, TestGit.Run(Base, "worktree", "list"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Base, "worktrees", first.Name, "gitproc/lease")));
        Assert.Equal(
            (CheckoutState.Free, CheckoutKind.Worktree), (_pool.Release(first).State, _pool.Find(first.Name).Kind));
        Assert.False(File.Exists(Path.Combine(Base, "worktrees", first.Name, "gitproc/lease")));
        _pool.Reports.Clear();
        Assert.Equal(first.Name, _pool.Acquire().Name);
        Assert.InRange(_pool.GitCommands, 0, 1);
        Assert.DoesNotContain(_pool.Reports, report => report.Text.Contains("ls-files", StringComparison.Ordinal));
    }

    [Fact]
    public void What_another_one_s_job_has_set_is_put_back_before_it_is_handed_out()
    {
        var (other, free) = (_pool.Acquire(Worktree), _pool.Acquire(Worktree));
        _pool.Release(free);
        TestGit.Run(other.Path, "config", "alias.st", "!touch pwned");

        var next = _pool.Acquire(Worktree);

        Assert.Equal(free.Name, next.Name);
        Assert.Equal("", TestGit.Run(next.Path, "config", "--default", "", "alias.st"));
    }

    [Fact]
    public void Another_kind_is_handed_out_only_when_none_is_asked_for()
    {
        var clone = _pool.Acquire();
        _pool.Release(clone);

        var worktree = _pool.Acquire(Worktree);
        _pool.Release(worktree);

        Assert.NotEqual(clone.Name, worktree.Name);
        Assert.Equal(clone.Name, _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Clone }).Name);
        Assert.Equal(worktree.Name, _pool.Acquire().Name);
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable,
            Assert.Throws<GitprocException>(() => _pool.Acquire(Worktree with { NoCreate = true })).Reason);
        var other = Assert.Throws<GitprocException>(() => _pool.Acquire(Worktree with { Name = clone.Name }));
        Assert.Contains(
            $"{clone.Name} is of kind Clone, and you asked for kind Worktree", other.Message, StringComparison.Ordinal);
        Assert.Equal(
            ErrorReason.NoCheckoutAvailable,
            Assert.Throws<GitprocException>(() => _pool.Acquire(Worktree with { MaxCheckouts = 2 })).Reason);
    }

    [Fact]
    public void The_program_takes_kind_from_option_and_setting()
    {
        var bySetting = Run([("GITPROC_KIND", "worktree")], "acquire", _pool.Source);
        var byOption = Run([], "acquire", "--kind", "worktree", _pool.Source);
        var clone = Run([("GITPROC_KIND", "linked")], "acquire", "--kind=Clone", _pool.Source);
        var warm = Run([], "warm", "--kind", "worktree", "--count", "2", _pool.Source);

        Assert.All(
            (string[])[bySetting, byOption, .. warm.Split('\n')],
            path => Assert.True(File.Exists(Path.Combine(path, ".git"))));
        Assert.True(Directory.Exists(Path.Combine(clone, ".git")));
        Assert.Equal(2, warm.Split('\n').Length);
        Assert.Contains(
            "\"kind\": \"worktree\"",
            Run([], "list", "--json").Replace("\":\"", "\": \"", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal(2, _pool.Program.Run(_pool.Home, "acquire", "--kind", "2", _pool.Source).ExitCode);
        var setting = GitprocProgram.Finish(
            _pool.Program.Start(_pool.Home, [("GITPROC_KIND", "1")], "acquire", _pool.Source));
        Assert.Equal(
            (1, true),
            (
                setting.ExitCode,
                setting.Error.Contains("The value '1' of GITPROC_KIND is not valid", StringComparison.Ordinal)));

        string Run((string, string)[] environment, params string[] arguments)
        {
            var result = GitprocProgram.Finish(_pool.Program.Start(_pool.Home, environment, arguments));
            Assert.True(result.ExitCode == 0, result.Error);
            return result.Output;
        }
    }

    [Fact]
    public void A_new_branch_is_shared_and_must_be_new()
    {
        var first = _pool.Acquire(Worktree with { NewBranch = "topic/x" });
        Assert.Equal("topic/x", first.Branch);
        Assert.Equal(Commit, TestGit.Run(Base, "rev-parse", "refs/heads/topic/x"));
        TestGit.Run(first.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
        var mine = TestGit.Run(first.Path, "rev-parse", "HEAD");

        var (refs, list) = (TestGit.Run(Base, "for-each-ref"), _pool.List().Count);
        Assert.Equal(
            ErrorReason.NameTaken,
            Assert.Throws<GitprocException>(() => _pool.Acquire(Worktree with { NewBranch = "topic/x" })).Reason);
        Assert.Equal(
            ErrorReason.GitFailed,
            Assert.Throws<GitprocException>(() => _pool.Acquire(Worktree with { NewBranch = "topic" })).Reason);
        Assert.Equal(
            ErrorReason.NameTaken,
            Assert.Throws<GitprocException>(() => _pool.Acquire(Worktree with { NewBranch = "two", Count = 2 })).Reason
        );
        Assert.Equal(
            (refs, list),
            (TestGit.Run(Base, "for-each-ref"), _pool.List().Count(checkout => checkout.State != CheckoutState.Free)));

        _pool.Release(first);
        Assert.Equal(mine, TestGit.Run(Base, "rev-parse", "refs/heads/topic/x"));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(
            ErrorReason.NameTaken,
            Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { NewBranch = "topic/x" })).Reason
        );
        Assert.Equal("", _pool.Acquire().Branch ?? "");
    }

    [Fact]
    public void A_repository_without_commits_has_worktree_checkouts_too()
    {
        var empty = _pool["empty"];
        Directory.CreateDirectory(empty);
        TestGit.Run(empty, "init", "--quiet");

        var both = _pool.Pool.Acquiring.Acquire(_pool.Request(empty) with { Kind = CheckoutKind.Worktree, Count = 2 });
        TestGit.Run(both[0].Path, "commit", "--quiet", "--allow-empty", "--message", "first");

        Assert.Equal((null, null), (both[1].Branch, both[1].Commit));
        Assert.Null(_pool.Find(both[1].Name).Commit);
        _pool.Release(both[0]);
        Assert.Equal(1, Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home)).Commits);
        Assert.Null(_pool.Find(both[0].Name).Commit);
    }

    [Theory]
    [InlineData(CheckoutKind.Worktree)]
    [InlineData(CheckoutKind.Clone)]
    public void Work_is_rescued_and_comes_back_in_either_kind(CheckoutKind kind)
    {
        var checkout = _pool.Acquire(Worktree with { Ref = "other" });
        TestGit.Run(checkout.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
        var mine = TestGit.Run(checkout.Path, "rev-parse", "HEAD");
        File.WriteAllText(Path.Combine(checkout.Path, "file-0.txt"), "mine");
        TestGit.Run(checkout.Path, "add", "file-0.txt");
        File.WriteAllText(Path.Combine(checkout.Path, "new"), "mine");
        var status = TestGit.Run(checkout.Path, "status", "--porcelain");

        Assert.Equal(CheckoutState.Free, _pool.Release(checkout).State);

        var rescue = Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal((2, 1), (rescue.Files, rescue.Commits));
        var restored = _pool.Pool.Rescues.Restore(rescue.Id, _pool.Request() with { Kind = kind });
        Assert.Equal(kind, restored.Kind);
        Assert.Equal(
            (mine, status),
            (TestGit.Run(restored.Path, "rev-parse", "HEAD"), TestGit.Run(restored.Path, "status", "--porcelain")));
    }

    [Fact]
    public void What_is_new_on_the_remote_is_checked_out()
    {
        var checkout = _pool.Acquire(Worktree);
        _pool.Release(checkout);
        TestGit.Run(_pool.Source, "commit", "--quiet", "--allow-empty", "--message", "next");

        var next = _pool.Acquire(Worktree with { Fetch = FetchPolicy.Always });

        Assert.Equal((checkout.Name, Commit), (next.Name, next.Commit));
        Assert.Equal(Commit, TestGit.Run(next.Path, "rev-parse", "HEAD"));
        Assert.Equal("", TestGit.Run(next.Path, "status", "--porcelain"));
    }

    [Fact]
    public void What_a_job_plants_in_the_shared_config_is_not_run_by_a_fetch_and_breaks_no_base()
    {
        var canary = _pool["canary"];
        var checkout = _pool.Acquire(Worktree);
        var hook = Path.Combine(Base, "hooks", "reference-transaction");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        TestGit.WriteScript(hook, $"#!/bin/sh\ntouch '{canary}'\n");
        var script = _pool["script"];
        TestGit.WriteScript(script, $"#!/bin/sh\ntouch '{canary}'\nexec \"$@\"\n");
        TestGit.Run(checkout.Path, "config", $"remote.{_pool.Source}.uploadpack", $"{script} git-upload-pack");
        TestGit.Run(checkout.Path, "config", "remote.origin.uploadpack", $"{script} git-upload-pack");
        TestGit.Run(checkout.Path, "config", "core.fsmonitor", script);
        TestGit.Run(checkout.Path, "config", "core.bare", "false");
        TestGit.Run(checkout.Path, "config", "user.name", "Job");
        File.Delete(canary);
        TestGit.Run(_pool.Source, "commit", "--quiet", "--allow-empty", "--message", "next");

        var other = _pool.Acquire(Worktree with { Fetch = FetchPolicy.Always });

        Assert.Equal(Commit, other.Commit);
        Assert.False(File.Exists(canary));
        Assert.DoesNotContain(
            _pool.Reports, report => report.Text.Contains("creating it again", StringComparison.Ordinal));
        // A job that works goes on as who it is.
        Assert.Equal("Job", TestGit.Run(checkout.Path, "config", "--file", Path.Combine(Base, "config"), "user.name"));
        Assert.Equal(CheckoutState.Free, _pool.Release(checkout).State);
    }

    [Fact]
    public void What_is_shared_does_not_reach_clones()
    {
        TestGit.Run(_pool.Source, "tag", "\u00e4\u00f6");
        var checkout = _pool.Acquire(Worktree);
        TestGit.Run(checkout.Path, "tag", "mine");
        TestGit.Run(checkout.Path, "branch", "mine");
        TestGit.Run(_pool.Source, "tag", "--annotate", "--message", "new", "new");

        var clone = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Clone, Fetch = FetchPolicy.Always });

        Assert.Equal(["new", "v1", "\u00e4\u00f6"], TestGit.Run(clone.Path, "tag", "--list").Split('\n'));
        Assert.Equal("refs/heads/main", TestGit.Run(clone.Path, "for-each-ref", "--format=%(refname)", "refs/heads"));
        Assert.Equal(Commit, TestGit.Run(Base, "rev-parse", "refs/tags/mine"));
    }

    [Fact]
    public void A_folder_that_came_back_in_part_is_not_taken_for_one_with_deleted_files()
    {
        var checkout = _pool.Acquire(Worktree);
        var gitDirectory = GitDirectory(checkout);
        _pool.Release(checkout);
        FolderRemoval.Remove(checkout.Path);
        // As a git leaves it that was killed.
        File.WriteAllText(Path.Combine(gitDirectory, "index.lock"), "");
        Assert.Throws<OperationCanceledException>(() =>
            new Pool(_pool.Pool.Path, new EndAtBringingBack()).Acquiring.Acquire(Worktree));

        var back = _pool.Acquire(Worktree);

        Assert.Equal((checkout.Name, ""), (back.Name, TestGit.Run(back.Path, "status", "--porcelain")));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void A_git_of_one_that_was_killed_is_in_nobody_s_way_when_a_folder_is_made()
    {
        var checkout = new Pool(
            _pool.Pool.Path,
            new LockAtCheckout(() => Path.Combine(Base, "worktrees/checkout-1"))).Acquiring.Acquire(Worktree)[0];
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--porcelain"));
        var gitDirectory = GitDirectory(checkout);
        _pool.Release(checkout);
        FolderRemoval.Remove(checkout.Path);

        var back = new Pool(_pool.Pool.Path, new LockAtCheckout(() => gitDirectory)).Acquiring.Acquire(Worktree)[0];

        Assert.Equal((checkout.Name, ""), (back.Name, TestGit.Run(back.Path, "status", "--porcelain")));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    private sealed class LockAtCheckout(Func<string> gitDirectory) : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Kind == ReportKind.Command && value.Text.Contains(" checkout", StringComparison.Ordinal))
                File.WriteAllText(Path.Combine(gitDirectory(), "index.lock"), "");
        }
    }

    private sealed class EndAtBringingBack : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Text.Contains("is gone; creating it again", StringComparison.Ordinal))
                throw new OperationCanceledException();
        }
    }

    [Fact]
    public void A_folder_that_is_gone_comes_back_and_what_was_staged_is_rescued()
    {
        var checkout = _pool.Acquire(Worktree);
        File.WriteAllText(Path.Combine(checkout.Path, "new"), "staged");
        TestGit.Run(checkout.Path, "add", "new");
        FolderRemoval.Remove(checkout.Path);
        _pool.Pool.Leases.Release(Release(checkout));
        var rescue = Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(1, rescue.Files);
        // A repair at that moment would remove it.
        Assert.Empty(_pool.Unlocked);
        FolderRemoval.Remove(checkout.Path);

        Assert.Empty(_pool.Pool.Care.Repair());
        var again = _pool.Acquire(Worktree);

        Assert.Equal(checkout.Name, again.Name);
        Assert.Equal("", TestGit.Run(again.Path, "status", "--porcelain"));
        Assert.True(File.Exists(Path.Combine(again.Path, "file-0.txt")));
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Theory]
    [InlineData("rm .git")]
    [InlineData("echo 'gitdir: /nowhere' > .git")]
    [InlineData("rm -r \"$(git rev-parse --git-dir)\"")]
    [InlineData("rm -r \"$(git rev-parse --git-dir)\" .git")]
    [InlineData("echo x > \"$(git rev-parse --git-dir)/HEAD\"")]
    public void A_free_one_that_is_damaged_is_put_right(string damage)
    {
        var checkout = _pool.Acquire(Worktree);
        _pool.Release(checkout);
        Assert.Equal(
            0,
            GitprocProgram
                .Finish(
                    System.Diagnostics.Process.Start(
                        new System.Diagnostics.ProcessStartInfo("sh", ["-c", damage])
                        {
                            WorkingDirectory = checkout.Path,
                            RedirectStandardError = true,
                            RedirectStandardOutput = true,
                        }
                    )!)
                .ExitCode);

        var again = _pool.Acquire(Worktree);

        Assert.Equal(checkout.Name, again.Name);
        Assert.Equal(Path.Combine(Base, "worktrees", checkout.Name), GitDirectory(again));
        Assert.Equal(
            ("", Commit),
            (TestGit.Run(again.Path, "status", "--porcelain"), TestGit.Run(again.Path, "rev-parse", "HEAD")));
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(again.LeaseId, _pool.Find(again.Name).LeaseId);
    }

    [Fact]
    public void A_repository_in_the_place_of_its_git_file_sets_it_aside()
    {
        var checkout = _pool.Acquire(Worktree);
        File.Delete(Path.Combine(checkout.Path, ".git"));
        TestGit.Run(checkout.Path, "init", "--quiet");
        _pool.Release(checkout);

        Assert.NotEqual(checkout.Name, _pool.Acquire(Worktree).Name);
        var broken = _pool.Find(checkout.Name);
        Assert.Equal(
            (CheckoutState.Broken, "has a folder in the place of its .git file"), (broken.State, broken.Reason));
        Assert.True(Directory.Exists(Path.Combine(checkout.Path, ".git/objects")));
    }

    [Fact]
    public void A_lost_database_is_made_anew_with_them()
    {
        var held = _pool.Acquire(Worktree);
        var left = _pool.Acquire(Worktree);
        var gone = _pool.Acquire(Worktree);
        var clone = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Clone });
        _pool.Release(left);
        // What the folders say of themselves may be a job's.
        File.Delete(Path.Combine(left.Path, ".git"));
        TestGit.Run(gone.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
        FolderRemoval.Remove(gone.Path);
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "gitproc.db*"))
            File.Delete(file);

        var list = _pool.List();

        Assert.Equal(
            [CheckoutKind.Worktree, CheckoutKind.Worktree, CheckoutKind.Worktree, CheckoutKind.Clone],
            list.Select(checkout => checkout.Kind));
        Assert.Equal(
            [CheckoutState.Locked, CheckoutState.Cleaning, CheckoutState.Locked, CheckoutState.Locked],
            list.Select(checkout => checkout.State));
        Assert.Equal(
            (held.LeaseId, held.Repository, clone.LeaseId), (list[0].LeaseId, list[0].Repository, list[3].LeaseId));
        _pool.Pool.Leases.Release(Release(gone));
        Assert.Equal(1, Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home)).Commits);
        Assert.Equal(
            2,
            _pool
                .Pool.Acquiring.Acquire(Worktree with { Count = 2 })
                .Select(checkout => checkout.Name)
                .Intersect([left.Name, gone.Name])
                .Count());
    }

    [Fact]
    public void Reset_status_and_removal_work()
    {
        var checkout = _pool.Acquire(Worktree);
        File.WriteAllText(Path.Combine(checkout.Path, "new"), "x");
        Assert.True(Assert.Single(_pool.Pool.Checkouts.ListWithStatus(null, _pool.Home)).IsDirty);

        Assert.Equal(
            checkout.LeaseId,
            _pool
                .Pool.Checkouts.Reset(new ResetRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home })
                .LeaseId);
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--porcelain"));
        TestGit.Run(checkout.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
        _pool.Pool.Checkouts.Remove(
            new RemoveRequest
            {
                Checkout = checkout.Name,
                Force = true,
                WorkingDirectory = _pool.Home,
            });

        Assert.Empty(_pool.List());
        Assert.False(Directory.Exists(checkout.Path));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Base, "worktrees")));
        Assert.Equal(
            "",
            TestGit
                .Run(Base, "worktree", "list", "--porcelain")
                .Split('\n')
                .FirstOrDefault(line => line.Contains("checkout-", StringComparison.Ordinal))
                ?? "");
        Assert.Equal(2, _pool.Pool.Rescues.List(null, _pool.Home).Count);
    }

    [Fact]
    public void One_that_was_removed_by_hand_and_reset_is_whole()
    {
        var checkout = _pool.Acquire(Worktree);
        _pool.Release(checkout);
        FolderRemoval.Remove(checkout.Path);
        FolderRemoval.Remove(Path.Combine(Base, "worktrees", checkout.Name));

        var reset = _pool.Pool.Checkouts.Reset(
            new ResetRequest { Checkout = checkout.Name, WorkingDirectory = _pool.Home });

        Assert.Equal((CheckoutState.Free, CheckoutKind.Worktree), (reset.State, reset.Kind));
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--porcelain"));
    }

    [Fact]
    public void Pruning_takes_a_base_repository_with_its_worktree_checkouts_but_never_from_under_a_light_weight_one()
    {
        var checkout = _pool.Acquire(Worktree);
        _pool.Release(checkout);
        var request = new PruneRequest { WorkingDirectory = _pool.Home, UnusedFor = TimeSpan.Zero };
        var pooled = _pool.Pool.Links.Create(
            new LinkRequest
            {
                Path = _pool["pooled"],
                Base = Base,
                Ref = Commit,
                WorkingDirectory = _pool.Home,
            });

        var items = _pool.Pool.Care.FindUnused(request);
        Assert.Equal([PrunedKind.Checkout], items.Select(item => item.Kind));
        Assert.True(_pool.Pool.Care.Prune(items[0]));
        Assert.Empty(_pool.Pool.Care.FindUnused(request));
        Assert.False(
            _pool.Pool.Care.Prune(
                new PrunedItem
                {
                    Kind = PrunedKind.Repository,
                    Name = checkout.Repository,
                    Repository = checkout.Repository,
                    Size = 0,
                    LastUsedAt = DateTimeOffset.UtcNow,
                }));
        Assert.Equal("", TestGit.Run(pooled.Path, "status", "--porcelain"));

        _pool.Pool.Links.Remove(
            new RemoveLinkRequest
            {
                Link = pooled.Path,
                WorkingDirectory = _pool.Home,
                Base = Base,
            });
        items = _pool.Pool.Care.FindUnused(request);
        Assert.Equal([PrunedKind.Repository], items.Select(item => item.Kind));
        Assert.True(_pool.Pool.Care.Prune(items[0]));
    }

    [Fact]
    public void Names_of_light_weight_checkouts_are_never_those_of_the_pool()
    {
        _pool.Release(_pool.Acquire(Worktree));
        var link = _pool.Pool.Links.Create(
            new LinkRequest
            {
                Path = _pool["checkout-2"],
                Base = Base,
                WorkingDirectory = _pool.Home,
                Name = "checkout-2",
            });
        TestGit.Run(
            _pool.Home, "--git-dir", Base, "worktree", "add", "--quiet", "--detach", _pool["checkout-3"], Commit);

        var checkouts = _pool.Pool.Acquiring.Acquire(Worktree with { Count = 3 });

        Assert.Equal(["checkout-1", "checkout-2", "checkout-4"], checkouts.Select(checkout => checkout.Name));
        Assert.Equal("", TestGit.Run(link.Path, "status", "--porcelain"));
        Assert.Equal("", TestGit.Run(_pool["checkout-3"], "status", "--porcelain"));
    }

    [Fact]
    public void A_damaged_base_repository_is_healed_in_its_place_with_its_worktrees()
    {
        var checkout = _pool.Acquire(Worktree);
        File.WriteAllText(Path.Combine(checkout.Path, "new"), "x");
        FolderRemoval.Remove(Path.Combine(Base, "objects"));
        _pool.Release(checkout);

        var again = _pool.Acquire(Worktree);

        Assert.Equal(checkout.Name, again.Name);
        Assert.Equal(
            ("", Commit),
            (TestGit.Run(again.Path, "status", "--porcelain"), TestGit.Run(again.Path, "rev-parse", "HEAD")));
        Assert.Equal(1, Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home)).Files);
        Assert.Empty(Directory.EnumerateDirectories(Path.GetDirectoryName(Base)!, "*.damaged-*"));
        Assert.True(File.Exists(Path.Combine(Base, "worktrees", checkout.Name, "index")));
    }

    [Fact]
    public void A_maker_that_was_killed_leaves_nothing_that_is_tripped_over()
    {
        var source = TestGit.MakeRepository(_pool["large"], files: 1000);
        var measured = _pool["measured"];
        var kills = new Kills(6, () => Acquire(measured), () => _pool.Standing(measured));
        while (kills.AreWanted)
            kills.Kill(() => Acquire(_pool.Pool.Path), () => _pool.Standing(), entireProcessTree: kills.Tries % 2 == 0);

        _pool.WaitForKilled();
        foreach (var left in _pool.List().Where(checkout => checkout.State == CheckoutState.Locked))
            _pool.Release(left);
        _pool.Pool.Care.Repair();
        var checkout = _pool.Acquire(_pool.Request(source) with { Kind = CheckoutKind.Worktree });

        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal(1000, Directory.EnumerateFiles(checkout.Path, "file-*").Count());
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_pool["pool/tmp"]));
        Assert.All(
            Directory.EnumerateDirectories(Path.Combine(Base, "worktrees")),
            folder => Assert.Contains(_pool.List(), known => known.Name == Path.GetFileName(folder)));

        System.Diagnostics.Process Acquire(string pool) =>
            _pool.Program.Start(
                _pool.Home,
                "acquire",
                "--kind",
                "worktree",
                source,
                "--pool",
                pool,
                "--owner-pid",
                $"{Environment.ProcessId}");
    }

    [Fact]
    public void Sixteen_processes_acquire_worktree_ones_of_a_brand_new_repository_at_once()
    {
        const int count = 16;
        var processes = Enumerable
            .Range(0, count)
            .Select(_ => _pool.Program.Start(_pool.Home, "acquire", "--kind", "worktree", _pool.Source, "--verbose"))
            .ToList();
        var results = processes.AsParallel().WithDegreeOfParallelism(count).Select(GitprocProgram.Finish).ToList();

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Error));
        var paths = results.Select(result => result.Output).ToHashSet();
        Assert.Equal(count, paths.Count);
        Assert.All(
            paths,
            path =>
                Assert.Equal(
                    ("", Commit),
                    (TestGit.Run(path, "status", "--porcelain"), TestGit.Run(path, "rev-parse", "HEAD"))));
        Assert.Equal(
            1,
            results.Sum(result =>
                result
                    .Error.Split('\n')
                    .Count(line => line.Contains("git clone --no-checkout", StringComparison.Ordinal))));
        Assert.Equal(
            paths.Select(path => Path.GetFileName(path)!).Order(),
            Directory
                .EnumerateDirectories(Path.Combine(Base, "worktrees"))
                .Select(path => Path.GetFileName(path)!)
                .Order());
        TestGit.Run(Base, "fsck", "--strict");
    }
}
