using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class SubmoduleTests : IDisposable
{
    private readonly UserFixture _user = new();

    public SubmoduleTests()
    {
        _user.Config("[protocol \"file\"]\n\tallow = always\n");
        _user.MakeSource(
            "for r in inner lib; do git init -q ../$r; echo $r > ../$r/file; echo '*.o' > ../$r/.gitignore; git -C ../$r add .; git -C ../$r commit -qm $r; done; git -C ../lib submodule --quiet add $PWD/../inner deep/inner; git -C ../lib commit -qm inner;"
                + "echo a > a; git submodule --quiet add ../lib libs/lib; git submodule --quiet add $PWD/../inner inner; git add .; git commit -qm first"
        );
    }

    public void Dispose() => _user.Dispose();

    [Fact]
    public void Folders_are_empty_as_in_a_fresh_clone_if_nobody_wants_them()
    {
        var path = _user.Acquire();
        AssertEmpty(path);
        _user.Run(path, "git submodule --quiet update --init --recursive; test -e libs/lib/deep/inner/file");
        _user.Release(path);
        AssertEmpty(path);
    }

    [Theory]
    [InlineData("", "--submodules")]
    [InlineData("[gitproc]\n\tsubmodules = true\n", null)]
    [InlineData("[submodule]\n\trecurse = true\n", null)]
    public void They_are_filled_if_the_user_wants_them(string config, string? option)
    {
        _user.Config(config);
        var path = _user.Acquire(option is null ? [] : [option]);
        AssertFilled(path);
        _user.Run(
            path,
            "test -d .git/modules/libs/lib/modules/deep/inner; git -C libs/lib fetch -q; git submodule --quiet update --init --recursive; git submodule --quiet foreach --recursive 'git fsck 2>/dev/null; git status --porcelain'");
        Assert.Equal(_user["inner"], _user.Run(path, "git config submodule.inner.url"));
    }

    [Theory]
    [InlineData("[gitproc]\n\tsubmodules = false\n[submodule]\n\trecurse = true\n", "--verbose")]
    [InlineData("[submodule]\n\trecurse = true\n", "--no-submodules")]
    public void They_stay_empty_if_the_user_does_not_want_them(string config, string option)
    {
        _user.Config(config);
        AssertEmpty(_user.Acquire(option));
    }

    [Fact]
    public void The_config_of_a_repository_does_not_ask_for_them()
    {
        _user.Run(_user.Source, "git config submodule.recurse true");
        AssertEmpty(_user.AcquireFrom(_user.Source));
    }

    [Theory]
    [InlineData("clone")]
    [InlineData("worktree")]
    [InlineData("standalone")]
    public void A_second_acquire_needs_neither_network_nor_git(string kind)
    {
        var path = _user.Acquire("--submodules", "--kind", kind);
        _user.Run(path, "git status; git -C libs/lib status; touch inner/built.o; echo x > libs/lib/deep/inner/x.o");
        var before = Times(path);
        _user.Release(path);
        TakeAway();
        var result = _user.Try("acquire", "--submodules", "--verbose", "--kind", kind, "--no-fetch", _user.Source);
        Assert.Equal((0, path), (result.ExitCode, result.Output));
        Assert.DoesNotContain("git ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Times(path));
        AssertFilled(path);
        Assert.True(File.Exists(Path.Combine(path, "inner", "built.o")));
        _user.Release(path);
        Assert.Empty(_user.Rescues());
    }

    [Fact]
    public void Emptied_ones_are_filled_again_without_network()
    {
        var path = _user.Acquire("--submodules");
        _user.Release(path);
        TakeAway();
        Assert.Equal(path, _user.Acquire("--no-fetch"));
        AssertEmpty(path);
        Assert.DoesNotContain("submodule", File.ReadAllText(Path.Combine(path, ".git", "config")));
        _user.Release(path);
        Assert.Equal(path, _user.Acquire("--no-fetch", "--submodules"));
        AssertFilled(path);
        Assert.Empty(_user.Rescues());
    }

    [Theory]
    [InlineData("clone")]
    [InlineData("worktree")]
    public void Each_is_at_the_commit_that_belongs_to_it(string kind)
    {
        var path = _user.Acquire("--submodules", "--kind", kind);
        _user.Release(path);
        _user.Run(
            _user.Source,
            "git tag old; echo 2 > ../inner/file; git -C ../inner commit -qam 2; git -C inner pull -q; git rm -q libs/lib; git submodule --quiet add $PWD/../lib other; git commit -qam second; git tag new");
        Assert.Equal(path, _user.Acquire("--fetch", "--submodules", "--kind", kind));
        _user.Run(path, "test $(cat inner/file) = 2; test -e other/deep/inner/file; test ! -e libs; test -z \"$(git status --porcelain)\"");
        _user.Release(path);
        Assert.Equal(path, _user.Acquire("--submodules", "--ref", "old", "--kind", kind));
        AssertFilled(path);
        _user.Run(path, "test ! -e other");
        _user.Release(path);
        Assert.Empty(_user.Rescues());
    }

    [Theory]
    [InlineData("clone")]
    [InlineData("worktree")]
    public void Work_in_filled_ones_is_rescued_and_the_next_job_does_not_see_it(string kind)
    {
        var path = _user.Acquire("--submodules", "--kind", kind);
        _user.Run(
            path,
            "cd libs/lib/deep/inner; echo x > file; git commit -qam unpushed; echo y > file; cd ../../../../inner; echo z > new; git stash -qu; ln -s /etc/hosts link; git config core.fsmonitor \"touch $HOME/ran\"");
        _user.Release(path);
        Assert.Equal(path, _user.Acquire("--submodules", "--kind", kind));
        AssertFilled(path);
        _user.Run(
            path,
            "test ! -e inner/link; git -C inner stash list | grep . && exit 1; git -C inner config core.fsmonitor && exit 1; git -C inner rev-parse -q --verify refs/stash && exit 1; test ! -e $HOME/ran");
        var restored = _user.Restore(Assert.Single(_user.Rescues()));
        _user.Run(
            restored,
            "cd libs/lib/deep/inner; test $(cat file) = y; test $(git show HEAD:file) = x; git fsck 2>/dev/null; cd ../../../../inner; git stash show -p --include-untracked | grep -q '^+z'; test -L link");
    }

    [Theory]
    [InlineData("rm -rf inner; echo precious > inner")]
    [InlineData("rm -rf inner; ln -s $HOME inner")]
    [InlineData("rm inner/.git; echo precious > inner/precious")]
    [InlineData("rm -rf inner; git init -q inner; echo precious > inner/precious")]
    [InlineData("rm -rf .git/modules/inner; echo precious > inner/precious")]
    public void What_took_the_place_of_a_filled_one_is_rescued(string job)
    {
        var path = _user.Acquire("--submodules");
        _user.Run(path, job);
        _user.Release(path);
        Assert.Single(_user.Rescues());
        Assert.Equal(path, _user.Acquire("--submodules"));
        AssertFilled(path);
    }

    [Fact]
    public void Links_that_a_job_put_in_the_way_lead_nowhere()
    {
        var path = _user.Acquire("--submodules");
        _user.Run(path, "mkdir -p $HOME/x/inner; echo mine > $HOME/x/inner/HEAD; rm -rf .git/modules; ln -s $HOME/x .git/modules");
        _user.Release(path);
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(_user.Home, "x", "inner", "HEAD")));
        Assert.Equal(path, _user.Acquire("--submodules"));
        AssertFilled(path);
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(_user.Home, "x", "inner", "HEAD")));
    }

    [Fact]
    public void A_failing_one_fails_the_acquire_and_names_it()
    {
        _user.Acquire();
        _user.Release(Path.Combine(_user["pool"], "checkout-1"));
        TakeAway();
        var result = _user.Try("acquire", "--submodules", "--no-fetch", _user.Source);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            "gitproc: The submodule inner of checkout-1 cannot be filled from ", result.Error, StringComparison.Ordinal);
        Assert.Contains("/inner: ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("add --no-submodules", result.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("inner.git", _user.Try("repositories").Output, StringComparison.Ordinal);
        AssertEmpty(_user.Acquire("--no-fetch", "--name", "checkout-1"));
    }

    [Theory]
    [InlineData("[submodule \"../../x\"]\n\tpath = inner\n\turl = ../inner\n")]
    [InlineData("[submodule \"x\"]\n\tpath = inner\n\turl = --upload-pack=touch${IFS}$HOME/ran\n")]
    [InlineData("[submodule \"x\"]\n\tpath = inner\n\turl = ext::sh -c touch% $HOME/ran\n")]
    public void A_hostile_one_is_refused_and_runs_nothing(string modules)
    {
        _user.Config("[protocol \"ext\"]\n\tallow = user\n");
        File.WriteAllText(Path.Combine(_user.Source, ".gitmodules"), modules);
        _user.Run(_user.Source, "git commit -qam hostile");
        var result = _user.Try("acquire", "--submodules", _user.Source);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The submodule ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_user.Home, "ran")));
        AssertEmpty(_user.Acquire());
    }

    [Fact]
    public void Commands_of_a_commit_are_not_run_and_those_left_out_stay_empty()
    {
        _user.Run(
            _user.Source,
            "git config -f .gitmodules submodule.inner.update none; git config -f .gitmodules submodule.libs/lib.update '!touch $HOME/ran'; git commit -qam update");
        var path = _user.Acquire("--submodules");
        _user.Run(path, "test -e libs/lib/file; test -z \"$(ls -A inner)\"; test ! -e $HOME/ran");
        _user.Release(path);
        Assert.DoesNotContain("git ", _user.Try("acquire", "--submodules", "--verbose", _user.Source).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_addresses_are_subject_to_gits_rules_even_if_the_pool_has_them()
    {
        var path = _user.Acquire("--submodules");
        _user.Release(path);
        _user.Run(_user.Home, "git config --global protocol.file.allow user");
        Assert.Equal(path, _user.Acquire("--no-submodules"));
        _user.Release(path);
        var result = _user.Try("acquire", "--submodules", _user.Source);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("protocol.allow", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_an_address_is_kept_nowhere()
    {
        _user.Run(
            _user.Source,
            "git config -f .gitmodules submodule.inner.url https://user:secret@127.0.0.1:1/inner; git commit -qam url");
        var result = _user.Try("acquire", "--submodules", _user.Source);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("127.0.0.1:1/inner", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Error, StringComparison.Ordinal);
        _user.Run(
            _user["pool"],
            "! grep -r secret --include=list . && ! grep -a secret gitproc.db*");
    }

    [Fact]
    public async Task Acquires_at_the_same_time_share_one_clone()
    {
        var all = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => _user.Acquire("--submodules"))));
        Assert.Equal(4, all.Distinct().Count());
        foreach (var path in all)
            AssertFilled(path);
    }

    [Fact]
    public void Warm_ones_are_filled_and_base_repositories_that_are_borrowed_from_stay()
    {
        Assert.Equal(0, _user.Try("warm", "--count", "1", "--submodules", _user.Source).ExitCode);
        var warm = _user.Try("acquire", "--submodules", "--verbose", _user.Source);
        Assert.DoesNotContain("git ", warm.Error, StringComparison.Ordinal);
        AssertFilled(warm.Output);
        Assert.Equal(0, _user.Try("prune", "--unused-for", "0s").ExitCode);
        _user.Run(warm.Output, "git submodule --quiet foreach --recursive 'git fsck 2>/dev/null'");
    }

    [Theory]
    [InlineData("clone", "")]
    [InlineData("worktree", "")]
    [InlineData("clone", "git checkout -qb w; echo w > file; git commit -qam w; echo d > d")]
    [InlineData("clone", "git config remote.origin.url $HOME/evil; git config uploadpack.packObjectsHook 'touch $HOME/ran'")]
    public void What_a_job_filled_itself_needs_no_network_the_next_time(string kind, string job)
    {
        var path = _user.Acquire("--kind", kind);
        _user.Run(path, $"git submodule --quiet update --init; git -C inner tag mine; cd inner; {job}");
        _user.Release(path);
        TakeAway();
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(path, _user.Acquire("--no-fetch", "--kind", kind));
            AssertEmpty(path);
            _user.Run(
                path,
                "git submodule --quiet update --init; test $(cat inner/file) = inner; test -z \"$(git -C inner tag)\"; git -C inner fsck 2>/dev/null; test ! -e $HOME/ran; git config -f $(git rev-parse --git-path modules/inner/config) remote.origin.url | grep -q '/inner$'");
            _user.Release(path);
        }

        Directory.Move(_user["inner-away"], _user["inner"]);
        _user.Run(_user.Home, "git clone -q $SOURCE/../inner again; cd again; git commit -q --allow-empty -m newer; git push -q origin HEAD:refs/heads/other");
        var own = _user.Try("acquire", "--ref", "other", _user["inner"]);
        Assert.True(own.ExitCode == 0, own.Error);
        Assert.Equal("newer", _user.Run(own.Output, "git log -1 --format=%s"));
    }

    [Fact]
    public void What_a_job_made_up_about_a_remote_is_no_commit_of_it()
    {
        var path = _user.Acquire();
        _user.Run(
            path,
            "git submodule --quiet update --init inner; cd inner; echo evil > file; git commit -qam evil; git update-ref refs/remotes/origin/main HEAD; git update-ref refs/remotes/origin/evil HEAD");
        _user.Release(path);
        var own = _user.Try("acquire", "--no-fetch", "--ref", "evil", _user["inner"]);
        Assert.NotEqual(0, own.ExitCode);
        own = _user.Try("acquire", _user["inner"]);
        Assert.Equal("inner", _user.Run(own.Output, "cat file"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("git -C $SOURCE/../inner commit -q --allow-empty -m newer; git -C inner fetch -q;")]
    [InlineData("git -C inner branch local; git -C libs/lib checkout -q --detach HEAD~;")]
    public void Those_that_a_job_only_had_are_no_work(string more) =>
        _user.Round(
            $"git submodule --quiet update --init --recursive; {more} git submodule --quiet update", isWork: false);

    [Theory]
    [InlineData("true")]
    [InlineData("git commit -q --allow-empty -m mine")]
    public void One_that_was_added_comes_back_whole(string before)
    {
        var restored = _user.Round($"{before}; git submodule --quiet add $SOURCE/../inner added/inner");
        _user.Run(
            restored!,
            "test -e added/inner/file; git -C added/inner fsck 2> /dev/null; git -C added/inner log -1 > /dev/null; test \"$(git status --short)\" = \"$(printf 'M  .gitmodules\\nA  added/inner')\""
        );
    }

    [Theory]
    [InlineData("echo x > libs/lib/deep/inner/file")]
    [InlineData("echo x > libs/lib/new; git -C libs/lib add new")]
    [InlineData("cd libs/lib/deep/inner; echo x > file; git commit -qam unpushed")]
    [InlineData(
        "cd libs/lib; git checkout -q -b mine; echo x > file; git add .; git commit -qm unpushed; git checkout -q -; echo u > u; cd ../../inner; git stash -q; echo y > file; git stash -q"
    )]
    [InlineData(
        "cd libs/lib/deep/inner; echo x > file; git commit -qam unpushed; cd ../..; git add .; git commit -qm inner; cd ../..; git add .; git commit -qm lib; echo y > libs/lib/file"
    )]
    [InlineData("cd inner; echo x > file; git commit -qam unpushed; cd ..; git submodule --quiet deinit -f inner")]
    public void Work_in_them_comes_back(string job)
    {
        var restored = _user.Round(
            $"git submodule --quiet update --init --recursive; echo keep > inner/keep; echo keep > libs/lib/keep; {job}"
        );
        _user.Run(
            restored!, "git submodule --quiet foreach --recursive 'git status > /dev/null; git fsck 2> /dev/null'");
    }

    [Fact]
    public void Those_of_a_standalone_checkout_borrow_nothing()
    {
        var path = _user.Acquire("--submodules", "--kind", "standalone");
        _user.Release(path);
        path = _user.Acquire("--submodules", "--kind", "standalone");
        Assert.Empty(Directory.EnumerateFiles(path, "alternates", SearchOption.AllDirectories));
        Directory.Move(_user["pool/base"], _user["pool/away"]);
        AssertFilled(path);
        _user.Run(path, "git submodule --quiet foreach --recursive 'git fsck 2>/dev/null'");
    }

    [Fact]
    public void A_kill_while_they_are_filled_or_emptied_leaves_nothing_that_the_next_acquire_does_not_make_right()
    {
        _user.Run(
            _user.Source,
            "cd ../inner; for i in $(seq 1500); do echo $i > f$i; done; git add .; git commit -qm many; cd ../source; git -C inner pull -q; git commit -qam many");
        var path = _user.Acquire("--submodules");
        _user.Release(path);
        var option = "--no-submodules";
        var kills = new Kills(8, Start, () => IsHeld());
        while (kills.AreWanted)
        {
            ReleaseHeld();
            option = option == "--submodules" ? "--no-submodules" : "--submodules";
            kills.Kill(Start, () => IsHeld());
            ReleaseHeld();
            Assert.Equal(path, _user.Acquire(option));
            if (option == "--submodules")
                AssertFilled(path);
            else
                AssertEmpty(path);
            _user.Run(path, "test -z \"$(git status --porcelain)\"");
        }

        Assert.Empty(_user.Rescues());

        System.Diagnostics.Process Start() => _user.Start("acquire", "--owner-pid", "1", option, _user.Source);

        bool IsHeld() => File.Exists(Path.Combine(path, ".git", "gitproc", "lease"));

        void ReleaseHeld() => _user.Try("release", path, "--force");
    }

    private void TakeAway()
    {
        Directory.Move(_user["inner"], _user["inner-away"]);
        Directory.Move(_user["lib"], _user["lib-away"]);
    }

    private void AssertFilled(string path) =>
        _user.Run(
            path,
            "test \"$(cat libs/lib/file libs/lib/deep/inner/file inner/file | tr '\\n' ' ')\" = 'lib inner inner '; test -z \"$(git status --porcelain)\"; test -f .git || test $(git submodule status --recursive | grep -c '^ ') = 3");

    private static void AssertEmpty(string path)
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(path, "libs", "lib")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(path, "inner")));
    }

    private static string Times(string path) =>
        string.Join(
            '\n',
            Directory.EnumerateFiles(path, "file", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks}"));
}
