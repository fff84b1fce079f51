using System.Globalization;
using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>What a job left comes back as it was, and what it is kept in holds no more than that.</summary>
public sealed class ExactRestoreTests : IDisposable
{
    private readonly RecyclingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_rescue_that_is_removed_while_it_is_restored_is_not_found()
    {
        using var user = new UserFixture();
        user.MakeSource("echo a > a; git add .; git commit -qm first");
        var path = user.Acquire();
        user.Run(path, "echo w > w");
        user.Release(path);
        var id = Assert.Single(user.Rescues());
        user.Config("[gitproc]\n\tonAcquire = rm -rf \\\"$GITPROC_POOL\\\"/rescues/*\n");
        var result = user.Try("rescue", "restore", id);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"There is no rescue {id}", result.Error, StringComparison.Ordinal);
        Assert.Equal(path, user.Acquire("--no-hooks"));
    }


    [Theory]
    [InlineData(
        "modes of files",
        "echo k > key; chmod 600 key; echo r > run; chmod 700 run; echo x >> file-0.txt; chmod 660 file-0.txt"
    )]
    [InlineData(
        "modes of folders",
        "mkdir -p a/b/c; echo x > a/b/x; chmod 700 a; chmod 711 a/b; echo y > a/b/c/y; chmod 750 a/b/c"
    )]
    [InlineData("empty folders", "echo x > x; mkdir -p e/f/g folder/e a/b; echo y > a/y")]
    [InlineData("folder whose files are gone", "rm folder/inner.txt; echo x > x")]
    [InlineData(
        "nested repository",
        "git init -q n; cd n; echo x > x; git add x; git commit -qm x; mkdir -p e/f; chmod 600 x; chmod 700 .git"
    )]
    [InlineData(
        "bare repository",
        "git init -q --bare b.git; mkdir deep; git init -q --bare deep/c.git; chmod 700 deep/c.git; git -C b.git config x.y z"
    )]
    [InlineData("bare repository in a tracked folder", "git clone -q --bare $BASE folder/b.git")]
    [InlineData(
        "bare repository with ignored names",
        "git init -q --bare b.git; echo x > b.git/x.o; mkdir b.git/build; echo y > b.git/build/y"
    )]
    [InlineData("replaced commit", "git replace HEAD origin/other; echo x > x")]
    [InlineData(
        "replaced content",
        "git replace $(git rev-parse HEAD:file-0.txt) $(echo other | git hash-object -w --stdin); echo x > x"
    )]
    [InlineData(
        "submodule gone",
        "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; rm -rf sub"
    )]
    [InlineData(
        "submodule replaced by a file",
        "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; rm -rf sub; echo x > sub"
    )]
    [InlineData(
        "submodule replaced by a staged file",
        "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; git rm -q --cached sub; rm -rf sub; echo staged > sub; git add sub; echo more >> sub"
    )]
    [InlineData(
        "submodule with staged content",
        "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; cd sub; echo s > s; git add s; echo l >> s"
    )]
    [InlineData(
        "submodule left by a change of branch",
        "git checkout -qb with; git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; cd sub; echo w > w; git add w; git commit -qm w; cd ..; git checkout -q main"
    )]
    [InlineData(
        "submodule with a name of git's",
        "git -c protocol.file.allow=always submodule --quiet add $BASE hooks; git commit -qm sub; cd hooks; git checkout -qb mine; echo w > w; git add w; git commit -qm w; git checkout -q -"
    )]
    public void It_is_as_it_was(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        _fixture.Job(script);
        var tree = Whole(_fixture.Path);
        var answers = RecyclingFixture.Answers(_fixture.Path);

        var rescue = _fixture.Recycle();

        Assert.True(rescue is not null, what);
        Assert.Equal("", TestGit.Run(_fixture.Path, "status", "--porcelain"));
        _fixture.Restore(rescue, _fixture.Path);
        LeftoverTests.AssertSame(tree, Whole(_fixture.Path));
        Assert.Equal(answers, RecyclingFixture.Answers(_fixture.Path));
    }

    [Fact]
    public void A_link_in_the_place_of_a_submodule_comes_back()
    {
        UnixTools.SkipWithoutLinks();
        // git status fails on it.
        _fixture.Job(
            "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; rm -rf sub");
        File.CreateSymbolicLink(_fixture["sub"], "../elsewhere");
        _fixture.Restore(_fixture.Recycle()!, _fixture.Path);
        Assert.Equal("../elsewhere", new FileInfo(_fixture["sub"]).LinkTarget);
    }

    [Theory]
    [InlineData(
        "stash after gc", "git clone -q $BASE n; cd n; echo x >> file-0.txt; git stash -q; git gc -q", "stash show -p"
    )]
    [InlineData("notes after gc", "git clone -q $BASE n; cd n; git notes add -m n; git gc -q", "notes show")]
    [InlineData("tag after gc", "git clone -q $BASE n; cd n; git tag -a -m mine mine; git gc -q", "cat-file tag mine")]
    [InlineData(
        "tag of a commit after gc",
        "git clone -q $BASE n; cd n; git commit -q --allow-empty -m x; git tag mine; git reset -q --hard HEAD~; git gc -q",
        "show mine"
    )]
    public void Work_of_a_nested_repository_is_seen_when_its_refs_are_packed(string what, string script, string command)
    {
        _fixture.Job(script);
        var answer = TestGit.Run(_fixture["n"], command.Split(' '));
        var rescue = _fixture.Recycle();
        Assert.True(rescue is not null, what);
        _fixture.Restore(rescue, _fixture.Path);
        Assert.Equal(answer, TestGit.Run(_fixture["n"], command.Split(' ')));
    }

    [Fact]
    public void A_clone_with_the_tags_of_its_remote_is_no_work_when_they_are_packed_anew()
    {
        // Its tags are older than the clone.
        Thread.Sleep(TimeSpan.FromSeconds(2));
        _fixture.Job("git clone -q $BASE n; cd n; git gc -q");
        Assert.Null(_fixture.Recycle());
    }

    [Fact]
    public void What_is_staged_in_an_added_worktree_comes_back_in_another_checkout()
    {
        _fixture.Job(
            "git worktree add -q --detach wt; cd wt; echo staged > s; git add s; echo later > s; git checkout -q -b side; git commit -q --allow-empty -m c; echo two > t; git add t"
        );
        var rescue = _fixture.Recycle()!;
        var other = _fixture.MakeCheckout();
        _fixture.Restore(rescue, other);
        Assert.Equal("two", TestGit.Run(Path.Combine(other, "wt"), "show", ":t"));
        Assert.Equal("later", File.ReadAllText(Path.Combine(other, "wt", "s")).Trim());
        Assert.Equal("side", TestGit.Run(Path.Combine(other, "wt"), "branch", "--show-current"));
    }

    [Fact]
    public void An_added_worktree_that_is_elsewhere_is_told_of_and_what_is_staged_there_kept()
    {
        _fixture.Job("git worktree add -q --detach $SIDE; cd $SIDE; echo staged > s; git add s");
        var rescue = _fixture.Recycle()!;
        var side = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(_fixture.Path)!)!, "side");
        Assert.Contains(
            _fixture.Reports,
            report => report.Kind == ReportKind.Warning && report.Text.Contains(side, StringComparison.Ordinal));
        Assert.Equal("staged", File.ReadAllText(Path.Combine(side, "s")).Trim());
        _fixture.Restore(rescue, _fixture.Path);
        TestGit.Run(_fixture.Path, "worktree", "repair", side);
        Assert.Equal("staged", TestGit.Run(side, "show", ":s"));
    }

    [Theory]
    [InlineData("git remote add scratch $SIDE; git push -q scratch topic")]
    [InlineData("git remote set-url origin $SIDE; git push -q origin topic")]
    [InlineData("git remote set-url --push origin $SIDE; git push -q origin topic")]
    [InlineData("git config url.$SIDE.insteadOf https://example.com/owner/repo.git; git push -q origin topic")]
    [InlineData(
        "git remote add scratch $SIDE; git config remote.scratch.fetch +refs/heads/*:refs/remotes/origin/*; git push -q scratch topic"
    )]
    public void What_was_pushed_elsewhere_is_not_on_the_remote(string push)
    {
        _fixture.Job(
            "git init -q --bare $SIDE; git checkout -qb topic; echo w > w; git add w; git commit -qm w; " + push);
        Assert.Equal(1, _fixture.Recycle()?.Commits);
    }

    [Fact]
    public void What_was_pushed_to_the_remote_is_on_it()
    {
        _fixture.Job(
            "git checkout -qb topic; echo w > w; git add w; git commit -qm w; git update-ref refs/remotes/origin/topic HEAD"
        );
        Assert.Null(_fixture.Recycle());
    }

    [Theory]
    [InlineData(
        "git clone -q $BASE n; cd n; git config http.extraheader 'A: s3cret'; git remote set-url origin https://u:s3cret@h/x; git config url.https://s3cret@h/.insteadOf https://g/; echo https://u:s3cret@h > .git/git-credentials; echo x > x"
    )]
    [InlineData("git init -q --bare b.git; git -C b.git config http.https://h/.extraHeader 's3cret \\\n s3cret'")]
    [InlineData(
        "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git -C sub config http.https://github.com/.extraheader 's3cret'; echo x > sub/x"
    )]
    [InlineData(
        "git checkout -qb topic; git config branch.topic.remote https://s3cret@h/r; git config branch.topic.merge refs/heads/x; git commit -q --allow-empty -m x"
    )]
    [InlineData(
        "git config extensions.worktreeConfig true; git worktree add -q --detach wt; cd wt; git config --worktree http.extraheader s3cret; echo x > x"
    )]
    [InlineData(
        "git clone -q $BASE n; cd n; printf '0000 0000 a <b> 1 +0000\\tpull https://u:s3cret@h/x: y\\n' >> .git/logs/HEAD; echo x > x"
    )]
    public void Passwords_are_not_kept(string script)
    {
        _fixture.Job(script);
        var rescue = _fixture.Recycle()!;
        var source = _fixture.Rescues.Source(rescue.Id);
        Assert.DoesNotContain(
            "s3cret",
            TestGit.Run(
                source.Repository, "--git-dir", source.Repository, "cat-file", "--batch-all-objects", "--batch"),
            StringComparison.Ordinal);
        _fixture.Restore(rescue, _fixture.Path);
        foreach (
            var repository in Directory.EnumerateFiles(
                _fixture.Path, "config", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            TestGit.Run(_fixture.Path, "config", "--file", repository, "--list");
    }

    [Theory]
    [InlineData("[remote \"o\"]\n\turl = https://u:p@h/x@y\n", "[remote \"o\"]\n\turl = https://h/x@y\n")]
    [InlineData("[http]\n\textraheader = a\\\nb\n\tx = y\n", "[http]\n\t\n\tx = y\n")]
    [InlineData("[http \"https://h/\"] extraHeader = a\n[a]\n", "[http \"https://h/\"] \n[a]\n")]
    [InlineData("\turl = ssh://git@h/x\n\turl = git@h:x\n", "\turl = ssh://git@h/x\n\turl = git@h:x\n")]
    [InlineData("\turl = ssh://me:pw@h/x\n", "\turl = ssh://me@h/x\n")]
    [InlineData(
        "branch.a.remote\nhttps://h\0branch.b@c.merge\nx\0", "branch.a.remote\nhttps://h\0branch.b@c.merge\nx\0"
    )]
    public void Only_passwords_are_cut(string text, string cut) => Assert.Equal(cut, SecretConfig.Cut(text));

    [Fact]
    public void What_worktrees_share_has_no_passwords()
    {
        Directory.CreateDirectory(Path.Combine(_fixture.Base, "gitproc"));
        SharedConfig.Keep(_fixture.Base);
        TestGit.Run(_fixture.Base, "--git-dir", _fixture.Base, "config", "remote.fork.url", "https://u:s3cret@h/x");
        TestGit.Run(_fixture.Base, "--git-dir", _fixture.Base, "config", "branch.b.remote", "https://s3cret@h/x");
        SharedConfig.PutBack(_fixture.Base);
        Assert.Equal(
            "https://h/x", TestGit.Run(_fixture.Base, "--git-dir", _fixture.Base, "config", "remote.fork.url"));
        Assert.DoesNotContain(
            "s3cret", File.ReadAllText(Path.Combine(_fixture.Base, "config")), StringComparison.Ordinal);
    }

    [Fact]
    public void Ignored_files_stay_whatever_git_says_beside()
    {
        _fixture.Job("mkdir -p build out; echo i > build/i; echo o > out/a.o; echo w > out/w");
        Environment.SetEnvironmentVariable("GIT_TRACE", "1");
        try
        {
            Assert.NotNull(_fixture.Recycle());
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_TRACE", null);
        }

        Assert.True(File.Exists(_fixture["build/i"]));
        Assert.True(File.Exists(_fixture["out/a.o"]));
        Assert.False(File.Exists(_fixture["out/w"]));
    }

    // All that a user has: the work tree with modes and empty folders, and other repositories in it.
    internal static SortedDictionary<string, string> Whole(string path)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var root = RawFolder.Open(path);
        RawTree.Walk(
            root,
            default,
            entry =>
            {
                if (entry.Path == ".git"u8 || entry.Name.Chars is "index" or "COMMIT_EDITMSG" or "ORIG_HEAD")
                    return false;
                var mode =
                    entry.Kind == EntryKind.Folder
                        ? entry.Parent.ModeOfFolder(entry.Name)
                        : entry.Parent.ModeOf(entry.Name);
                // Tracked folders and files have those of a fresh checkout.
                var content =
                    entry.Kind == EntryKind.Link ? entry.Parent.ReadLink(entry.Name)?.Chars
                    : entry.Kind == EntryKind.File ? RawTree.Read(root, entry.Path)?.Chars
                    : "";
                all[entry.Path.Chars] =
                    $"{entry.Kind} {Convert.ToString((int?)mode ?? 0, 8).ToString(CultureInfo.InvariantCulture)} {content}";
                return true;
            });
        return all;
    }
}
