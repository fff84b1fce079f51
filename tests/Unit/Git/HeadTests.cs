using Gitproc.Git.Untrusted;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

public sealed class HeadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_what_git_says()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        AssertSame(repository);
        TestGit.Run(repository, "checkout", "--quiet", "-b", "feature/deep/branch");
        AssertSame(repository);
        TestGit.Run(repository, "pack-refs", "--all");
        AssertSame(repository);
        TestGit.Run(repository, "commit", "--quiet", "--allow-empty", "--message", "loose over packed");
        AssertSame(repository);
        TestGit.Run(repository, "checkout", "--quiet", "--detach");
        Assert.Equal(
            new Head(null, TestGit.Run(repository, "rev-parse", "HEAD")), Head.Read(Path.Combine(repository, ".git")));
        TestGit.Run(repository, "checkout", "--quiet", "--orphan", "unborn");
        Assert.Equal(new Head("unborn", null), Head.Read(Path.Combine(repository, ".git")));
    }

    [Fact]
    public void Finds_every_ref_among_many_packed_ones()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        var commits = Enumerable
            .Range(0, 3)
            .Select(i =>
            {
                TestGit.Run(repository, "commit", "--quiet", "--allow-empty", "--message", $"{i}");
                return TestGit.Run(repository, "rev-parse", "HEAD");
            })
            .ToArray();
        var updates = string.Concat(
            Enumerable
                .Range(0, 3000)
                .Select(i => $"create refs/heads/b{i}-{new string('x', i % 60)} {commits[i % 3]}\n"));
        File.WriteAllText(_folder["updates"], updates);
        TestGit.Run(repository, "tag", "--annotate", "annotated", "--message", "peeled");
        using (
            var git = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(
                    "sh",
                    ["-c", $"git -C '{repository}' update-ref --stdin < '{_folder["updates"]}'"])
            )!)
            git.WaitForExit();
        TestGit.Run(repository, "pack-refs", "--all");

        var packed = Path.Combine(repository, ".git/packed-refs");
        foreach (var line in TestGit.Run(repository, "for-each-ref", "--format=%(objectname) %(refname)").Split('\n'))
            Assert.Equal(line[..40], PackedRefs.Find(packed, line[41..]));
        Assert.Null(PackedRefs.Find(packed, "refs/heads/a"));
        Assert.Null(PackedRefs.Find(packed, "refs/heads/b1"));
        Assert.Null(PackedRefs.Find(packed, "refs/zzz"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ref: elsewhere")]
    [InlineData("0123")]
    public void Is_null_for_what_is_no_head(string content)
    {
        File.WriteAllText(_folder["HEAD"], content);
        Assert.Null(Head.Read(_folder.Path));
        Assert.Null(Head.Read(_folder["missing"]));
    }

    private static void AssertSame(string repository) =>
        Assert.Equal(
            new Head(
                TestGit.Run(repository, "symbolic-ref", "--short", "HEAD"),
                TestGit.Run(repository, "rev-parse", "HEAD")),
            Head.Read(Path.Combine(repository, ".git")));
}
