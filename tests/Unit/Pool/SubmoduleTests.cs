using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class SubmoduleTests : IDisposable
{
    private readonly UserFixture _user = new();

    public SubmoduleTests()
    {
        _user.Config("[protocol \"file\"]\n\tallow = always\n");
        _user.MakeSource(
            "for r in inner lib; do git init -q ../$r; echo $r > ../$r/file; git -C ../$r add .; git -C ../$r commit -qm $r; done; git -C ../lib submodule --quiet add $PWD/../inner deep/inner; git -C ../lib commit -qm inner;"
                + "echo a > a; git submodule --quiet add $PWD/../lib libs/lib; git submodule --quiet add $PWD/../inner inner; git add .; git commit -qm first"
        );
    }

    public void Dispose() => _user.Dispose();

    [Fact]
    public void Folders_are_empty_as_in_a_fresh_clone_whatever_the_user_has_set()
    {
        _user.Config("[submodule]\n\trecurse = true\n");
        var path = _user.Acquire();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(path, "libs", "lib")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(path, "inner")));
        _user.Run(path, "git submodule --quiet update --init --recursive; test -e libs/lib/deep/inner/file");
        _user.Release(path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(path, "libs", "lib")));
        Assert.False(Directory.Exists(Path.Combine(path, ".git", "modules")));
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
}
