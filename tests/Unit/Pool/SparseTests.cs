using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class SparseTests : IDisposable
{
    private const string Sparse = "a docs/x.md src/s.txt src/web/app/main.js src/web/w.js";
    private const string All = "a docs/x.md lib/b/deep lib/l src/api/i.cs src/s.txt src/web/app/main.js src/web/w.js";

    private readonly UserFixture _user = new();

    public SparseTests() => _user.MakeSource(
        """
        mkdir -p src/web/app src/api docs lib/b
        for f in a docs/x.md lib/b/deep lib/l src/api/i.cs src/s.txt src/web/app/main.js src/web/w.js; do echo $f > $f; done
        echo '*.o' > .gitignore; git add .; git commit -qm first; git tag old
        echo 2 > src/web/w.js; echo 2 > src/api/i.cs; git commit -qam second
        """);

    public void Dispose() => _user.Dispose();

    [Theory]
    [InlineData("clone")]
    [InlineData("standalone")]
    public void A_checkout_has_the_folders_that_are_wanted(string kind)
    {
        var path = Acquire("--kind", kind);
        AssertHas(Sparse, path);
        Assert.Equal("docs\nsrc/web", _user.Git(path, "sparse-checkout", "list"));
        _user.Release(path);
        AssertHas(Sparse, path);

        // As it is, without git.
        var again = _user.Try(
            "acquire", "--sparse", "src/web/", "--sparse", "docs", "--verbose", "--kind", kind, "--no-fetch", _user.Source);
        Assert.Equal((0, path), (again.ExitCode, again.Output));
        Assert.DoesNotContain("git ", again.Error, StringComparison.Ordinal);
        AssertHas(Sparse, path);
        _user.Release(path);

        Assert.Equal(path, _user.Acquire("--kind", kind));
        AssertHas(All, path);
        Assert.NotEqual("true", _user.Run(path, "git config core.sparseCheckout || true"));
        _user.Release(path);

        Assert.Equal(path, Acquire("--kind", kind, "--ref", "old"));
        AssertHas(Sparse, path);
        _user.Run(path, "test $(cat src/web/w.js) = src/web/w.js");
        _user.Run(path, "git sparse-checkout add lib; test $(cat lib/l) = lib/l; test ! -e src/api");
        _user.Release(path);
        Assert.Equal(path, _user.Acquire("--sparse", "lib/b", "--kind", kind));
        AssertHas("a lib/b/deep lib/l", path);
        Assert.Empty(_user.Rescues());
    }

    [Theory]
    [InlineData("git sparse-checkout disable")]
    [InlineData("git sparse-checkout set --no-cone /lib/")]
    [InlineData("git sparse-checkout set lib src --sparse-index")]
    [InlineData("git sparse-checkout reapply; git read-tree -mu HEAD; git status")]
    [InlineData("git config core.sparseCheckout false; git checkout .; git reset -q --hard")]
    [InlineData("git update-index --no-skip-worktree lib/l; git checkout lib/l")]
    [InlineData("git checkout -q old; git checkout -q main; touch a")]
    [InlineData("rm .git/info/sparse-checkout; git config --unset core.sparseCheckout")]
    public void What_a_job_makes_of_it_is_no_work_and_ends_with_it(string job)
    {
        var path = Acquire();
        _user.Run(path, job);
        _user.Release(path);
        Assert.Equal(path, Acquire());
        AssertHas(Sparse, path);
        Assert.Equal("docs\nsrc/web", _user.Git(path, "sparse-checkout", "list"));
        Assert.Empty(_user.Rescues());
    }

    [Theory]
    [InlineData("echo x > src/web/w.js", "test $(cat src/web/w.js) = x")]
    [InlineData("echo x > src/web/w.js; git commit -qam mine", "test $(git show HEAD:src/web/w.js) = x")]
    [InlineData("mkdir lib; echo x > lib/l", "test $(cat lib/l) = x")]
    [InlineData("mkdir lib; echo x > lib/new", "test $(cat lib/new) = x")]
    [InlineData("git rm -q --sparse lib/l", "test ! -e lib/l")]
    [InlineData("rm a; git stash -q", "git stash show -p | grep -q '^-a'")]
    public void Work_is_rescued_and_files_that_were_never_there_are_no_work(string job, string check)
    {
        var path = Acquire();
        _user.Run(path, job);
        _user.Release(path);
        AssertHas(Sparse, path);
        var restored = _user.Restore(Assert.Single(_user.Rescues()));
        _user.Run(restored, check);
        Assert.DoesNotContain(
            "D", _user.Run(restored, "git status --porcelain -- src/api docs | cut -c1-2"), StringComparison.Ordinal);
        _user.Run(restored, "test -z \"$(git diff HEAD --name-only --diff-filter=D -- src/api lib/b docs)\"");
    }

    [Fact]
    public void Names_are_taken_as_they_are()
    {
        _user.Run(_user.Source, "for d in 'a[b]*' a?c 'über uns' '#x' '!y'; do mkdir \"$d\"; echo 1 > \"$d/f\"; done; git add .; git commit -qm names");
        foreach (var folder in (string[])["a[b]*", "a?c", "über uns", "#x", "!y"])
        {
            var path = _user.Acquire("--fetch", "--sparse", folder);
            AssertHas(string.Join(' ', new[] { "a", $"{folder}/f" }.Order(StringComparer.Ordinal)), path);
            Assert.Equal("", _user.Git(path, "status", "--porcelain"));
            _user.Release(path);
        }
    }

    [Fact]
    public void Submodules_outside_are_not_filled()
    {
        _user.Config("[protocol \"file\"]\n\tallow = always\n");
        _user.Run(
            _user.Source,
            "git init -q ../sub; echo s > ../sub/s; git -C ../sub add .; git -C ../sub commit -qm s; git submodule --quiet add $PWD/../sub docs/sub; git submodule --quiet add $PWD/../sub lib/sub; git commit -qm sub");
        var path = Acquire("--fetch", "--submodules");
        _user.Run(path, "test -e docs/sub/s; test ! -e lib; git status --porcelain | grep . && exit 1 || true");
        _user.Release(path);
        Assert.Equal(path, _user.Acquire("--submodules"));
        _user.Run(path, "test -e docs/sub/s; test -e lib/sub/s; git status --porcelain | grep . && exit 1 || true");
        _user.Release(path);
        Assert.Equal(path, Acquire("--submodules"));
        _user.Run(path, "test -e docs/sub/s; test ! -e lib; git status --porcelain | grep . && exit 1 || true");
        Assert.Empty(_user.Rescues());
    }

    [Fact]
    public void One_that_is_killed_while_files_go_leaves_no_rescue()
    {
        var path = _user.Acquire();
        _user.Release(path);
        // Ends gitproc when git has removed the files.
        _user.Run(
            _user.Home,
            $$"""
            mkdir bin; real=$(command -v git)
            printf '#!/bin/sh\ncase "$*" in *"reset --hard"*) %s "$@"; kill -9 $PPID;; *) exec %s "$@";; esac\n' $real $real > bin/git
            chmod +x bin/git
            PATH=$PWD/bin:$PATH GITPROC_POOL='{{_user["pool"]}}' '{{GitprocProgram.File}}' acquire --sparse docs '{{_user.Source}}' && exit 1 || true
            """);
        AssertHas("a docs/x.md", path);

        Assert.Equal(path, _user.Acquire());

        AssertHas(All, path);
        Assert.Empty(_user.Rescues());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("src/../../x")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("src//web")]
    [InlineData("a\nb")]
    public void What_is_no_folder_of_a_repository_is_refused(string folder)
    {
        var result = _user.Try("acquire", "--sparse", folder, _user.Source);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("is no folder of a repository", result.Error, StringComparison.Ordinal);
        Assert.Equal("[]", _user.Try("list", "--json").Output);
    }

    [Fact]
    public void A_folder_that_the_commit_does_not_have_is_told()
    {
        var result = _user.Try("acquire", "--sparse", "src/wbe", _user.Source);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("src/wbe is no folder of", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worktree_cannot_be_sparse()
    {
        var path = _user.Acquire("--kind", "worktree");
        _user.Release(path);
        foreach (var options in (string[][])[["--kind", "worktree"], ["--name", "checkout-1"]])
        {
            var result = _user.Try(["acquire", "--sparse", "src", .. options, _user.Source]);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("kind Worktree", result.Error, StringComparison.Ordinal);
        }

        Assert.NotEqual(path, Acquire());
    }

    private string Acquire(params string[] options) =>
        _user.Acquire(["--sparse", "docs", "--sparse", "src/web", .. options]);

    private void AssertHas(string files, string path) => Assert.Equal(
        files,
        _user.Run(path, "find . -type f -not -path './.git/*' -not -name .gitignore | cut -c3- | LC_ALL=C sort | tr '\\n' ' '").Trim());
}
