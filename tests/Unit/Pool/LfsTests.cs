using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class LfsTests : IDisposable
{
    private readonly UserFixture _user = new();

    public void Dispose() => _user.Dispose();

    [ProgramFact("git-lfs")]
    public void Contents_are_shared_rescued_and_restored()
    {
        _user.Run(_user.Home, "git lfs install --skip-repo > /dev/null");
        _user.MakeSource(
            "git lfs track '*.bin' > /dev/null; head -c 100000 /dev/urandom > a.bin; echo text > b; git add .; git commit -qm first; git branch other"
        );
        var path = _user.Acquire();
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_user.Source, "a.bin")), File.ReadAllBytes(Path.Combine(path, "a.bin")));
        Assert.True(Directory.Exists(Path.Combine(_user.Base, "lfs", "objects")));
        Assert.Empty(
            Directory.EnumerateFiles(Path.Combine(path, ".git/lfs/objects"), "*", SearchOption.AllDirectories));
        // Whoever runs git-lfs in a repository has it note its version in the config: here it compares the file.
        _user.Run(path, "touch a.bin");
        _user.Release(path);

        // Nobody has to get it again.
        Directory.Move(Path.Combine(_user.Source, ".git/lfs"), Path.Combine(_user.Source, ".git/lfs.away"));
        var paths = new[] { _user.Acquire(), _user.Acquire() };
        Assert.All(paths, one => Assert.Equal(100_000, new FileInfo(Path.Combine(one, "a.bin")).Length));
        foreach (var one in paths)
            _user.Release(one);
        Directory.Move(Path.Combine(_user.Source, ".git/lfs.away"), Path.Combine(_user.Source, ".git/lfs"));

        var restored = _user.Round(
            "head -c 5000 /dev/urandom > committed.bin; git add .; git commit -qm mine; head -c 6000 /dev/urandom > staged.bin; git add .; head -c 7000 /dev/urandom > a.bin; head -c 800 /dev/urandom > untracked.bin"
        );

        var commit = _user.Git(restored!, "rev-parse", "HEAD");
        Assert.Equal(3, _user.Git(restored!, "lfs", "ls-files").Split('\n').Length);
        _user.Run(
            restored!,
            "git lfs prune --force --recent > /dev/null; rm committed.bin; git checkout -q committed.bin; test $(wc -c < committed.bin) = 5000; git push -q origin HEAD:pushed"
        );
        _user.Release(restored!);
        Assert.Equal(
            5000, new FileInfo(Path.Combine(_user.Acquire("--fetch", "--ref", commit), "committed.bin")).Length);
    }

    [ProgramFact("git-lfs")]
    public void Contents_that_cannot_be_had_are_an_error()
    {
        _user.Run(_user.Home, "git lfs install --skip-repo > /dev/null");
        _user.MakeSource(
            "git lfs track '*.bin' > /dev/null; echo content > a.bin; git add .; git commit -qm first; rm -r .git/lfs");
        var result = _user.Try("acquire", _user.Source);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("a.bin", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clone")]
    [InlineData("worktree")]
    [InlineData("standalone")]
    public void Contents_or_pointers_as_the_acquire_wants(string kind)
    {
        Assert.SkipWhen(ProgramPath.Find("git-lfs") is null, "git-lfs is not installed.");
        _user.Run(_user.Home, "git lfs install --skip-repo > /dev/null");
        _user.MakeSource(
            "git lfs track '*.bin' > /dev/null; echo contents-1 > a.bin; echo contents-2 > b.bin; echo text > c; git add .; git commit -qm first");
        var path = _user.Acquire("--no-lfs", "--kind", kind);
        _user.Run(path, "grep -q git-lfs.github.com a.bin; test -z \"$(git status --porcelain)\"; git lfs pull; grep -q contents-1 a.bin");
        _user.Release(path);
        _user.Run(path, "grep -q git-lfs.github.com a.bin");
        foreach (var (options, has) in new[] { ("--lfs", "contents-1"), ("--fetch", "contents-1"), ("--no-lfs", "git-lfs.github.com"), ("--no-lfs", "git-lfs.github.com"), ("--lfs", "contents-1") })
        {
            Assert.Equal(path, _user.Acquire(options, "--kind", kind));
            _user.Run(path, $"grep -q {has} a.bin; test $(cat c) = text; test -z \"$(git status --porcelain)\"; echo changed > c");
            _user.Run(path, "git checkout -q c");
            _user.Release(path);
            _user.Run(path, $"grep -q {has} a.bin b.bin");
        }

        Assert.Empty(_user.Rescues());
    }

    [ProgramFact("git-lfs")]
    public void What_the_variable_of_git_lfs_asks_for_does_not_reach_the_next_job()
    {
        _user.Run(_user.Home, "git lfs install --skip-repo > /dev/null");
        _user.MakeSource("git lfs track '*.bin' > /dev/null; echo contents > a.bin; git add .; git commit -qm first");
        var path = _user.Run(_user.Home, $"GIT_LFS_SKIP_SMUDGE=1 GITPROC_POOL='{_user["pool"]}' '{GitprocProgram.File}' acquire --hold '{_user.Source}'").Trim();
        _user.Run(path, "grep -q git-lfs.github.com a.bin");
        _user.Release(path);
        Assert.Equal(path, _user.Acquire());
        _user.Run(path, "grep -q contents a.bin");
    }

    [Theory]
    [InlineData("clone")]
    [InlineData("worktree")]
    [InlineData("standalone")]
    public void Contents_that_are_new_come_into_a_reused_checkout(string kind)
    {
        Assert.SkipWhen(ProgramPath.Find("git-lfs") is null, "git-lfs is not installed.");
        _user.Run(_user.Home, "git lfs install --skip-repo > /dev/null");
        _user.MakeSource("git lfs track '*.bin' > /dev/null; echo contents > a.bin; git add .; git commit -qm first");
        var path = _user.Acquire("--kind", kind);
        _user.Release(path);
        _user.Run(_user.Source, "echo newer > a.bin; echo new > new.bin; git add .; git commit -qm second");
        Assert.Equal(path, _user.Acquire("--fetch", "--kind", kind));
        _user.Run(path, "test $(cat a.bin) = newer; test $(cat new.bin) = new; test -z \"$(git status --porcelain)\"");
    }

    [Fact]
    public void Submodules_have_what_the_checkout_around_them_has()
    {
        Assert.SkipWhen(ProgramPath.Find("git-lfs") is null, "git-lfs is not installed.");
        _user.Run(_user.Home, "git lfs install --skip-repo > /dev/null");
        _user.Config("[protocol \"file\"]\n\tallow = always\n");
        _user.MakeSource(
            "git init -q ../sub; cd ../sub; git lfs track '*.bin' > /dev/null; echo contents > a.bin; git add .; git commit -qm sub; cd ../source; git submodule --quiet add ../sub sub; git commit -qm first");
        var path = "";
        foreach (var (option, has) in new[] { ("--no-lfs", "git-lfs.github.com"), ("--lfs", "contents"), ("--lfs", "contents"), ("--no-lfs", "git-lfs.github.com") })
        {
            var acquired = _user.Acquire("--submodules", option);
            Assert.True(path.Length == 0 || path == acquired);
            path = acquired;
            _user.Run(path, $"grep -q {has} sub/a.bin; test -z \"$(git status --porcelain)\"; test -z \"$(git -C sub status --porcelain)\"");
            _user.Release(path);
            _user.Run(path, $"grep -q {has} sub/a.bin");
        }

        Assert.Empty(_user.Rescues());
    }
}
