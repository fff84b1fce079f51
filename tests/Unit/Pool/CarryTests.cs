using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Uncommitted changes of the user's clone that come along to a checkout.</summary>
public sealed class CarryTests : IDisposable
{
    private readonly UserFixture _user = new();

    public CarryTests()
    {
        _user.MakeSource(
            "printf '*.log\\n' > .gitignore; seq 20 > text; echo two > two; echo three > three; git add .; git commit -qm first");
        _user.Run(_user.Home, $"git clone -q '{_user.Source}' clone");
    }

    public void Dispose() => _user.Dispose();

    private string Clone => Path.Combine(_user.Home, "clone");

    // Each kind of change there is.
    private const string Work =
        """
        sed -i 's/^2$/staged/' text; git add text; sed -i 's/^19$/not staged/' text
        git rm -q two; rm three; ln -s text link; git add link; chmod +x .gitignore
        printf 'a\0b' > binary; git add binary; mkdir -p 'new folder'; echo new > 'new folder/ä'; echo log > build.log
        printf 'x\r\n' > crlf
        """;

    [Theory]
    [InlineData("clone")]
    [InlineData("worktree")]
    [InlineData("standalone")]
    public void Changes_come_along_as_they_are_and_the_clone_stays_as_it_is(string kind)
    {
        _user.Run(Clone, Work);
        var (before, expected) = (Everything(Clone), Status(Clone));

        var result = Carry("--kind", kind);
        var path = Check(result);

        Assert.Equal(expected, Status(path));
        foreach (var name in new[] { "text", "binary", "new folder/ä", "crlf" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(Clone, name)), File.ReadAllBytes(Path.Combine(path, name)));
        Assert.Equal("text", new FileInfo(Path.Combine(path, "link")).LinkTarget);
        Assert.False(File.Exists(Path.Combine(path, "build.log")));
        Assert.Equal(_user.Git(Clone, "diff", "--cached"), _user.Git(path, "diff", "--cached"));
        Assert.Equal(_user.Git(Clone, "diff"), _user.Git(path, "diff"));
        Assert.Contains("6 changed and 2 new files of", result.Error, StringComparison.Ordinal);
        Assert.Contains("stay behind", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Everything(Clone));
        Assert.Equal("", _user.Git(path, "fsck", "--connectivity-only", "--no-dangling"));
        // What is not staged is in no object, which a worktree would keep for ever.
        var secret = _user.Git(Clone, "hash-object", "new folder/ä");
        Assert.DoesNotContain(
            secret,
            _user.Git(path, "cat-file", "--batch-all-objects", "--batch-check"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_rescues_it_as_any_work_and_leaves_nothing()
    {
        _user.Run(Clone, Work);
        var path = Check(Carry());
        var expected = Status(path);

        _user.Release(path);

        Assert.Equal("", Status(_user.Acquire("--name", Path.GetFileName(path))));
        Assert.Equal(expected, Status(_user.Restore(Assert.Single(_user.Rescues()))));
    }

    [Fact]
    public void The_checkout_is_where_the_clone_is()
    {
        _user.Run(Clone, "git switch -qc topic; echo mine > mine; git add mine; git commit -qm mine; echo more >> two");
        var path = Check(Carry());

        Assert.Equal(
            ("topic", _user.Git(Clone, "rev-parse", "HEAD")),
            (_user.Git(path, "branch", "--show-current"), _user.Git(path, "rev-parse", "HEAD")));
        Assert.Equal("M two", Status(path).Trim());
        _user.Git(path, "fsck", "--connectivity-only");
        _user.Release(path);
        Assert.Contains(
            "topic", _user.Git(_user.Restore(Assert.Single(_user.Rescues())), "branch"), StringComparison.Ordinal);

        _user.Run(Clone, "git push -q origin topic");
        path = Check(Carry());
        Assert.Equal("## topic...origin/topic", _user.Git(path, "status", "--short", "--branch").Split('\n')[0]);

        path = Check(Carry("--new-branch", "other"));
        Assert.Equal("other", _user.Git(path, "branch", "--show-current"));
        Assert.Equal(_user.Git(Clone, "rev-parse", "HEAD"), _user.Git(path, "rev-parse", "HEAD"));

        _user.Run(Clone, "git switch -q --detach HEAD~1 2> /dev/null; git checkout -q -- .");
        path = Check(Carry());
        Assert.Equal("", _user.Git(path, "branch", "--show-current"));
    }

    [Fact]
    public void With_a_ref_they_are_applied_if_they_apply_and_else_nothing_stays()
    {
        _user.Run(
            _user.Source, "git switch -qc other; sed -i 's/^10$/theirs/' text; git commit -qam other; git switch -q main");
        _user.Run(Clone, Work);
        var path = Check(Carry("--ref", "other"));

        Assert.Equal("other", _user.Git(path, "branch", "--show-current"));
        Assert.Equal(Status(Clone), Status(path));
        Assert.Equal(["staged", "theirs", "not staged"],
            File.ReadAllLines(Path.Combine(path, "text")).Where(line => line.Any(char.IsAsciiLetter)));
        _user.Release(path);

        _user.Run(
            _user.Source, "git switch -q other; sed -i 's/^2$/conflict/' text; git commit -qam more; git switch -q main");
        var rescues = _user.Rescues();
        var result = Carry("--ref", "other", "--fetch");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("do not apply to what is to be checked out", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("locked", _user.Try("list").Output, StringComparison.Ordinal);
        Assert.Equal("", Status(_user.Acquire("--name", Path.GetFileName(path))));
        Assert.Equal(rescues, _user.Rescues());
        Assert.Empty(Directory.GetFiles(Path.Combine(path, ".git", "objects"), "*.pack", SearchOption.AllDirectories));
    }

    [Fact]
    public void Hooks_of_the_user_find_it_and_a_failing_one_leaves_nothing()
    {
        _user.Run(Clone, "git switch -qc topic; echo more >> two; echo new > new");
        _user.Run(_user.Home, "git config --global gitproc.onAcquire 'cat two new > seen.log; echo $GITPROC_BRANCH >> seen.log'");
        var path = Check(Carry());
        Assert.Equal("two\nmore\nnew\ntopic\n", File.ReadAllText(Path.Combine(path, "seen.log")));
        _user.Release(path);

        _user.Run(_user.Home, "git config --global gitproc.onAcquire 'exit 3'");
        Assert.Equal(1, Carry().ExitCode);
        Assert.Equal("", Status(_user.Acquire("--no-hooks", "--name", Path.GetFileName(path))));
    }

    [Fact]
    public void What_git_does_not_know_stays_behind()
    {
        _user.Run(
            Clone,
            "echo 'private' > .git/info/exclude; echo x > private; git init -q nested; echo y > nested/file; "
                + "git init -q full; git -C full commit -q --allow-empty -m x; mkdir empty");
        var result = Carry();
        var path = Check(result);

        Assert.Equal("", Status(path));
        Assert.Contains("has no changes to bring along; ", result.Error, StringComparison.Ordinal);
        Assert.Equal([".git", ".gitignore", "text", "three", "two"],
            Directory.GetFileSystemEntries(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_worktree_and_a_folder_of_the_clone_will_do()
    {
        _user.Run(Clone, "git worktree add -q ../tree -b tree; mkdir ../tree/sub; echo x > ../tree/sub/x; echo more >> two");
        var path = Check(_user.TryFrom(Path.Combine(_user.Home, "tree", "sub"), "acquire", "--carry"));

        Assert.Equal("?? sub/", Status(path));
        Assert.Equal("tree", _user.Git(path, "branch", "--show-current"));
    }

    [Fact]
    public void Several_checkouts_and_run_get_it_too()
    {
        _user.Run(Clone, "echo more >> two");
        foreach (var path in Check(Carry("--count", "2")).Split('\n'))
            Assert.Equal("M two", Status(path.Trim()).Trim());
        var run = _user.TryFrom(Clone, "run", "--carry", "--", "git", "status", "--short");
        Assert.Equal("M two", run.Output.Trim());
    }

    [Fact]
    public void A_kill_at_any_moment_leaves_the_clone_as_it_is_and_nothing_for_the_next()
    {
        _user.Run(Clone, Work + "\nfor i in $(seq 500); do echo $i > \"new folder/$i\"; done");
        var (before, path) = (Everything(Clone), _user.Acquire());
        _user.Release(path);
        var kills = new Kills(6, Start, IsHeld);
        while (kills.AreWanted)
        {
            _user.Try("release", path, "--force");
            Assert.Equal("", Status(_user.Acquire("--name", Path.GetFileName(path))));
            _user.Release(path);
            kills.Kill(Start, IsHeld);
        }

        _user.Try("release", path, "--force");
        Assert.Equal("", Status(_user.Acquire("--name", Path.GetFileName(path))));
        Assert.Equal(before, Everything(Clone));
        _user.Release(path);
        Check(_user.Try("repair"));
        Assert.Empty(Directory.GetFileSystemEntries(_user["pool/tmp"]));

        System.Diagnostics.Process Start() => _user.StartFrom(Clone, "acquire", "--carry", "--owner-pid", "1");

        object? IsHeld() => File.Exists(Path.Combine(path, ".git", "gitproc", "lease"));
    }

    [Theory]
    [InlineData("release")]
    [InlineData("remove", "--force", "--discard")]
    public void What_a_killed_acquire_left_goes_with_the_next_cleaning(params string[] command)
    {
        var path = _user.Acquire();
        var id = Guid.NewGuid().ToString("N");
        foreach (var left in new[] { "1.carry", "1.copy", "10.carry" })
            Directory.CreateDirectory(_user[$"pool/tmp/checkout-{left}.{id}/objects"]);

        Check(_user.Try([.. command, path]));

        Assert.Equal(
            [$"checkout-10.carry.{id}"],
            Directory.GetFileSystemEntries(_user["pool/tmp"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("git merge -q --no-commit --no-ff one", "merge")]
    [InlineData("git cherry-pick clash || true; git checkout -q HEAD three; git add three", "cherry-pick")]
    [InlineData("git revert --no-commit HEAD", "revert")]
    [InlineData("GIT_SEQUENCE_EDITOR='sed -i s/^pick/edit/' git rebase -q -i HEAD~1 2> /dev/null", "rebase")]
    [InlineData("git rebase -q --apply clash || true; git checkout -q HEAD three; git add three", "rebase")]
    [InlineData("git format-patch -q --stdout clash~1..clash | git am -q || true", "am")]
    public void What_is_unfinished_is_refused_by_its_name(string begin, string command)
    {
        _user.Run(
            Clone,
            "git switch -qc one; echo 1 > two; git commit -qam one; git switch -qc clash main; echo x > three; git commit -qam x; "
                + "git switch -q main; echo y > three; git commit -qam y");
        _user.Run(Clone, "git worktree add -q ../tree -b tree");
        var tree = Path.Combine(_user.Home, "tree");
        _user.Run(command == "merge" ? Clone : tree, begin);

        var result = _user.TryFrom(command == "merge" ? Clone : tree, "acquire", "--carry");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"A git {command} is unfinished in ", result.Error, StringComparison.Ordinal);
        Assert.Contains($"or git {command} --abort", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("checkout-1", _user.Try("list").Output, StringComparison.Ordinal);
        Check(_user.TryFrom(command == "merge" ? tree : Clone, "acquire", "--carry"));
    }

    [Fact]
    public void What_is_only_meant_to_be_added_stays_so()
    {
        _user.Run(Clone, "echo 1 > '*'; echo 2 > build.log; git add -N -f '*' build.log; echo new > new");
        var path = Check(Carry());
        Assert.Equal(Status(Clone), Status(path));
        Assert.Equal(_user.Git(Clone, "diff"), _user.Git(path, "diff"));
        Assert.Equal("", _user.Git(path, "diff", "--cached"));
    }

    [Theory]
    [InlineData("git rm -q mod")]
    [InlineData("git rm -q mod; git commit -qm removed")]
    [InlineData("git rm -q mod; echo x > mod")]
    public void A_removed_submodule_is_gone(string change)
    {
        _user.Config("[protocol \"file\"]\n\tallow = always\n");
        _user.Run(
            _user.Source,
            "git clone -q . ../other; git submodule --quiet add ../other mod; git submodule --quiet add ../other kept; "
                + "git commit -qm modules");
        _user.Run(Clone, "git pull -q; git submodule --quiet update --init; " + change);

        var path = Check(Carry("--submodules"));

        Assert.Equal(Status(Clone), Status(path));
        Assert.Equal(Path.Exists(Path.Combine(Clone, "mod")), Path.Exists(Path.Combine(path, "mod")));
        Assert.True(File.Exists(Path.Combine(path, "kept", "text")));
        _user.Release(path);
        path = _user.Acquire("--submodules");
        Assert.Equal("", Status(path));
        Assert.True(File.Exists(Path.Combine(path, "mod", "text")));
    }

    [Fact]
    public void A_bisect_does_not_matter()
    {
        _user.Run(Clone, "git commit -q --allow-empty -m 2; git bisect start -q HEAD HEAD~1; echo more >> two");
        Assert.Equal("M two", Status(Check(Carry())).Trim());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_commits_of_an_empty_remote_come_along(bool hasTriedBefore)
    {
        _user.Run(_user.Home, "git init -q --bare empty.git; git clone -q empty.git fresh 2> /dev/null");
        var fresh = Path.Combine(_user.Home, "fresh");
        _user.Run(fresh, "echo x > x; git add x");
        if (hasTriedBefore)
        {
            Assert.Contains(
                "has no commit yet", _user.TryFrom(fresh, "acquire", "--carry").Error, StringComparison.Ordinal);
        }

        _user.Run(fresh, "git commit -qm first; echo y > y");
        for (var i = 0; i < 2; i++)
        {
            var path = Check(_user.TryFrom(fresh, "acquire", "--carry"));
            Assert.Equal(_user.Git(fresh, "rev-parse", "HEAD"), _user.Git(path, "rev-parse", "HEAD"));
            Assert.Equal("?? y", Status(path));
            _user.Try("release", "--discard", path);
        }
    }

    [Fact]
    public void What_cannot_be_brought_is_refused_before_anything_is_leased()
    {
        Assert.Contains("is in no clone of", Refuse(_user.Home), StringComparison.Ordinal);
        _user.Run(_user.Home, "git init -q other; git -C other remote add origin /nowhere/else");
        Assert.Contains("is in no clone of", Refuse(Path.Combine(_user.Home, "other")), StringComparison.Ordinal);
        Assert.Contains("Checkouts of the pool do not count", Refuse(_user.Acquire()), StringComparison.Ordinal);
        _user.Run(
            Clone,
            "git switch -qc one; echo 1 > two; git commit -qam 1; git switch -q main; echo 2 > two; git commit -qam 2; git merge -q one || true");
        Assert.Contains("have conflicts", Refuse(Clone), StringComparison.Ordinal);
        _user.Run(Clone, "git merge --abort; echo '*.bin filter=lfs' > .git/info/attributes; echo x > large.bin");
        Assert.Contains("large.bin in", Refuse(Clone), StringComparison.Ordinal);
        _user.Run(Clone, "rm large.bin");
        foreach (var options in new[]
            {
                new[] { "--expect", "1234567" }, ["--resume", "--label", "x"], ["--sparse", "folder"],
            })
            Assert.Equal(1, Carry(options).ExitCode);

        string Refuse(string folder)
        {
            var result = _user.TryFrom(folder, "acquire", _user.Source, "--carry");
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            return result.Error;
        }
    }

    private GitprocProgram.Result Carry(params string[] options) =>
        _user.TryFrom(Clone, ["acquire", "--carry", .. options]);

    private static string Check(GitprocProgram.Result result)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private string Status(string path) =>
        _user.Git(path, "--no-optional-locks", "-c", "core.quotePath=false", "status", "--short");

    // Every file with its content and time, .git too.
    private static string Everything(string folder) => string.Join(
        '\n',
        new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc.Ticks} {(entry as FileInfo)?.Length}")
            .Order(StringComparer.Ordinal));
}
