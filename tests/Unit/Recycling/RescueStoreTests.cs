using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>
/// A rescue is a repository of its own: nobody reads it who was not given it, and removed it is gone.
/// </summary>
public sealed class RescueStoreTests : IDisposable
{
    private const string Work =
        "echo hunter2 > .env; echo c > c; git add c; git commit -qm mine; git tag -a -m t t; echo s > s; git add s; echo l >> s; head -c 3000000 /dev/urandom > big";

    private readonly RecyclingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private string Pool => Path.GetDirectoryName(_fixture.Path)!;

    [Fact]
    public void Removed_it_is_gone_and_its_disk_comes_back()
    {
        _fixture.Recycle();
        var before = FolderSize.Of(_fixture.Base) + FolderSize.Of(Pool);
        _fixture.Job(Work);
        var rescue = _fixture.Recycle()!;
        Assert.True(FolderSize.Of(Pool) > before + 3_000_000);

        _fixture.Rescues.Remove(rescue.Id, CancellationToken.None);

        Assert.True(FolderSize.Of(_fixture.Base) + FolderSize.Of(Pool) < before + 10_000);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Pool, "rescues")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Pool, "tmp")));
        Assert.Equal(
            ErrorReason.RescueNotFound,
            Assert.Throws<GitprocException>(() => _fixture.Rescues.Remove(rescue.Id, CancellationToken.None)).Reason);
    }

    [Fact]
    public void The_next_job_reads_nothing_of_it()
    {
        _fixture.Job(Work);
        var objects = Objects(_fixture.Base);
        _fixture.Recycle();
        Assert.Equal(objects, Objects(_fixture.Base));
        Assert.DoesNotContain(
            "hunter2",
            TestGit.Run(_fixture.Path, "cat-file", "--batch-all-objects", "--batch"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_the_users_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        _fixture.Job(Work);
        _fixture.Recycle();
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Pool, "rescues"), "*.git"))
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(folder));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(Pool, "rescues")));
    }

    [Fact]
    public void What_was_restored_outlives_it()
    {
        _fixture.Job(Work + "; git tag tree $(git write-tree); git stash -q; git stash apply -q --index");
        var answers = RecyclingFixture.Answers(_fixture.Path);
        var rescue = _fixture.Recycle()!;
        _fixture.Restore(rescue, _fixture.Path);
        _fixture.Rescues.Remove(rescue.Id, CancellationToken.None);

        Assert.Equal(answers, RecyclingFixture.Answers(_fixture.Path));
        Assert.Equal("", TestGit.Run(_fixture.Path, "fsck", "--connectivity-only", "--no-dangling"));
        Assert.Equal("s", TestGit.Run(_fixture.Path, "show", ":s"));
    }

    [Fact]
    public void It_comes_back_when_the_pool_was_moved()
    {
        _fixture.Job(Work);
        var rescue = _fixture.Recycle()!;
        var alternates = Directory
            .EnumerateFiles(Path.Combine(Pool, "rescues"), "alternates", SearchOption.AllDirectories)
            .Single();
        File.WriteAllText(alternates, "/where/it/was/objects\n");
        _fixture.Restore(rescue, _fixture.Path);
        Assert.Equal("s", TestGit.Run(_fixture.Path, "show", ":s"));
    }

    [Fact]
    public void One_of_an_older_version_comes_back_and_is_removed()
    {
        _fixture.Job(Work);
        var answers = RecyclingFixture.Answers(_fixture.Path);
        var rescue = _fixture.Recycle(_fixture.Request() with { Rescues = null })!;
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Pool, "rescues")));
        Assert.Equal(rescue, Assert.Single(_fixture.Rescues.List(CancellationToken.None)));
        _fixture.Restore(rescue, _fixture.Path);
        Assert.Equal(answers, RecyclingFixture.Answers(_fixture.Path));
        _fixture.Rescues.Remove(rescue.Id, CancellationToken.None);
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
    }

    [Fact]
    public void One_of_an_older_version_is_given_a_repository_of_its_own()
    {
        _fixture.Job(Work);
        var answers = RecyclingFixture.Answers(_fixture.Path);
        var rescue = _fixture.Recycle(_fixture.Request() with { Rescues = null })!;

        _fixture.Rescues.Move(rescue, Path.Combine(Pool, "tmp", "moved"), CancellationToken.None);

        Assert.Empty(_fixture.Rescues.ListRefs(CancellationToken.None));
        Assert.Equal(rescue, Assert.Single(_fixture.Rescues.List(CancellationToken.None)));
        _fixture.Restore(rescue, _fixture.Path);
        Assert.Equal(answers, RecyclingFixture.Answers(_fixture.Path));
        _fixture.Rescues.Remove(rescue.Id, CancellationToken.None);
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
    }

    [Fact]
    public void The_oldest_go_when_all_take_too_much_and_the_newest_never()
    {
        var store = new RescueStore(new PoolFolder(Pool));
        var rescues = new List<Rescue>();
        for (var i = 0; i < 4; i++)
        {
            _fixture.Job(
                "head -c 100000 /dev/urandom > big; git commit -q --allow-empty -m x; echo $RANDOM > f; git add f; git commit -qm y; git reset -q --hard HEAD~; head -c 100000 /dev/urandom > big"
            );
            rescues.Add(
                _fixture.Recycle(
                    _fixture.Request() with
                    {
                        ReleasedAt = DateTimeOffset.UnixEpoch.AddDays(i),
                        KeepsUndone = i == 3,
                    }
                )!);
        }

        Assert.Equal(5, store.List().Count);
        Assert.Equal(
            [rescues[3].Id + "-undone", rescues[0].Id, rescues[1].Id],
            store.TrimTo(250_000).Select(rescue => rescue.Id));
        Assert.Equal([rescues[2].Id], store.TrimTo(1).Select(rescue => rescue.Id));
        Assert.Equal(rescues[3].Id, Assert.Single(store.List()).Id);
    }

    [Fact]
    public void Objects_that_are_not_what_their_names_say_are_kept_as_files()
    {
        _fixture.Job(
            "echo c > c; git add c; git commit -qm mine; f=.git/objects/$(git rev-parse :c | sed 's|..|&/|'); g=.git/objects/$(echo forged | git hash-object -w --stdin | sed 's|..|&/|'); chmod +w $f; cp $g $f"
        );
        var rescue = _fixture.Recycle()!;
        Assert.Contains(
            new RescueContent(_fixture.Rescues.Source(rescue.Id), new GitRunner(null)).List(CancellationToken.None),
            item => item.Path.StartsWith("work/%.git/objects/"u8));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("checkout-1/../../base")]
    [InlineData("/etc/passwd")]
    [InlineData("checkout-1")]
    [InlineData("checkout-1/")]
    [InlineData("checkout-1/a@b")]
    [InlineData("")]
    public void An_id_leads_nowhere_else(string id) => Assert.Null(new RescueStore(new PoolFolder(Pool)).Find(id));

    private static string Objects(string path) =>
        TestGit.Run(path, "--git-dir", path, "cat-file", "--batch-all-objects", "--batch-check");
}
