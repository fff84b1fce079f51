using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Removing what nobody has used for long.</summary>
public sealed class PruneTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void What_was_used_lately_or_is_held_stays()
    {
        var held = _pool.Acquire();
        var free = _pool.Release(_pool.Acquire());
        Assert.Empty(Find());

        Age(days: 20);
        var found = Assert.Single(Find());
        Assert.Equal((PrunedKind.Checkout, free.Name, _pool.Key), (found.Kind, found.Name, found.Repository));
        Assert.Equal(DiskUsage.Of(free.Path), found.Size);
        Assert.Equal(20, (int)(DateTimeOffset.UtcNow - found.LastUsedAt).TotalDays);
        Assert.Empty(Find(unusedFor: TimeSpan.FromDays(21)));
        Assert.True(Directory.Exists(free.Path));

        Assert.True(_pool.Pool.Care.Prune(found));
        Assert.Equal(held.Name, Assert.Single(_pool.List()).Name);
        Assert.False(Directory.Exists(free.Path));
    }

    [Fact]
    public void A_repository_goes_when_nothing_is_left_of_it()
    {
        foreach (var checkout in _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 2 }))
            _pool.Release(checkout);
        Age(days: 20);

        var found = Find();

        Assert.Equal(
            [PrunedKind.Checkout, PrunedKind.Checkout, PrunedKind.Repository],
            found.Select(item => item.Kind));
        Assert.True(found[2].Size > 0);
        Assert.All(found, item => Assert.True(_pool.Pool.Care.Prune(item), item.Name));
        Assert.Empty(_pool.Pool.Care.ListRepositories());
        Assert.Empty(Directory.EnumerateFiles(_pool.Pool.Path + "/base", "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
        Assert.Equal("checkout-1", _pool.Acquire().Name);
    }

    [Fact]
    public void A_rescue_goes_when_it_is_old_and_keeps_its_repository_until_then()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "work"), "work");
        _pool.Release(checkout);
        Age(days: 20);
        Assert.DoesNotContain(Find(), item => item.Kind != PrunedKind.Checkout);

        // The setting of the user, for all that is done to the pool.
        TestGit.Run(_pool.Pool.Path, "init", "--quiet");
        TestGit.Run(_pool.Pool.Path, "config", "gitproc.rescueMaxAge", "0");
        var found = Find();
        Assert.Equal([PrunedKind.Checkout, PrunedKind.Rescue, PrunedKind.Repository], found.Select(item => item.Kind));
        Assert.Equal(Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home)).Id, found[1].Name);
        Assert.All(found, item => Assert.True(_pool.Pool.Care.Prune(item), item.Name));
        Assert.Empty(_pool.Pool.Care.ListRepositories());
    }

    [Fact]
    public void A_repository_with_light_weight_checkouts_or_branches_of_them_stays_and_what_was_rescued_of_them_goes()
    {
        var path = Path.Combine(_pool.Home, "link");
        var request = new LinkRequest
        {
            Path = path,
            WorkingDirectory = _pool.Home,
            Base = $"file://{_pool.Source}",
            Ref = "mine",
            NewBranch = true,
        };
        var link = _pool.Pool.Links.Create(request);
        Age(days: 20);
        Assert.Empty(Find());

        File.WriteAllText(Path.Combine(path, "work"), "work");
        _pool.Pool.Links.Remove(new RemoveLinkRequest { Link = path, WorkingDirectory = _pool.Home, Base = link.Base });
        TestGit.Run(_pool.Pool.Path, "init", "--quiet");
        TestGit.Run(_pool.Pool.Path, "config", "gitproc.rescueMaxAge", "0");
        var rescue = Assert.Single(Find());
        Assert.Equal((PrunedKind.Rescue, _pool.Key), (rescue.Kind, rescue.Repository));
        Assert.True(_pool.Pool.Care.Prune(rescue));
        Assert.Empty(Find());

        TestGit.Run(link.Base, "branch", "--delete", "--force", "mine");
        Assert.Equal(PrunedKind.Repository, Assert.Single(Find()).Kind);
    }

    [Fact]
    public void So_many_free_ones_stay_those_used_last()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 });
        foreach (var checkout in checkouts)
            _pool.Release(checkout);
        Age(days: 20);
        _pool.Execute("UPDATE checkout SET last_used_at = last_used_at + 86400000 WHERE id = 2");
        Assert.Equal(["checkout-1", "checkout-3"], Find(keepFree: 1).Select(item => item.Name));
        Assert.Equal(3, Find(keepFree: 1, unusedFor: TimeSpan.Zero).Count + 1);
        Assert.Empty(Find(keepFree: 3));
    }

    [Fact]
    public void Only_of_one_repository()
    {
        var other = TestGit.MakeRepository(_pool["other"]);
        _pool.Release(_pool.Acquire());
        _pool.Release(_pool.Acquire(other));
        Age(days: 20);
        Assert.Equal(["checkout-2", other], Find(repository: "other").Select(item => item.Name));
        Assert.Equal(4, Find().Count);
    }

    [Fact]
    public void What_was_used_since_it_was_found_stays()
    {
        _pool.Release(_pool.Acquire());
        Age(days: 20);
        var found = Find();
        var held = _pool.Acquire();
        Assert.All(found, item => Assert.False(_pool.Pool.Care.Prune(item)));
        _pool.Release(held);
        Assert.All(found, item => Assert.False(_pool.Pool.Care.Prune(item)));
        Assert.Single(_pool.List());
        Assert.Empty(Find());
    }

    [Fact]
    public void A_repository_with_a_rescue_stays()
    {
        _pool.Release(_pool.Acquire());
        Age(days: 20);
        var found = Find();
        var basePath = Assert.Single(_pool.Pool.Care.ListRepositories()).Path;
        TestGit.Run(
            basePath,
            "--git-dir",
            basePath,
            "update-ref",
            "refs/gitproc/rescue/checkout-1/x",
            TestGit.Run(_pool.Source, "rev-parse", "HEAD"));

        Assert.Equal([true, false], found.Select(item => _pool.Pool.Care.Prune(item)));

        Assert.Single(_pool.Pool.Care.ListRepositories());
        Assert.Empty(Find());
    }

    [Fact]
    public void A_number_of_a_repository_that_is_gone_is_not_given_again()
    {
        _pool.Release(_pool.Acquire());
        Age(days: 20);
        foreach (var item in Find())
            _pool.Pool.Care.Prune(item);
        _pool.Acquire(TestGit.MakeRepository(_pool["other"]));
        Assert.Equal(2L, _pool.Query<long>("SELECT id FROM repository"));
    }

    [Fact]
    public void The_command_prints_what_it_would_remove_and_removes_the_same()
    {
        _pool.Release(_pool.Acquire());
        Age(days: 20);

        var planned = _pool.Program.Run(_pool.Home, "prune", "--dry-run");
        Assert.Matches(
            @"^KIND\s+NAME\s+REPOSITORY\s+SIZE\s+LAST USED\ncheckout\s+checkout-1 [^\n]*B [^\n]*\nrepository ",
            planned.Output);
        Assert.Contains("in all", planned.Error, StringComparison.Ordinal);
        Assert.Single(_pool.List());
        Assert.StartsWith(
            "[{\"kind\":\"checkout\",\"name\":\"checkout-1\",",
            _pool.Program.Run(_pool.Home, "prune", "--dry-run", "--json").Output,
            StringComparison.Ordinal);
        Assert.Equal("", _pool.Program.Run(_pool.Home, "prune", "--unused-for", "30d").Output);

        Assert.Equal(planned.Output, _pool.Program.Run(_pool.Home, "prune", "--unused-for", "14d").Output);
        Assert.Empty(_pool.List());
        Assert.Equal(2, _pool.Program.Run(_pool.Home, "prune", "--unused-for", "x").ExitCode);
    }

    [Fact]
    public void The_longest_unused_go_until_the_rest_is_small_enough_and_never_a_held_one()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 5 });
        var held = checkouts[0];
        foreach (var checkout in checkouts.Skip(1))
            _pool.Release(checkout);
        _pool.Execute("UPDATE checkout SET last_used_at = last_used_at - 1000 * ((id * 7) % 5)");
        var oldest = _pool.List()
            .Where(one => !one.Locked).OrderBy(one => one.LastUsedAt).Select(one => one.Name).ToList();
        var sizes = checkouts.ToDictionary(one => one.Name, one => DiskUsage.Of(one.Path));
        var all = sizes.Values.Sum();

        Assert.Empty(Find(maxSize: all));
        Assert.Equal(oldest.Take(1), Find(maxSize: all - 1).Select(item => item.Name));
        var found = Find(maxSize: all - sizes[oldest[0]] - sizes[oldest[1]]);
        Assert.Equal(oldest.Take(2), found.Select(item => item.Name));
        Assert.All(found, item => Assert.Equal(sizes[item.Name], item.Size));
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Warning);

        Assert.Equal(oldest.Take(3), Find(maxSize: 0, keepFree: 1).Select(item => item.Name));
        Assert.Equal(oldest, Find(maxSize: 0).Select(item => item.Name));
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning
                && report.Text.EndsWith("is more than 0 B: none of them may go now", StringComparison.Ordinal));
        Assert.All(Find(maxSize: 0), item => Assert.True(_pool.Pool.Care.Prune(item)));
        Assert.Equal(held.Name, Assert.Single(_pool.List()).Name);
        Assert.True(Directory.Exists(held.Path));
    }

    [Fact]
    public void What_is_too_much_goes_after_what_is_too_old_and_the_command_says_how_much_that_is()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 });
        foreach (var checkout in checkouts)
            _pool.Release(checkout);
        _pool.Execute("UPDATE checkout SET last_used_at = 0 WHERE id = 2");
        var one = DiskUsage.Of(checkouts[0].Path);
        string[] options = ["prune", "--max-size", $"{one + 4096}"];

        var planned = _pool.Program.Run(_pool.Home, [.. options, "--dry-run"]);

        Assert.Matches(@"^KIND[^\n]*\ncheckout\s+checkout-2 [^\n]*\ncheckout\s+checkout-1 [^\n]*$", planned.Output);
        Assert.Contains("in all", planned.Error, StringComparison.Ordinal);
        Assert.Equal(3, _pool.List().Count);
        Assert.Equal(planned.Output, _pool.Program.Run(_pool.Home, options).Output);
        Assert.Equal("checkout-3", Assert.Single(_pool.List()).Name);
        Assert.Equal(2, _pool.Program.Run(_pool.Home, "prune", "--max-size", "much").ExitCode);
    }

    [Fact]
    public void Sizes_are_those_of_du()
    {
        var folder = Directory.CreateDirectory(_pool["sizes"]).FullName;
        File.WriteAllText(Path.Combine(folder, "short"), "x");
        File.WriteAllBytes(Path.Combine(folder, "long"), new byte[100_000]);
        using (var sparse = File.Create(Path.Combine(folder, "sparse")))
            sparse.SetLength(10_000_000);
        Directory.CreateDirectory(Path.Combine(folder, "inner"));
        if (OperatingSystem.IsLinux())
        {
            using var du = new TestProcess(
                folder, "ln short inner/same && ln -s /usr link && du -s --block-size=1 . | cut -f1");
            Assert.Equal(du.FirstLine, $"{DiskUsage.Of(folder)}");
        }

        Assert.True(DiskUsage.Of(folder) > 100_000);
        Assert.Equal(0, DiskUsage.Of(Path.Combine(folder, "none")));
    }

    [Fact]
    public void A_time_that_makes_no_sense_is_refused()
    {
        foreach (var time in new[] { TimeSpan.FromSeconds(-1), TimeSpan.MaxValue })
            Assert.Equal(ErrorReason.InvalidDuration, Assert.Throws<GitprocException>(() => Find(time)).Reason);
    }

    private IReadOnlyList<PrunedItem> Find(
        TimeSpan? unusedFor = null, int keepFree = 0, string? repository = null, long? maxSize = null) =>
        _pool.Pool.Care.FindUnused(
            new PruneRequest
            {
                WorkingDirectory = _pool.Home,
                UnusedFor = unusedFor ?? TimeSpan.FromDays(14),
                KeepFree = keepFree,
                MaxSize = maxSize,
                Repository = repository,
            });

    /// <summary>Lets all that has happened have happened earlier.</summary>
    private void Age(int days)
    {
        var time = TimeSpan.FromDays(days).TotalMilliseconds;
        _pool.Execute(
            $"""
            UPDATE checkout SET last_used_at = last_used_at - {time}, created_at = created_at - {time};
            UPDATE repository SET created_at = created_at - {time}, fetched_at = fetched_at - {time}, tried_at = tried_at - {time};
            UPDATE event SET at = at - {time};
            """);
    }
}
