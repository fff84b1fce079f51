using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Original;

/// <summary>A pool of the original gitproc is taken over, and nothing in it is lost.</summary>
public sealed class OriginalPoolTests : IDisposable
{
    private readonly OriginalPoolFixture _original = new();
    private readonly PoolFixture _pool;

    public OriginalPoolTests() => _pool = _original.Pool;

    public void Dispose() => _original.Dispose();

    [Fact]
    public void Its_checkouts_are_on_the_list_and_their_work_is_rescued()
    {
        var other = TestGit.MakeRepository(_pool["other"]);
        var dirty = _original.Add(1, _pool.Source);
        File.WriteAllText(Path.Combine(dirty, "file-0.txt"), "changed");
        File.WriteAllText(Path.Combine(dirty, "new.txt"), "new");
        File.WriteAllText(Path.Combine(dirty, "staged.txt"), "staged");
        TestGit.Run(dirty, "add", "staged.txt");
        File.WriteAllText(Path.Combine(dirty, "staged.txt"), "changed since");
        var committed = _original.Add(2, _pool.Source);
        var commit = OriginalPoolFixture.Commit(committed, "commit.txt");
        TestGit.Run(committed, "branch", "side");
        TestGit.Run(committed, "switch", "--quiet", "--create", "mine");
        _original.Add(3, _pool.Source);
        var ofOther = _original.Add(4, other);
        TestGit.Run(ofOther, "switch", "--quiet", "--create", "topic");
        var topic = OriginalPoolFixture.Commit(ofOther, "topic.txt");
        TestGit.Run(ofOther, "switch", "--quiet", "--detach", "main");
        File.WriteAllText(Path.Combine(ofOther, "file-1.txt"), "in a stash");
        TestGit.Run(ofOther, "stash");
        FolderRemoval.Remove(_original["checkout-3"]);
        var files = OriginalPoolFixture.Files(dirty);

        var listed = _pool.List();

        Assert.Equal(
            [("checkout-1", _pool.Source), ("checkout-2", _pool.Source), ("checkout-4", other)],
            listed.Select(checkout => (checkout.Name, checkout.Repository)));
        Assert.All(listed, checkout => Assert.False(checkout.Locked));
        Assert.Equal(files, OriginalPoolFixture.Files(dirty));
        Assert.Equal("AM staged.txt", TestGit.Run(dirty, "status", "--porcelain", "staged.txt"));
        Assert.Equal(commit, TestGit.Run(committed, "rev-parse", "HEAD"));
        var warning = Assert.Single(_pool.Reports, report => report.Kind == ReportKind.Warning).Text;
        Assert.Contains("the original gitproc", warning, StringComparison.Ordinal);

        _pool.Acquire();
        _pool.Acquire(other);
        _pool.Pool.Care.Repair();

        Assert.Equal(
            2, Directory.EnumerateDirectories(_original["base"], "*.git", SearchOption.AllDirectories).Count());
        Assert.Equal(3, _pool.List().Count);
        var rescues = _pool.Pool.Rescues.List(null, _pool.Home).OrderBy(rescue => rescue.Checkout).ToList();
        Assert.Equal(["checkout-1", "checkout-2", "checkout-4"], rescues.Select(rescue => rescue.Checkout));
        var back = rescues.ConvertAll(rescue => _pool.Pool.Rescues.Restore(rescue.Id, _pool.Request()));
        Assert.Equal(files, OriginalPoolFixture.Files(back[0].Path));
        Assert.Equal("AM staged.txt", TestGit.Run(back[0].Path, "status", "--porcelain", "staged.txt"));
        Assert.Equal(("mine", commit), (back[1].Branch, back[1].Commit));
        // What is checked out nowhere is rescued once.
        Assert.Equal(commit, TestGit.Run(back[0].Path, "rev-parse", "side"));
        Assert.Equal("", TestGit.Run(back[0].Path, "branch", "--list", "mine"));
        Assert.Equal("", TestGit.Run(back[1].Path, "branch", "--list", "side"));
        Assert.Equal(topic, TestGit.Run(back[2].Path, "rev-parse", "topic"));
        Assert.Contains("in a stash", TestGit.Run(back[2].Path, "stash", "show", "--patch"), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_database_is_kept_and_its_shared_repositories_are_left_as_they_are()
    {
        _original.Add(1, _pool.Source);
        var shared = Describe(_original.Shared(_pool.Source));
        _pool.List();
        Assert.Equal(shared, Describe(_original.Shared(_pool.Source)));
        using var copy = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={_original["gitproc.db.original"]};Pooling=False");
        copy.Open();
        using var command = copy.CreateCommand();
        command.CommandText = "SELECT checkout || ' ' || repo || ' ' || status FROM checkout_metadata";
        Assert.Equal($"checkout-1 {_pool.Source} free", command.ExecuteScalar());
        Assert.Equal(0L, _pool.Query<long>("SELECT count(*) FROM sqlite_master WHERE name = 'checkout_metadata'"));
        _pool.Reports.Clear();
        Assert.Single(_pool.List());
        Assert.Empty(_pool.Reports);

        // The objects are the checkout's own: the shared repositories may be deleted.
        FolderRemoval.Remove(_original["shared_repos"]);
        Assert.Equal("", TestGit.Run(_original["checkout-1"], "fsck", "--no-dangling"));
        Assert.Equal("checkout-1", _pool.Acquire().Name);
    }

    [Fact]
    public void What_is_locked_stays_held_until_it_is_released()
    {
        var path = _original.Add(1, _pool.Source);
        File.WriteAllText(Path.Combine(path, "new.txt"), "new");
        var at = DateTimeOffset.Parse("2025-11-21T10:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        _original.Lock(1, DeadProcess(), at);
        var held = Assert.Single(_pool.List());
        Assert.Equal(
            (CheckoutState.Locked, at, null, "locked by the original gitproc"),
            (held.State, held.AcquiredAt, held.OwnerProcessId, held.Label));
        Assert.Equal("checkout-2", _pool.Acquire().Name);
        _pool.Release(held);
        Assert.Equal("checkout-1", Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home)).Checkout);
    }

    [Fact]
    public void While_somebody_works_with_the_original_nothing_is_taken_over()
    {
        var path = _original.Add(1, _pool.Source);
        _original.Add(2, _pool.Source);
        var before = Describe(_original.Folder);
        using (var holder = TestProcess.Sleep(_pool.Home))
        {
            _original.Lock(2, holder.Id, DateTimeOffset.UtcNow);
            AssertRefused($"checkout-2 is locked in the original gitproc by process {holder.Id} (");
            // An id that is another process's by now is no reason.
            _original.Lock(2, holder.Id, DateTimeOffset.UtcNow.AddDays(-1));
        }

        using (var inside = TestProcess.Sleep(path))
            AssertRefused($"these processes run in checkout-1: {inside.Id} (");
        Assert.Equal(
            before.Where(line => !line.StartsWith("gitproc.db", StringComparison.Ordinal)),
            Describe(_original.Folder).Where(line => !line.StartsWith("gitproc.db", StringComparison.Ordinal)));

        using (var other = TestProcess.Sleep(_pool.Home))
        {
            _original.Lock(2, other.Id, DateTimeOffset.UtcNow.AddDays(-1));
            Assert.Equal(
                [CheckoutState.Cleaning, CheckoutState.Locked],
                _pool.List().Select(checkout => checkout.State));
        }
    }

    [Fact]
    public void Clones_of_its_first_version_are_taken_over_too_and_no_password_is_kept()
    {
        var path = _original["checkout-1"];
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, path);
        TestGit.Run(path, "remote", "set-url", "origin", "https://user:s3cret@example.com/o/r.git");
        _original.Insert(1, "https://user:s3cret@example.com/o/r.git");
        OriginalPoolFixture.Commit(path, "commit.txt");
        var checkout = Assert.Single(_pool.List());
        Assert.Equal(("example.com/o/r", "https://example.com/o/r.git"), (checkout.Repository, checkout.Url));
        Assert.DoesNotContain("s3cret", _pool.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "s3cret", string.Concat(_pool.Reports.Select(report => report.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_taken_over_is_left_as_it_is_and_said()
    {
        _original.Add(1, _pool.Source);
        var gone = TestGit.MakeRepository(_pool["gone"]);
        var left = _original.Add(2, gone);
        OriginalPoolFixture.Commit(left, "commit.txt");
        Directory.Move(gone, _pool["elsewhere"]);
        Assert.Equal("checkout-1", Assert.Single(_pool.List()).Name);
        Assert.Contains(
            "checkout-2 is left as it is: ",
            _pool.Reports.Single(report => report.Kind == ReportKind.Warning).Text,
            StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(left, ".git")));
        Assert.Equal("commit.txt", TestGit.Run(left, "log", "-1", "--format=%s"));
        _pool.Acquire();
        Assert.Equal("checkout-3", _pool.Acquire().Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_number_that_was_given_to_another_repository_is_that_ones(bool isInterrupted)
    {
        _original.Add(1, _pool.Source);
        FolderRemoval.Remove(_original["checkout-1"]);
        // Of two that are alike the pool looks at the one of the first name first.
        var other = TestGit.MakeRepository(_pool["zother"]);
        TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", other, _original.Shared(other));
        TestGit.Run(_original.Shared(other), "worktree", "add", _original["checkout-1"], "HEAD");
        if (isInterrupted)
        {
            Directory.CreateDirectory(_original["tmp"]);
            File.Move(_original["checkout-1/.git"], _original["tmp/checkout-1.gitdir"]);
        }

        Assert.Equal(other, Assert.Single(_pool.List()).Repository);
    }

    [Fact]
    public void Unfinished_operations_and_submodules_are_rescued()
    {
        var inner = TestGit.MakeRepository(_pool["inner"]);
        var path = _original.Add(1, _pool.Source);
        TestGit.Run(path, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub");
        TestGit.Run(path, "commit", "--quiet", "--message", "sub");
        var commit = OriginalPoolFixture.Commit(Path.Combine(path, "sub"), "in-sub.txt");
        var merging = _original.Add(2, _pool.Source);
        OriginalPoolFixture.Commit(merging, "file-9.txt");
        TestGit.Run(merging, "merge", "--quiet", "--no-commit", "--no-ff", TestGit.Run(path, "rev-parse", "HEAD"));

        _pool.List();
        Assert.True(File.Exists(Path.Combine(merging, ".git", "MERGE_HEAD")));
        Assert.Equal(commit, TestGit.Run(Path.Combine(path, "sub"), "rev-parse", "HEAD"));
        _pool.Acquire();
        _pool.Acquire();
        var rescues = _pool.Pool.Rescues.List(null, _pool.Home).OrderBy(rescue => rescue.Checkout).ToList();
        FolderRemoval.Remove(_original["shared_repos"]);
        var back = rescues.ConvertAll(rescue => _pool.Pool.Rescues.Restore(rescue.Id, _pool.Request()));
        Assert.Equal(2, back.Count);
        Assert.Equal(commit, TestGit.Run(Path.Combine(back[0].Path, "sub"), "rev-parse", "HEAD"));
        Assert.Equal("in-sub.txt", File.ReadAllText(Path.Combine(back[0].Path, "sub/in-sub.txt")));
        Assert.True(File.Exists(Path.Combine(back[1].Path, ".git", "MERGE_HEAD")));
    }

    [Fact]
    public void It_goes_on_where_it_was_interrupted()
    {
        // Between the two steps that cannot be one.
        var path = _original.Add(1, _pool.Source);
        OriginalPoolFixture.Commit(path, "commit.txt");
        Directory.CreateDirectory(_original["tmp"]);
        File.Move(Path.Combine(path, ".git"), _original["tmp/checkout-1.gitdir"]);
        Assert.Equal("checkout-1", Assert.Single(_pool.List()).Name);
        Assert.Equal("commit.txt", TestGit.Run(path, "log", "-1", "--format=%s"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_original["tmp"]));
    }

    [Fact]
    public void It_may_be_killed_at_any_moment()
    {
        var files = new List<SortedDictionary<string, string>>();
        var commits = new List<string>();
        for (var number = 1; number <= 4; number++)
        {
            var path = _original.Add(number, _pool.Source);
            commits.Add(OriginalPoolFixture.Commit(path, $"commit-{number}.txt"));
            File.WriteAllText(Path.Combine(path, "new.txt"), $"new {number}");
            files.Add(OriginalPoolFixture.Files(path));
        }

        _original.Lock(4, DeadProcess(), DateTimeOffset.UtcNow);
        for (var milliseconds = 10; ; milliseconds += 10 + (milliseconds / 10))
        {
            using var process = _pool.Program.Start(_pool.Home, "list");
            if (process.WaitForExit(milliseconds))
                break;
            process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(
            [CheckoutState.Cleaning, CheckoutState.Cleaning, CheckoutState.Cleaning, CheckoutState.Locked],
            _pool.List().Select(checkout => checkout.State));
        for (var number = 1; number <= 4; number++)
        {
            var path = _original[$"checkout-{number}"];
            Assert.Equal(commits[number - 1], TestGit.Run(path, "rev-parse", "HEAD"));
            Assert.Equal("?? new.txt", TestGit.Run(path, "status", "--porcelain"));
            Assert.Equal(files[number - 1], OriginalPoolFixture.Files(path));
        }

        Assert.True(File.Exists(_original["gitproc.db.original"]));
        _pool.Acquire();
        _pool.Pool.Care.Repair();
        _pool.Release(_pool.Find("checkout-4"));
        Assert.Equal(4, _pool.Pool.Rescues.List(null, _pool.Home).Count);
    }

    [Fact]
    public void Many_that_open_it_at_once_take_it_over_once()
    {
        for (var number = 1; number <= 3; number++)
            _original.Add(number, _pool.Source);
        var lists = Enumerable.Range(0, 6).Select(_ => _pool.Program.Start(_pool.Home, "list", "--json")).ToList();
        var results = lists.ConvertAll(GitprocProgram.Finish);
        Assert.All(
            results,
            result => Assert.Equal((0, 3), (result.ExitCode, result.Output.Split("\"name\":\"checkout-").Length - 1)));
        Assert.Single(results, result => result.Error.Contains("is taken over", StringComparison.Ordinal));
    }

    private void AssertRefused(string message)
    {
        var error = Assert.Throws<GitprocException>(() => _pool.List());
        Assert.Equal(ErrorReason.InUse, error.Reason);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    // Files with their contents, but for what every command makes.
    private static List<string> Describe(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file))
                .Where(file =>
                    !file.StartsWith("locks", StringComparison.Ordinal)
                    && !file.StartsWith("tmp", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(file =>
                    $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, file))))}"
                ),
        ];

    private static int DeadProcess()
    {
        using var process = Process.Start("true");
        process.WaitForExit();
        return process.Id;
    }
}
