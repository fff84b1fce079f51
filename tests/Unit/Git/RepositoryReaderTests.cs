using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

/// <summary>LibGit2Sharp answers as git does, and leaves to git what it cannot read.</summary>
public sealed class RepositoryReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _repository;

    public RepositoryReaderTests()
    {
        _repository = TestGit.MakeRepository(_folder["repository"]);
        TestGit.Run(_repository, "checkout", "--quiet", "other");
        TestGit.Run(_repository, "commit", "--quiet", "--allow-empty", "--message", "on other");
        TestGit.Run(_repository, "tag", "--annotate", "--message", "annotated", "v2");
        TestGit.Run(_repository, "tag", "--annotate", "--message", "of a tag", "v3", "v2");
        TestGit.Run(_repository, "tag", "tree", "HEAD^{tree}");
        TestGit.Run(_repository, "checkout", "--quiet", "main");
        foreach (var number in (int[])[1, 2, 3])
            TestGit.Run(_repository, "commit", "--quiet", "--allow-empty", "--message", $"main {number}");
        TestGit.Run(_repository, "update-ref", "refs/remotes/origin/feature/one", "HEAD~1");
        TestGit.Run(_repository, "pack-refs", "--all");
    }

    private GitReader Git =>
        new(
            new GitRunner(null),
            arguments => new GitCall(arguments) { WorkingDirectory = _repository, Subject = "repository" },
            CancellationToken.None);

    private RepositoryPlace Place =>
        LocalRepository.Find(_repository) is { } top
            ? LocalRepository.At(Path.Combine(top, ".git"))!
            : throw new InvalidOperationException();

    [Theory]
    [InlineData("main")]
    [InlineData("main~2")]
    [InlineData("other^")]
    [InlineData("HEAD@{0}")]
    [InlineData("@~1")]
    [InlineData("v1")]
    [InlineData("v2")]
    [InlineData("v3")]
    [InlineData("v3~1")]
    [InlineData("v2-1-gSHORT")]
    [InlineData("refs/tags/v2")]
    [InlineData("origin/feature/one")]
    [InlineData("SHORT")]
    [InlineData("SHORT~1")]
    [InlineData("main:file-0.txt")]
    [InlineData("tree")]
    [InlineData("no-such")]
    [InlineData("main~100")]
    [InlineData("0000")]
    [InlineData("0000000000000000000000000000000000000000")]
    [InlineData("a b")]
    [InlineData("--all")]
    [InlineData("main..other")]
    [InlineData("^main")]
    [InlineData("")]
    public void A_revision_is_the_same_commit(string revision)
    {
        revision = revision.Replace(
            "SHORT", TestGit.Run(_repository, "rev-parse", "--short", "HEAD~1"), StringComparison.Ordinal);
        Assert.Equal(Git.Commit(revision), Git.Ask(Place, reader => reader.Commit(revision)));
    }

    [Fact]
    public void A_short_id_that_is_also_that_of_a_file_is_the_commit()
    {
        // As many blobs as it takes until one begins as the commit does.
        var commit = TestGit.Run(_repository, "rev-parse", "HEAD");
        var start = commit[..4];
#pragma warning disable CA5350 // It is git's.
        for (var number = 0; ; number++)
        {
            var content = System.Text.Encoding.ASCII.GetBytes($"blob {$"{number}".Length}\0{number}");
            if (!Convert
                    .ToHexString(System.Security.Cryptography.SHA1.HashData(content))
                    .StartsWith(start, StringComparison.OrdinalIgnoreCase))
                continue;
            File.WriteAllText(_folder["content"], $"{number}");
            TestGit.Run(_repository, "hash-object", "-w", _folder["content"]);
            break;
        }
#pragma warning restore CA5350

        Assert.Equal(commit, Git.Ask(Place, reader => reader.Commit(start)));
    }

    [Theory]
    [InlineData("feature/one", true)]
    [InlineData("one", false)]
    [InlineData("feature", false)]
    [InlineData("main", false)]
    public void The_branches_of_remotes_are_the_same(string name, bool isThere)
    {
        Assert.Equal(isThere, Git.HasRemoteBranch(name));
        Assert.Equal(isThere, Library(reader => reader.HasRemoteBranch(name)));
    }

    [Fact]
    public void The_distance_is_the_same()
    {
        var (main, other) = (
            TestGit.Run(_repository, "rev-parse", "main"), TestGit.Run(_repository, "rev-parse", "other"));
        Assert.Equal((3, 1), Git.Distance(main, other));
        Assert.Equal((3, 1), Library(reader => reader.Distance(main, other)));
        Assert.Equal((0, 0), Library(reader => reader.Distance(main, main)));
    }

    [Fact]
    public void The_distance_of_histories_that_have_nothing_in_common_is_the_same()
    {
        var apart = TestGit.Run(_repository, "commit-tree", "-m", "apart", "main^{tree}");
        var main = TestGit.Run(_repository, "rev-parse", "main");
        Assert.Equal(Git.Distance(apart, main), Library(reader => reader.Distance(apart, main)));
    }

    [Fact]
    public void A_commit_that_is_elsewhere_is_left_to_git()
    {
        var clone = _folder["clone"];
        TestGit.Run(_folder.Path, "clone", "--quiet", "--shared", _repository, clone);
        TestGit.Run(clone, "commit", "--quiet", "--allow-empty", "--message", "ahead");
        var (own, main) = (TestGit.Run(clone, "rev-parse", "HEAD"), TestGit.Run(_repository, "rev-parse", "main"));
        var git = new GitReader(
            new GitRunner(null),
            arguments => new GitCall(arguments) { WorkingDirectory = clone },
            CancellationToken.None);
        Assert.Equal((1, 0), git.Ask(Place, reader => reader.Distance(own, main)));
    }

    [Fact]
    public void The_commit_of_a_submodule_is_the_same()
    {
        var commit = TestGit.Run(_repository, "rev-parse", "main");
        Assert.Null(Library(reader => reader.SubmoduleCommit("sub module")));
        TestGit.Run(_repository, "update-index", "--add", "--cacheinfo", $"160000,{commit},sub module");
        Assert.Equal(commit, Git.SubmoduleCommit("sub module"));
        Assert.Equal(commit, Library(reader => reader.SubmoduleCommit("sub module")));
        Assert.Null(Library(reader => reader.SubmoduleCommit("file-0.txt")));
    }

    [Fact]
    public void Repositories_that_only_git_reads_as_it_should_are_left_to_it()
    {
        TestGit.Run(_repository, "replace", "main", "other");
        Assert.Null(LibGit2Reader.TryOpen(Place));
        Assert.Equal(Git.Commit("main~1"), Git.Ask(Place, reader => reader.Commit("main~1")));
        TestGit.Run(_repository, "replace", "--delete", "main");
        TestGit.Run(_repository, "config", "extensions.partialClone", "origin");
        TestGit.Run(_repository, "config", "core.repositoryFormatVersion", "1");
        Assert.Null(LibGit2Reader.TryOpen(Place));
        var sha256 = _folder["sha256"];
        TestGit.Run(_folder.Path, "init", "--quiet", "--object-format=sha256", sha256);
        Assert.Null(LibGit2Reader.TryOpen(LocalRepository.At(Path.Combine(sha256, ".git"))!));
    }

    [Fact]
    public void One_that_newer_git_has_marked_for_its_worktrees_is_read()
    {
        TestGit.Run(_repository, "config", "core.repositoryFormatVersion", "1");
        TestGit.Run(_repository, "config", "extensions.relativeWorktrees", "true");
        Assert.NotNull(Library(reader => reader.Commit("main")));
    }

    [Fact]
    public void Damage_is_left_to_git()
    {
        File.WriteAllText(Path.Combine(_repository, ".git", "config"), "[core\n");
        Assert.Null(LibGit2Reader.TryOpen(Place));
    }

    [Fact]
    public void The_warm_path_does_not_load_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "LD_DEBUG is glibc's (ld.so(8))");
        using var user = new UserFixture();
        var program = new GitprocProgram(user["pool"], user.Home);
        TestGit.MakeRepository(user.Source);
        user.Release(user.Acquire());
        var path = "";
        Assert.DoesNotContain("libgit2-", Loaded("acquire", user.Source), StringComparison.Ordinal);
        Assert.DoesNotContain("libgit2-", Loaded("release", path), StringComparison.Ordinal);
        Assert.DoesNotContain("libgit2-", Loaded("list"), StringComparison.Ordinal);
        Assert.Contains(
            "libgit2-",
            Loaded("acquire", user.Source, "--ref", TestGit.Run(user.Source, "rev-parse", "--short", "HEAD")),
            StringComparison.Ordinal);

        string Loaded(params string[] arguments)
        {
            var log = user[$"loaded-{arguments[0]}-{arguments.Length}"];
            var result = GitprocProgram.Finish(
                program.Start(user.Home, [("LD_DEBUG", "files"), ("LD_DEBUG_OUTPUT", log)], arguments));
            Assert.Equal(0, result.ExitCode);
            path = result.Output;
            return string.Concat(
                Directory
                    .EnumerateFiles(Path.GetDirectoryName(log)!, Path.GetFileName(log) + ".*")
                    .Select(File.ReadAllText));
        }
    }

    public void Dispose() => _folder.Dispose();

    private T Library<T>(Func<IRepositoryReader, T> question)
    {
        using var reader = LibGit2Reader.TryOpen(Place);
        return question(reader!);
    }
}
