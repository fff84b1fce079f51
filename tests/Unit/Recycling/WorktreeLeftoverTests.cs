using Gitproc.Registry;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>
/// As <see cref="LeftoverTests"/>, in a worktree of the base repository. $G is its private folder, $C what it shares.
/// </summary>
public sealed class WorktreeLeftoverTests : IDisposable
{
    // The base repository has no branches of its own to clone.
    private const string Remote =
        "$(git init -q --bare -b main $SIDE.git; git push -q $SIDE.git origin/main:refs/heads/main; echo $SIDE.git)";

    private const string Directories =
        "G=$(git rev-parse --absolute-git-dir); C=$(cd $(git rev-parse --git-common-dir); pwd); ";

    private static readonly HashSet<string> SameAsClone =
    [
        "changed file",
        "staged file",
        "staged and changed again",
        "staged and removed",
        "removed file",
        "removed from the index",
        "renamed file",
        "mode",
        "file to link",
        "file to folder",
        "folder to file",
        "folder to link outside",
        "untracked",
        "link outside",
        "odd names",
        "commit",
        "detached commit",
        "branch without commits",
        "merge not committed",
        "cherry-pick",
        "revert",
        "rebase",
        "rebase with apply",
        "am",
        "bisect",
        "assume-unchanged",
        "skip-worktree",
        "intent to add",
        "split index",
        "index of version 4",
        "nested repository",
        "nested repository without commits",
        "nested repository in a tracked folder",
        "nested in nested",
        "submodule",
        "submodule with changes",
        "read-only",
        "changed .gitignore",
        "removed .gitignore",
        "deep folders",
    ];

    private static readonly HashSet<string> SameNoWork =
    [
        "nothing",
        "empty folders",
        "pipe",
        "own objects",
        "split index",
        "marks",
        "untracked cache",
        "file touched",
        "modes",
        "modes that git has seen",
        "modes that git does not look at",
        "modes at another commit",
        "mode of a file git was told not to look at",
        "clean nested clone",
        "sparse checkout",
        "sparse index",
    ];

    private readonly RecyclingFixture _fixture = new();
    private readonly CheckoutPlace _place;

    public WorktreeLeftoverTests()
    {
        TestGit.Run(_fixture.Base, "fetch", "--quiet", ".", "+refs/heads/*:refs/remotes/origin/*");
        foreach (var branch in (string[])["main", "other"])
            TestGit.Run(_fixture.Base, "update-ref", "-d", "refs/heads/" + branch);
        Directory.CreateDirectory(Path.Combine(_fixture.Base, "gitproc"));
        _place = _fixture.MakeWorktree("checkout-2");
    }

    public static TheoryData<string, string> Work { get; } =
        Of(
            LeftoverTests.Work.Where(row => SameAsClone.Contains(row.Data.Item1)),
            (
                "branch at a commit that no branch has any more",
                "git checkout -qb mine; git commit -q --allow-empty -m x; git checkout -q --detach; git branch -q -D mine"
            ),
            (
                "branch and changes",
                "git checkout -qb mine; git commit -q --allow-empty -m x; echo x >> file-0.txt; git add file-0.txt; echo y >> file-0.txt"
            ),
            ("ref of the worktree alone", "git update-ref refs/worktree/mine $(git commit-tree -m x HEAD^{tree})"));

    public static TheoryData<string, string> NoWork { get; } =
        Of(
            LeftoverTests.NoWork.Where(row => SameNoWork.Contains(row.Data.Item1)),
            (
                "branch, stash, tag and note",
                "git checkout -qb mine; git commit -q --allow-empty -m x; git tag -a -m t t; git notes add -m n; echo x >> file-0.txt; git stash -q"
            ),
            (
                "branch with upstream",
                "git checkout -qb other origin/other; git config branch.other.remote origin; git config branch.other.merge refs/heads/other; git commit -q --allow-empty -m x"
            ),
            (
                "config",
                "git config core.autocrlf true; git config alias.x '!touch $CANARY'; git config include.path /x; git config extensions.worktreeConfig true; git config --worktree a.b c"
            ),
            (
                "config of the worktree",
                "git config extensions.worktreeConfig true; git config --worktree core.fsmonitor 'touch $CANARY;:'; git config --worktree core.hooksPath $G"
            ),
            (
                "fsmonitor",
                "printf '#!/bin/sh\\ntouch $CANARY\\n' > $G/f; chmod +x $G/f; git config core.fsmonitor $G/f"),
            (
                "hooks",
                "mkdir -p $C/hooks; for h in post-checkout post-index-change pre-commit reference-transaction post-merge fsmonitor-watchman; do printf '#!/bin/sh\\ntouch $CANARY\\n' > $C/hooks/$h; chmod +x $C/hooks/$h; done"
            ),
            (
                "hooks path",
                "mkdir $G/h; printf '#!/bin/sh\\ntouch $CANARY\\n' > $G/h/post-checkout; chmod +x $G/h/post-checkout; git config core.hooksPath $G/h"
            ),
            (
                "filter",
                "mkdir -p $C/info; echo '* filter=f' > $C/info/attributes; for k in clean smudge process; do git config filter.f.$k 'touch $CANARY; cat'; done; touch file-0.txt"
            ),
            ("locks", "touch $G/index.lock $G/HEAD.lock $G/config.worktree.lock $C/config.lock"),
            ("lost index", "rm $G/index"),
            ("damaged index", "head -c 200 $G/index > $G/i; mv $G/i $G/index"),
            ("index that is a folder", "rm $G/index; mkdir -p $G/index/x"),
            ("lost .git", "rm .git"),
            (".git that leads elsewhere", "git init -q $SIDE; echo \"gitdir: $SIDE/.git\" > .git"),
            ("lost HEAD", "echo garbage > $G/HEAD; rm $G/commondir $G/gitdir $G/locked"),
            ("lost private folder", "rm -r $G"),
            (
                "links in the private folder",
                "rm $G/commondir $G/locked; ln -s /etc/passwd $G/commondir; ln -s /etc $G/locked; ln -s /etc $G/refs"),
            ("lost folder", "cd ..; rm -r checkout-2"));

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Work))]
    [MemberData(nameof(NoWork))]
    public void Nothing_of_it_remains(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        var (tree, own, config) = (RecyclingFixture.Snapshot(_place.Path), OwnOf(_place), File.ReadAllText(Config));
        var modes = RecyclingFixture.Modes(_place.Path);
        _fixture.Job(_place.Path, Directories + script);

        Recycle();

        LeftoverTests.AssertSame(tree, RecyclingFixture.Snapshot(_place.Path));
        LeftoverTests.AssertSame(own, OwnOf(_place));
        Assert.Equal(modes, RecyclingFixture.Modes(_place.Path));
        Assert.False(File.Exists(_fixture.Canary), $"{what}: something of the job was run");
        Assert.False(Directory.Exists(Path.Combine(_fixture.Base, "hooks")));
        Assert.Equal(config, File.ReadAllText(Config).Split("[branch ")[0].Split("[submodule ")[0]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_place.Path) + "/tmp"));
        Assert.Equal("", TestGit.Run(_place.Path, "status", "--porcelain"));
    }

    [Theory]
    [MemberData(nameof(Work))]
    public void What_was_work_comes_back(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        _fixture.Job(_place.Path, Directories + script);
        var answers = RecyclingFixture.Answers(_place.Path);
        var tree = LeftoverTests.WorkTree(_place.Path);

        var rescue = Recycle();

        Assert.True(rescue is not null, what);
        Restore(rescue, _place);
        LeftoverTests.AssertSame(tree, LeftoverTests.WorkTree(_place.Path));
        Assert.Equal(answers, RecyclingFixture.Answers(_place.Path));
        // The same in a clone, but that it has not got what is shared.
        var clone = _fixture.MakeCheckout();
        _fixture.Restore(rescue, clone);
        LeftoverTests.AssertSame(WithoutPointers(tree), WithoutPointers(LeftoverTests.WorkTree(clone)));
        Assert.Equal(Status(_place.Path), Status(clone));
        if (Directory.Exists(Path.Combine(clone, "sub")))
            Assert.Equal(Status(Path.Combine(_place.Path, "sub")), Status(Path.Combine(clone, "sub")));
    }

    [Theory]
    [MemberData(nameof(NoWork))]
    public void What_is_no_work_is_not_rescued(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        _fixture.Job(_place.Path, Directories + script);
        Assert.True(Recycle() is null, what);
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
    }

    [Theory]
    [InlineData(
        "commit on a branch",
        "git checkout -qb feature/x; echo x >> file-0.txt; git commit -qam mine; git checkout -q main"
    )]
    [InlineData(
        "stashes",
        "echo 1 >> file-0.txt; git stash push -q -m one; echo 2 >> file-1.txt; echo u > u; git stash push -q -u -m two"
    )]
    [InlineData(
        "tag", "git commit -q --allow-empty -m t; git tag light; git tag -a -m note heavy; git reset -q --hard HEAD~"
    )]
    [InlineData("changes", "echo x >> file-0.txt; git add file-0.txt; echo u > u")]
    public void Work_of_a_clone_comes_back_in_a_worktree(string what, string script)
    {
        _fixture.Job(script);
        var tree = LeftoverTests.WorkTree(_fixture.Path);
        var stashes = TestGit.Run(_fixture.Path, "stash", "list", "--format=%H%gs");
        var tags = TestGit.Run(
            _fixture.Path, "for-each-ref", "--format=%(refname)%(objectname)", "refs/tags", "refs/heads/feature");
        var status = Status(_fixture.Path);
        var rescue = _fixture.Recycle();

        Restore(rescue!, _place);

        tree[".git"] = LeftoverTests.WorkTree(_place.Path)[".git"];
        LeftoverTests.AssertSame(tree, LeftoverTests.WorkTree(_place.Path));
        Assert.Equal(stashes, TestGit.Run(_place.Path, "stash", "list", "--format=%H%gs"));
        Assert.Equal(
            tags,
            TestGit.Run(
                _place.Path, "for-each-ref", "--format=%(refname)%(objectname)", "refs/tags", "refs/heads/feature"));
        Assert.Equal(status, Status(_place.Path));
        Assert.Equal("HEAD", TestGit.Run(_place.Path, "rev-parse", "--abbrev-ref", "HEAD"));
        _ = what;
    }

    [Fact]
    public void Files_that_were_written_by_a_config_that_was_put_back_are_written_anew()
    {
        var tree = RecyclingFixture.Snapshot(_place.Path);
        _fixture.Job(
            _place.Path, "git config core.autocrlf true; rm file-*.txt; git checkout -q .; grep -q $'\\r' file-0.txt");

        SharedConfig.PutBack(_fixture.Base);
        Recycle();

        LeftoverTests.AssertSame(tree, RecyclingFixture.Snapshot(_place.Path));
    }

    [Fact]
    public void What_another_one_has_staged_stays()
    {
        var other = _fixture.MakeWorktree("checkout-3");
        _fixture.Job(other.Path, "echo x >> file-0.txt; git add file-0.txt; git checkout -qb mine; echo u > u");
        var (tree, own, answers) = (
            RecyclingFixture.Snapshot(other.Path), OwnOf(other), RecyclingFixture.Answers(other.Path));
        _fixture.Job(
            _place.Path,
            "echo y >> file-1.txt; git config user.name me; git remote add fork https://example.com/fork; git config core.editor x"
        );

        Recycle();

        LeftoverTests.AssertSame(tree, RecyclingFixture.Snapshot(other.Path));
        LeftoverTests.AssertSame(own, OwnOf(other));
        Assert.Equal(answers, RecyclingFixture.Answers(other.Path));
        Assert.Equal(
            "me", TestGit.Run(other.Path, [("GIT_CONFIG_NOSYSTEM", "1")], "config", "--file", Config, "user.name"));
        Assert.Equal("https://example.com/fork", TestGit.Run(other.Path, "config", "remote.fork.url"));
        Assert.DoesNotContain("editor", File.ReadAllText(Config), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[submodule \"x\"]\n\tupdate = !x\n")]
    [InlineData("[extensions]\n\tpartialClone = x\n")]
    [InlineData("[user]\n\tname = a \\\n[core]\n\tsshCommand = x\n")]
    [InlineData("[user][core]\n\tsshCommand = x\n")]
    [InlineData("[user] name = a\n[core] sshCommand = x\n")]
    [InlineData("[branch \"x\\\"\"][core]\n\tsshCommand = x\n")]
    [InlineData("[remote \"https://example.com/owner/repo.git\"]\n\turl = x\n\tuploadpack = x\n")]
    [InlineData("[remote \"origin\"]\n\tuploadpack = x\n")]
    [InlineData("[remote \"fork\"]\n\tuploadpack = x\n\tvcs = x\n")]
    [InlineData("[include]\n\tpath = x\n[includeIf \"gitdir:/\"]\n\tpath = x\n[url \"x\"]\n\tinsteadOf = https://\n")]
    [InlineData("[user]\n\tname = \"open\n")]
    [InlineData("garbage")]
    public void Config_that_git_would_run_or_choke_on_is_put_back(string added)
    {
        var config = File.ReadAllText(Config);
        File.AppendAllText(Config, added);

        SharedConfig.PutBack(_fixture.Base);

        Assert.Equal(config.Trim(), File.ReadAllText(Config).Trim());
    }

    private string Config => Path.Combine(_fixture.Base, "config");

    private Rescue? Recycle() =>
        _fixture.Recycle(
            _fixture.Request() with
            {
                Place = _place,
                Target = _fixture.Target.In(CheckoutKind.Worktree),
            });

    private void Restore(Rescue rescue, CheckoutPlace place) => _fixture.Restore(rescue, place);

    // What leads to git directories, which are elsewhere in a clone.
    private static SortedDictionary<string, string> WithoutPointers(SortedDictionary<string, string> tree) =>
        new(
            tree.Where(entry => !entry.Value.StartsWith("file gitdir: ", StringComparison.Ordinal)).ToDictionary(),
            StringComparer.Ordinal);

    private static string Status(string path) => TestGit.Run(path, "status", "--porcelain=v2", "--untracked-files=all");

    // All that is its own, but index and lease.
    private static SortedDictionary<string, string> OwnOf(CheckoutPlace place)
    {
        var all = RecyclingFixture.Snapshot(place.GitDirectory);
        foreach (var name in all
                .Keys.Where(name =>
                    name is "index" or "(index)" or "ORIG_HEAD" || name.StartsWith("gitproc", StringComparison.Ordinal))
                .ToList())
            all.Remove(name);
        return all;
    }

    private static TheoryData<string, string> Of(
        IEnumerable<TheoryDataRow<string, string>> rows, params (string What, string Script)[] more)
    {
        var data = new TheoryData<string, string>();
        foreach (var row in rows)
            data.Add(row.Data.Item1, row.Data.Item2.Replace("$BASE", Remote, StringComparison.Ordinal));
        foreach (var (what, script) in more)
            data.Add(what, script);
        return data;
    }
}
