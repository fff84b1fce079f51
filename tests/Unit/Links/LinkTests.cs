using System.Text.RegularExpressions;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

/// <summary>Light-weight checkouts: made, used, and ended.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly LinkFixture _user = new();

    public void Dispose() => _user.Dispose();

    [Theory]
    [InlineData("gitproc link r/new", "new", "second")]
    [InlineData("gitproc link todo --base r", "todo", "first")]
    [InlineData("gitproc link x todo --base r", "todo", "first")]
    [InlineData("gitproc link x v1 --base r", "", "first")]
    [InlineData("gitproc link x $(git -C r rev-parse --short main~) --base r", "", "first")]
    [InlineData("gitproc link x refs/tags/v1 --base r", "", "first")]
    [InlineData("gitproc link x -b topic --base r", "topic", "second")]
    [InlineData("gitproc link topic -b --base r", "topic", "second")]
    [InlineData("gitproc link x v1:topic --base r", "topic", "first")]
    [InlineData("gitproc link x --ref todo --base r", "todo", "first")]
    [InlineData("gitproc link x --ref v1 --base r", "", "first")]
    [InlineData("gitproc link x --ref v1:topic --base r", "topic", "first")]
    [InlineData("gitproc link x --ref v1 -b topic --base r", "topic", "first")]
    [InlineData("gitproc link topic --ref v1 -b --base r", "topic", "first")]
    [InlineData("git -C r update-ref refs/pull/7/head v1; gitproc link x --ref refs/pull/7/head --base r", "", "first")]
    public void What_is_asked_for_is_checked_out(string command, string branch, string subject)
    {
        var path = _user.Run(command);
        Assert.Equal(branch, _user.Run($"cd {path}; git branch --show-current"));
        Assert.Equal(subject, _user.Run($"cd {path}; test -z \"$(git status --porcelain)\"; git log -1 --format=%s"));
    }

    [Fact]
    public void A_branch_of_the_remote_is_followed()
    {
        _user.Run(
            "git clone -q r clone; gitproc link x todo --base clone; gitproc link todo2 -b --base clone; gitproc link clone/inside"
        );
        Assert.Equal("origin/todo", _user.Run("git -C x rev-parse --abbrev-ref @{upstream}"));
    }

    [Fact]
    public void Everything_of_git_works_in_it()
    {
        _user.Run("gitproc link work todo --base r");
        _user.Run(
            "cd work; echo 1 > one; git add .; git commit -qm one; git switch -qc topic; echo 2 > two; git add .; git commit -qm two; git rebase -q main; echo 3 > one; git stash -q; git stash pop -q; git checkout -q one"
        );
        _user.Run(
            "cd work; git tag mine; git worktree add -q ../third; git branch -d todo 2> /dev/null || git branch -D todo -q; git merge -q --no-edit -s ours third; git reset -q --hard HEAD~; git revert --no-edit HEAD > /dev/null"
        );
        _user.Run(
            "cd r; git gc -q --prune=now; git fsck --no-progress --strict; git worktree prune --expire=now; cd ../work; git fsck --no-progress --strict; test -z \"$(git status --porcelain)\"; git log -1"
        );
    }

    [Fact]
    public void The_one_around_it_neither_shows_nor_adds_nor_cleans_it()
    {
        _user.Run(
            "cd r; gitproc link todo; cd todo; mkdir e; gitproc link e/main2; cd e/main2; gitproc link 'with [odd] *name* #1' v1; echo x > x"
        );
        foreach (var folder in (string[])["r", "r/todo"])
        {
            _user.Run(
                $"cd {folder}; test -z \"$(git status --porcelain)\"; git add -A; test -z \"$(git status --porcelain)\"; git clean -qfdx"
            );
            Assert.Equal("x", _user.Run("cat r/todo/e/main2/x"));
        }

        Assert.Equal("?? x", _user.Run("cd r/todo/e/main2; git status --porcelain"));
        _user.Run(
            "cd r; gitproc link remove --discard 'todo/e/main2/with [odd] *name* #1' todo/e/main2 todo; test -z \"$(git status --porcelain)\""
        );
        Assert.DoesNotContain("gitproc", _user.Run("cat r/.git/info/exclude"), StringComparison.Ordinal);
        _user.Run(
            "mkdir r/todo; echo > r/todo/x; test -n \"$(git -C r status --porcelain)\"; test ! -e r/.git/worktrees");
    }

    [Fact]
    public void What_is_ignored_otherwise_stays_so()
    {
        _user.Run(
            "cd r; printf '# mine\\n\\xff\\n*.o' > .git/info/exclude; gitproc link todo; touch x.o; test -z \"$(git status --porcelain)\"; gitproc link remove todo"
        );
        Assert.Equal("# mine\n\\377\n*.o", _user.Run("cd r; sed -n l .git/info/exclude | tr -d '$'"));
    }

    [Theory]
    [InlineData("echo staged > a; git add a; echo changed > a; rm d/b; echo new > new; mkdir -p u/v; echo u > u/v/w")]
    [InlineData("git checkout -q --detach; echo x > x; git add .; git commit -qm detached")]
    [InlineData(
        "git checkout -q v1; echo 1 > a; git commit -qam 1; c=$(git rev-parse HEAD); git checkout -q main~0; echo 2 > a; git commit -qam 2; ! git merge -q $c; git rm -q --cached d/b"
    )]
    [InlineData("git mv a e; printf '\\x00\\xff' > bin; chmod +x bin; ln -s nowhere l")]
    public void What_is_left_in_it_is_rescued_and_comes_back(string work)
    {
        UnixTools.SkipUnlessPossible(work);
        _user.Run($"cd r; gitproc link work topic -b 2> /dev/null || gitproc link work -b; cd work; {work}");
        var before = Answers("r/work");
        var said = _user.Run("cd r; gitproc link remove work 2>&1");
        var id = Regex.Match(
            said, "is rescued; to get it back: gitproc link restore ([0-9a-f]{7})\\s", RegexOptions.CultureInvariant);
        Assert.True(id.Success, said);
        Assert.False(Directory.Exists(_user["w/r/work"]));
        Assert.Equal(
            "", _user.Run("cd r; git worktree list --porcelain | grep r/work || true; git fsck --no-progress"));

        _user.Run($"cd r; gitproc link restore {id.Groups[1].Value}");

        Assert.Equal(before, Answers("r/work"));
        _user.Run("cd r; git fsck --no-progress; test -z \"$(git status --porcelain)\"");
        Assert.Contains(
            "gitproc link restore work/",
            _user.Fail(
                "cd r; gitproc rescue restore $(gitproc rescue list --json | sed 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/')"
            ),
            StringComparison.Ordinal);
        _user.Run(
            "cd r; gitproc rescue remove $(gitproc rescue list --json | sed 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/'); test \"$(gitproc rescue list --json)\" = '[]'"
        );
    }

    [Fact]
    public void What_the_base_repository_has_is_not_rescued()
    {
        _user.Run(
            "cd r; gitproc link work todo; cd work; echo x > x; git add .; git commit -qm kept; git stash list; git branch more; echo y > x; git stash -q; cd ..; gitproc link remove work; test -z \"$(git for-each-ref refs/gitproc)\""
        );
        Assert.Equal("kept", _user.Run("git -C r log -1 --format=%s todo --"));
        Assert.NotEmpty(_user.Run("git -C r stash list"));
    }

    [Fact]
    public void What_is_missing_is_ended_without_its_staged_work_being_lost()
    {
        _user.Run(
            "cd r; gitproc link work todo; echo staged > work/a; git -C work add a; rm -rf work; gitproc link remove work; test ! -e work; test ! -e .git/worktrees"
        );
        _user.Run("cd r; gitproc link restore $(git for-each-ref --format='%(refname:lstrip=3)' refs/gitproc/rescue)");
        Assert.Equal("M  a\nstaged", _user.Run("cd r/work; git status --porcelain; cat a"));
    }

    [Fact]
    public void It_is_not_removed_under_somebodys_feet()
    {
        _user.Run("cd r; gitproc link work todo; cd work; gitproc link inner");
        Assert.Contains("You are in", _user.Fail("cd r/work/d; gitproc link remove work"), StringComparison.Ordinal);
        Assert.Contains(
            "another light-weight checkout is in it: inner",
            _user.Fail("cd r; gitproc link remove work"),
            StringComparison.Ordinal);
        Assert.Contains(
            "processes run in it",
            _user.Fail(
                "cd r; (cd work/inner; exec sleep 600) & sleep 0.3; gitproc link remove work/inner; code=$?; kill $!; exit $code"
            ),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_whose_name_differs_in_case_is_another_one_on_Linux()
    {
        if (OperatingSystem.IsLinux())
            _user.Run("cd r; gitproc link work todo; mkdir Work; cd Work; gitproc link remove work; test ! -e ../work");
    }

    [Fact]
    public void A_submodule_has_its_own_objects_and_refs()
    {
        _user.Run(
            "git init -q lib; git -C lib commit -q --allow-empty -m 1; echo l > lib/l; git -C lib add .; git -C lib commit -qm 2; cd r; git submodule --quiet add ../lib libs/lib; git commit -qm sub; cd ..; git clone -q r clone"
        );
        _user.Run(
            "cd clone; git submodule --quiet init; gitproc link libs/lib; test -z \"$(git status --porcelain)\"; test -d .git/modules/libs/lib/worktrees; test l = $(cat libs/lib/l)"
        );

        _user.Run("cd clone/libs/lib; git checkout -qb mine; echo x > x; git add .; git commit -qm mine");
        Assert.Equal(" M libs/lib", _user.Run("cd clone; git status --porcelain"));
        _user.Run(
            "cd clone; git add libs/lib; git commit -qm newer; test $(git rev-parse HEAD:libs/lib) = $(git -C libs/lib rev-parse HEAD); git submodule --quiet status"
        );

        // Between commits of the outer repository its folder goes, and comes back as it was.
        _user.Run(
            "cd clone; echo staged > libs/lib/l; git -C libs/lib add l; rm -rf libs/lib; git checkout -q HEAD~2; git checkout -q main 2> /dev/null || git checkout -q -; rmdir libs/lib; gitproc link restore --base .git/modules/libs/lib libs/lib"
        );
        Assert.Equal("M  l\nmine", _user.Run("cd clone/libs/lib; git status --porcelain; git log -1 --format=%s"));
        _user.Run("cd clone; mv libs/lib libs/moved; cd libs/moved; git status");
    }

    [Fact]
    public void The_url_of_a_submodule_is_none_that_the_user_has_given()
    {
        _user.Run(
            "git config --global --unset protocol.file.allow; git init -q lib; git -C lib commit -q --allow-empty -m 1; cd r; git -c protocol.file.allow=always submodule --quiet add ../lib libs/lib; git commit -qm sub; cd ..; git clone -q r clone; git -C clone config submodule.libs/lib.url $PWD/lib"
        );
        _user.Run(
            "cd clone; if gitproc link libs/lib 2> ../error; then exit 1; fi; grep \"'file' not allowed\" ../error; test ! -e .git/modules/libs/lib"
        );
    }

    [Fact]
    public void Locks_in_the_users_own_repository_stay_whatever_fails_there()
    {
        // Of a commit with its editor open.
        _user.Run(
            "cd r; gitproc link work; echo x > work/x; for f in index.lock packed-refs.lock refs/heads/main.lock; do touch -d @$(($(date +%s) - 3600)) .git/$f; done; touch .git/refs/gitproc"
        );
        _user.Run(
            "cd r; if gitproc link remove work 2> ../error; then exit 1; fi; grep 'failed with exit code' ../error; ls .git/index.lock .git/packed-refs.lock .git/refs/heads/main.lock work/x"
        );
    }

    [Fact]
    public void A_repository_of_the_pool_is_a_base()
    {
        // ssh, as far as git can tell.
        _user.Run(
            "printf '#!/bin/sh\\nshift; exec sh -c \"$*\"' > ../ssh; chmod +x ../ssh; git config --global core.sshCommand $PWD/../ssh; git config --global ssh.variant simple"
        );
        var repository = UnixTools.Slashes(_user["w/r"]);
        var key = "host.example/" + repository.TrimStart('/');
        _user.Run(
            $"gitproc link deep/work todo --base user@host.example:{repository}; cd deep/work; git log -1; test \"$(git rev-parse --abbrev-ref @{{upstream}})\" = origin/todo; echo x > x; git add .; git commit -qm x; git push -q origin todo"
        );
        Assert.Equal("x", _user.Run("git -C r log -1 --format=%s todo --"));
        // Fetched as an acquire does.
        _user.Run(
            $"cd r; git branch later; cd ..; GITPROC_FETCH_MAX_AGE=0 gitproc link later --base {key}; git -C later log -1"
        );
        // A pull request is not a branch, and is fetched for itself.
        _user.Run($"git -C r update-ref refs/pull/7/head v1; gitproc link pull --ref refs/pull/7/head --base {key}");
        Assert.Equal("first", _user.Run("git -C pull log -1 --format=%s"));
        Assert.Contains(
            "has no branch, tag or commit 'nope'",
            _user.Fail($"gitproc link nope nope --base {key}"),
            StringComparison.Ordinal);
        Assert.Equal("3", _user.Run("cd /; gitproc link list --json | tr '}' '\\n' | grep -c name"));
    }

    [Fact]
    public void The_users_hooks_run_as_in_a_new_worktree()
    {
        _user.Run(
            "printf '#!/bin/sh\\necho $3 > ran' > r/.git/hooks/post-checkout; chmod +x r/.git/hooks/post-checkout; gitproc link work todo --base r"
        );
        Assert.Equal("1", _user.Run("cat work/ran"));
    }

    [Fact]
    public void A_repository_without_commits_has_one()
    {
        _user.Run("git init -q none; gitproc link work --base none; cd work; echo x > x; git add .; git commit -qm x");
        Assert.Equal("work", _user.Run("git -C none for-each-ref --format='%(refname:short)'"));
    }

    [Fact]
    public void One_that_was_never_made_has_lost_nothing()
    {
        const string nothing = "nothing is checked out in it yet. In it: gitproc checkout BRANCH";
        _user.Run("mkdir r/later; touch r/later/.gitlink");
        _user.Fail("cd r/later; gitproc checkout nope");
        Assert.Contains(nothing, _user.Fail("cd r; gitproc link remove later"), StringComparison.Ordinal);
        Assert.Contains(nothing, _user.Fail("cd r; gitproc link repair later"), StringComparison.Ordinal);
        // One that was made has.
        _user.Run("gitproc link r/one -b; mkdir elsewhere; mv r/one elsewhere");
        Assert.Contains(
            "has lost its base repository: gitproc link repair elsewhere/one",
            _user.Fail("gitproc link remove elsewhere/one"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Many_can_be_made_at_once()
    {
        var running = Enumerable.Range(0, 8).Select(i => _user.Start($"gitproc link r/x/work{i} -b")).ToList();
        Assert.All(
            running.ConvertAll(GitprocProgram.Finish), result => Assert.True(result.ExitCode == 0, result.Error));
        Assert.Equal("9", _user.Run("cd r; test -z \"$(git status --porcelain)\"; gitproc link list | wc -l"));
        _user.Run(
            "cd r; for l in x/work*; do git -C $l status > /dev/null; gitproc link remove $l; done; test ! -e .git/worktrees"
        );
    }

    [Fact]
    public void One_that_was_killed_while_it_was_made_can_be_ended()
    {
        _user.Run("cd r; for i in $(seq 1000); do echo $i > many-$i; done; git add .; git commit -qm many");
        var kills = new Kills(
            4,
            () => _user.Start("exec gitproc link r/unkilled -b"),
            () => Directory.Exists(_user["w/r/.git/worktrees/unkilled"]));
        _user.Run("cd r; gitproc link remove unkilled; git branch -qD unkilled");
        while (kills.AreWanted)
        {
            var i = kills.Tries;
            kills.Kill(
                () => _user.Start($"exec gitproc link r/work{i} -b"),
                () => Directory.Exists(_user[$"w/r/.git/worktrees/work{i}"]));
            // What is there of it is ended like any other, as soon as a git that outlived the kill has ended; what is
            // not is made.
            _user.Run(
                $"cd r; if [ -e .git/worktrees/work{i}/gitlink ]; then for n in $(seq 50); do gitproc link remove --discard work{i} && break; sleep 0.2; done; fi; rm -rf work{i} .git/worktrees; git branch -qD work{i} || true; gitproc link work{i}; git -C work{i} status; gitproc link remove work{i}; git branch -qD work{i}"
            );
        }

        _user.Run("cd r; git fsck --no-progress; test -z \"$(git status --porcelain)\"");
    }

    [Fact]
    public void One_that_was_not_made_to_the_end_says_so()
    {
        // As a kill in the middle leaves it.
        _user.Run("cd r; gitproc link todo; echo ref: refs/heads/gitproc/no-commit > .git/worktrees/todo/HEAD");
        Assert.DoesNotContain(
            "no-commit", _user.Run("cd r; gitproc link list; gitproc link list --json"), StringComparison.Ordinal);
        var refused = _user.Fail("cd r; gitproc link todo");
        Assert.Contains("was not made to the end", refused, StringComparison.Ordinal);
        _user.Run($"cd r; {refused.Trim().Split(": ")[^1]}; gitproc link todo; git -C todo log -1");
    }

    [Theory]
    [InlineData(
        "gitproc link list --base https://example.com/none/such",
        "has no repository 'https://example.com/none/such'. See gitproc repositories."
    )]
    [InlineData("gitproc link work --base nowhere", "No base repository 'nowhere' is found")]
    [InlineData("gitproc link work --base ./p", "There is no repository at")]
    [InlineData("gitproc link /gitproc-none/work", "No base repository is found for /gitproc-none/work")]
    [InlineData("gitproc link r/full", "is a folder that is not empty")]
    [InlineData("gitproc link r/a", "is a file")]
    [InlineData("gitproc link taken main~ --base r --name mine", "already has a light-weight checkout 'mine'")]
    [InlineData("gitproc link mine2 todo --base r", "'todo' is already checked out at")]
    [InlineData("gitproc link work nope --base r", "has no branch, tag or commit 'nope'")]
    [InlineData(
        "gitproc link work --ref refs/pull/9/head --base r",
        "If its remote has it, fetch it first: git fetch origin refs/pull/9/head:refs/pull/9/head")]
    [InlineData("gitproc link work --ref v1:x -b y --base r", "names a branch, and so does the new branch 'y'")]
    [InlineData("gitproc link work -b todo --base r", "branch named 'todo' already exists")]
    [InlineData("gitproc link work -- '-x'", "is not a valid name of a branch")]
    [InlineData("gitproc link $'w\\nx' --base r", "control characters")]
    [InlineData("gitproc link work --base r --name ''", "cannot be the name")]
    [InlineData("gitproc link work --base ''", "The base repository is empty")]
    [InlineData(
        "cd garbage; gitproc checkout todo", "not a .gitlink file: its line 'what is this' is not one of its entries"
    )]
    [InlineData("cd binary; gitproc checkout todo", "is not a .gitlink file")]
    [InlineData("cd loop/one; gitproc checkout todo", "refer to each other")]
    [InlineData("cd outside; gitproc checkout todo", "No base repository 'not/here' is found")]
    [InlineData("cd r/full; gitproc checkout todo", "has no .gitlink file")]
    [InlineData("cd p; gitproc link repair", "is in no light-weight checkout, and in no repository")]
    [InlineData("cd outside; gitproc link repair", "nothing is checked out in it yet")]
    [InlineData("gitproc link repair r", "is not a light-weight checkout")]
    [InlineData("cd r; gitproc link restore nope", "has no light-weight checkout 'nope'")]
    [InlineData("cd r; gitproc link remove nope", "has no light-weight checkout 'nope'")]
    [InlineData("gitproc link list --base nope", "No base repository 'nope'")]
    public void Bad_input_is_one_error_and_changes_nothing(string command, string error)
    {
        Assert.SkipWhen(
            OperatingSystem.IsWindows() && command.Contains(" /", StringComparison.Ordinal),
            "On Windows such a path is on a drive.");
        _user.Run(
            "mkdir -p p r/full garbage binary loop/one loop/two outside; echo x > r/full/x; gitproc link x todo --base r --name mine; echo 'what is this' > garbage/.gitlink; head -c 70000 /dev/zero > binary/.gitlink;"
                + "echo 'Gitdir = loop/two' > loop/one/.gitlink; echo 'Gitdir = loop/one' > loop/two/.gitlink; echo 'Gitdir = not/here' > outside/.gitlink"
        );
        Assert.Contains(error, _user.Fail(command), StringComparison.Ordinal);
    }

    private string Answers(string path) =>
        _user.Run(
            $"cd {path}; git status --porcelain=v2 --branch; git ls-files -s; git diff; cat $(git ls-files -mo --exclude-standard) < /dev/null | od -c; cat $(git rev-parse --git-dir)/MERGE_HEAD 2> /dev/null || true"
        );
}
