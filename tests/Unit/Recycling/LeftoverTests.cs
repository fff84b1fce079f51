using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>
/// A job leaves something: recycling takes it away, and what was work comes back in another checkout.
/// </summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly RecyclingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    public static TheoryData<string, string> Work { get; } =
        new()
        {
            { "changed file", "echo x >> file-0.txt" },
            { "staged file", "echo x >> file-0.txt; git add file-0.txt" },
            { "staged and changed again", "echo x >> file-0.txt; git add file-0.txt; echo y >> file-0.txt" },
            { "staged and removed", "echo new > n; git add n; rm n" },
            { "removed file", "rm file-0.txt folder/inner.txt" },
            { "removed from the index", "git rm -q --cached file-1.txt" },
            { "renamed file", "git mv file-0.txt moved.txt" },
            { "mode", "chmod +x file-0.txt" },
            {
                "modes of changed files",
                "echo x >> file-0.txt; chmod 640 file-0.txt file-1.txt; chmod 755 folder/inner.txt; git add ."
            },
            { "file to link", "rm file-0.txt; ln -s file-1.txt file-0.txt" },
            { "file to folder", "rm file-0.txt; mkdir file-0.txt; echo x > file-0.txt/x" },
            { "folder to file", "rm -r folder; echo x > folder" },
            { "folder to link outside", "rm -r folder; ln -s /etc folder" },
            { "untracked", "mkdir -p a/b; echo x > a/b/c; echo y > d; chmod +x d" },
            { "link outside", "ln -s /etc outside; ln -s /nowhere broken" },
            { "odd names", "touch -- $'new\\nline' -dash ' blank ' $'bad\\xff' '\"quote' 'back\\slash' $'tab\\t'" },
            { "commit", "echo x >> file-0.txt; git commit -qam mine" },
            {
                "commit on a branch",
                "git checkout -qb feature/x; echo x >> file-0.txt; git commit -qam mine; git checkout -q main"
            },
            {
                "branch with upstream",
                "git checkout -q -b mine --track origin/other; echo x > new; git add new; git commit -qm mine"
            },
            {
                "branch below the name of the target",
                "git checkout -q --detach; git branch -D main; git checkout -qb main/x; git commit -q --allow-empty -m mine"
            },
            { "detached commit", "git checkout -q --detach; git commit -q --allow-empty -m mine" },
            { "branch without commits", "git checkout -q --orphan fresh; echo x > new; git add new" },
            {
                "stashes",
                "echo 1 >> file-0.txt; git stash push -q -m one; echo 2 >> file-1.txt; echo u > u; git stash push -q -u -m two"
            },
            {
                "tag",
                "git commit -q --allow-empty -m t; git tag light; git tag -a -m note heavy; git tag -a -m again nested heavy; git reset -q --hard HEAD~"
            },
            {
                "tag of a tree and a blob",
                "git tag tree HEAD:folder; git tag blob $(echo blob | git hash-object -w --stdin)"
            },
            { "tag object of a commit of the remote", "git tag -a -m mine mine" },
            { "notes", "git notes add -m note HEAD" },
            {
                "merge",
                "git merge -q origin/other -m m || true; echo x >> file-0.txt; git commit -qam x; git checkout -q -b two HEAD~; echo y >> file-0.txt; git commit -qam y; git merge main || true"
            },
            {
                "merge not committed",
                "git commit -q --allow-empty -m z; git merge -q --no-commit origin/other || true"
            },
            { "cherry-pick", "echo x > file-0.txt; git commit -qam x; git cherry-pick origin/other || true" },
            {
                "revert",
                "echo x > file-0.txt; git commit -qam x; echo y > file-0.txt; git commit -qam y; git revert HEAD~ || true"
            },
            { "rebase", "echo x > file-0.txt; git commit -qam x; git rebase -q origin/other || true" },
            {
                "rebase with apply",
                "echo x > file-0.txt; git commit -qam x; git rebase -q --apply origin/other || true"
            },
            {
                "am",
                "echo x > file-0.txt; git commit -qam x; git format-patch -q -1 --stdout > ../p; git reset -q --hard origin/other; git am -q ../p || true"
            },
            {
                "bisect",
                "git commit -q --allow-empty -m a; git commit -q --allow-empty -m b; git bisect start; git bisect bad; git bisect good HEAD~2"
            },
            {
                "sequencer",
                "for i in 1 2; do echo $i > file-0.txt; git commit -qam $i; done; git checkout -q origin/other; git cherry-pick main~1 main || true"
            },
            { "assume-unchanged", "echo x >> file-0.txt; git update-index --assume-unchanged file-0.txt" },
            { "skip-worktree", "echo x >> file-0.txt; git update-index --skip-worktree file-0.txt" },
            { "intent to add", "echo x > new; git add -N new" },
            { "split index", "git update-index --split-index; echo x >> file-0.txt; git add file-0.txt; echo y > u" },
            { "index of version 4", "git update-index --index-version 4; echo x >> file-0.txt; git add file-0.txt" },
            {
                "nested repository",
                "git init -q nested; cd nested; echo x > x; git add x; git commit -qm x; echo y > y"
            },
            { "nested repository without commits", "git init -q n; echo x > n/x" },
            {
                "nested repository in a tracked folder",
                "git init -q folder; cd folder; git add inner.txt; git commit -qm inner"
            },
            { "nested in nested", "mkdir -p a/b; git init -q a/b; git init -q a/b/c; echo x > a/b/c/x" },
            {
                "submodule",
                "git -c protocol.file.allow=always submodule --quiet add $BASE sub; git commit -qm sub; cd sub; echo x > x; git add x; git commit -qm x"
            },
            {
                "submodule with changes",
                "git -c protocol.file.allow=always submodule --quiet add $BASE sub; cd sub; echo x > x"
            },
            { "work tree inside", "git worktree add -q inner; cd inner; echo x >> file-0.txt" },
            {
                "work tree outside",
                "git worktree add -q --detach $SIDE; cd $SIDE; git commit -q --allow-empty -m side"
            },
            {
                "read-only",
                "mkdir -p ro; echo x > ro/x; chmod 400 ro/x; chmod 500 ro; echo y >> folder/inner.txt; chmod 500 folder"
            },
            { "changed .gitignore", "echo '*.txt' >> .gitignore; echo x > other" },
            { "removed .gitignore", "touch x.o; rm .gitignore" },
            { "replaced object", "git replace --graft HEAD" },
            {
                "deep folders",
                "for i in $(seq 30); do mkdir -p $(printf 'd%.0s' $(seq 200)); cd $(printf 'd%.0s' $(seq 200)); done; echo x > x"
            },
            {
                "ref that is a name",
                "git commit -q --allow-empty -m x; git symbolic-ref refs/heads/alias refs/heads/main"
            },
        };

    public static TheoryData<string, string> NoWork { get; } =
        new()
        {
            { "nothing", "true" },
            { "branch at a commit of the remote", "git branch b origin/other; git checkout -q b; git tag t" },
            { "detached", "git checkout -q --detach origin/other" },
            { "deleted refs", "git tag -d v1 v2; git branch -q -r -D origin/other" },
            {
                "config",
                "git config user.name me; git config core.autocrlf true; git config alias.x '!touch $CANARY'; git config include.path /x; git config extensions.worktreeConfig true; git config --worktree a.b c"
            },
            {
                "fsmonitor",
                "printf '#!/bin/sh\\ntouch $CANARY\\n' > .git/f; chmod +x .git/f; git config core.fsmonitor .git/f"
            },
            {
                "hooks",
                "for h in post-checkout post-index-change pre-commit reference-transaction post-merge fsmonitor-watchman; do printf '#!/bin/sh\\ntouch $CANARY\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done"
            },
            {
                "hooks path",
                "mkdir .git/h; printf '#!/bin/sh\\ntouch $CANARY\\n' > .git/h/post-checkout; chmod +x .git/h/post-checkout; git config core.hooksPath .git/h"
            },
            {
                "filter",
                "git config filter.f.clean 'touch $CANARY; cat'; git config filter.f.smudge 'touch $CANARY; cat'; git config filter.f.process 'touch $CANARY'; echo '* filter=f' > .git/info/attributes; touch file-0.txt"
            },
            {
                "include",
                "printf '[core]\\n\\tfsmonitor = touch $CANARY;:\\n' > .git/inc; git config include.path inc"
            },
            {
                "excludes",
                "echo x > .git/info/exclude; printf '/folder/\\n' > .git/info/sparse-checkout; touch .git/info/grafts .git/shallow"
            },
            {
                "locks",
                "touch .git/index.lock .git/HEAD.lock .git/config.lock .git/refs/heads/main.lock .git/packed-refs.lock .git/shallow.lock"
            },
            { "empty folders", "mkdir -p e/f/g folder/e" },
            { "pipe", "mkfifo p folder/p; mkdir x; mkfifo x/p" },
            { "own objects", "echo lost | git hash-object -w --stdin; git gc -q; git commit-graph write" },
            { "alternates", "mkdir -p $SIDE; echo $SIDE >> .git/objects/info/alternates" },
            { "lost alternates", "rm .git/objects/info/alternates" },
            { "lost index", "rm .git/index" },
            { "damaged index", "head -c 200 .git/index > .git/i; mv .git/i .git/index" },
            { "index that is a folder", "rm .git/index; mkdir -p .git/index/x" },
            { "split index", "git update-index --split-index" },
            { "marks", "git update-index --assume-unchanged file-0.txt; git update-index --skip-worktree file-1.txt" },
            { "untracked cache", "git update-index --untracked-cache --force-write-index; git status" },
            { "odd names in .git", "touch .git/$'bad\\xff' .git/refs/heads/$'bad\\xff'; mkdir -p .git/$'d\\xfe'/x" },
            {
                "links in .git",
                "rm -r .git/hooks .git/info; ln -s /etc .git/hooks; ln -s /etc .git/info; ln -s /etc/passwd .git/passwd"
            },
            {
                "head without its branch",
                "git symbolic-ref HEAD refs/heads/none; git read-tree HEAD 2>/dev/null || true; git symbolic-ref HEAD refs/heads/main"
            },
            { "file touched", "touch file-0.txt" },
            { "modes", "chmod 600 file-0.txt; chmod 4666 file-1.txt; chmod 444 folder/inner.txt .gitignore" },
            { "modes that git has seen", "chmod 1640 file-0.txt; chmod 2664 folder/inner.txt; git status" },
            {
                "modes that git does not look at",
                "git config core.fileMode false; chmod 666 file-0.txt; chmod 600 folder/inner.txt; git status"
            },
            { "modes at another commit", "git checkout -q --detach origin/other; chmod 600 file-*.txt" },
            { "modes with the index lost", "chmod 600 file-0.txt; rm .git/index" },
            {
                "mode of a file git was told not to look at",
                "git update-index --assume-unchanged file-0.txt; chmod 600 file-0.txt"
            },
            {
                "mode of a file that was written anew",
                "rm -r folder; mkdir folder; echo inner > folder/inner.txt; chmod 600 folder/inner.txt"
            },
            { "clean nested clone", "git clone -q $BASE nested" },
            {
                "clean submodule",
                "git clone -q $BASE sub; mkdir -p .git/modules; mv sub/.git .git/modules/sub; echo 'gitdir: ../.git/modules/sub' > sub/.git"
            },
            { "sparse checkout", "git sparse-checkout set --no-cone /folder" },
            { "sparse index", "git sparse-checkout set --cone --sparse-index folder" },
        };

    /// <summary>Whether these are work may be seen either way.</summary>
    public static TheoryData<string, string> Other { get; } =
        new()
        {
            {
                "line ends of a config",
                "git config core.autocrlf true; rm file-*.txt; git checkout -q .; sleep 1; git config --unset core.autocrlf; git config core.eol lf; git status"
            },
            { "ignored by a changed .gitignore", "echo '*.txt' >> .gitignore; touch more.txt" },
            {
                "not readable",
                "mkdir locked; echo x > locked/x; chmod 000 locked folder file-0.txt; chmod 000 .git/hooks .git/refs/tags"
            },
            { "work tree not writable", "echo x > new; rm file-0.txt; chmod 555 . folder .git" },
            { "ignored by a new .gitignore", "mkdir x; echo 'y' > x/.gitignore; echo x > x/y" },
            {
                "attributes",
                "echo '* text eol=crlf' > .gitattributes; rm file-*.txt; git checkout -q .; sleep 1; git status"
            },
        };

    [Theory]
    [MemberData(nameof(Work))]
    [MemberData(nameof(NoWork))]
    [MemberData(nameof(Other))]
    public void Nothing_of_it_remains(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        var other = _fixture.MakeCheckout();
        var fresh = RecyclingFixture.Snapshot(other);
        _fixture.Job(script);

        _fixture.Recycle();

        AssertSame(fresh, RecyclingFixture.Snapshot(_fixture.Path));
        Assert.Equal(RecyclingFixture.Modes(other), RecyclingFixture.Modes(_fixture.Path));
        Assert.False(File.Exists(_fixture.Canary), $"{what}: something of the job was run");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_fixture.Path) + "/tmp"));
    }

    [Theory]
    [MemberData(nameof(Work))]
    public void What_was_work_comes_back(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        _fixture.Job(script);
        var answers = RecyclingFixture.Answers(_fixture.Path);
        var tree = WorkTree(_fixture.Path);

        var rescue = _fixture.Recycle();

        Assert.NotNull(rescue);
        Assert.Equal(rescue, Assert.Single(_fixture.Told));
        Assert.Equal(rescue, Assert.Single(_fixture.Rescues.List(CancellationToken.None)));
        _fixture.Restore(rescue, _fixture.Path);
        AssertSame(tree, WorkTree(_fixture.Path));
        Assert.Equal(answers, RecyclingFixture.Answers(_fixture.Path));
        _ = what;
    }

    [Theory]
    [MemberData(nameof(NoWork))]
    public void What_is_no_work_is_not_rescued(string what, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        _fixture.Job(script);
        Assert.True(_fixture.Recycle() is null, what);
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
    }

    internal static SortedDictionary<string, string> WorkTree(string path)
    {
        var all = RecyclingFixture.Snapshot(path);
        foreach (var key in all
                .Keys.Where(key =>
                    key.StartsWith(".git/", StringComparison.Ordinal)
                    || key == "(index)"
                    || all[key] == "Folder"
                    || key.EndsWith(".o", StringComparison.Ordinal))
                .ToList())
            all.Remove(key);
        return all;
    }

    internal static void AssertSame(
        SortedDictionary<string, string> expected, SortedDictionary<string, string> actual, string why = "")
    {
        var missing = expected
            .Where(entry => !actual.ContainsKey(entry.Key))
            .Select(entry => $"missing: {entry.Key} {entry.Value}");
        var more = actual
            .Where(entry => !expected.ContainsKey(entry.Key))
            .Select(entry => $"left: {entry.Key} {entry.Value}");
        var other = expected
            .Where(entry => actual.TryGetValue(entry.Key, out var value) && value != entry.Value)
            .Select(entry => $"other: {entry.Key} {entry.Value} -> {actual[entry.Key]}");
        var differences = string.Join('\n', missing.Concat(more).Concat(other));
        Assert.True(differences.Length == 0, $"{differences}\n{why}");
    }
}
