using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>A pool whose folder is elsewhere than it was.</summary>
public sealed class MovedPoolTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly List<PoolReport> _reports = [];

    public void Dispose() => _pool.Dispose();

    private Pool Moved => new(_pool["moved"], new Reports(_reports));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_next_command_leads_all_that_borrows_back(bool isCopy)
    {
        var (clone, linked, free) = (
            _pool.Acquire(),
            _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Worktree }),
            _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Clone }));
        File.WriteAllText(Path.Combine(free.Path, "rescued"), "rescued");
        _pool.Release(free);
        TestGit.Run(clone.Path, "commit", "--quiet", "--allow-empty", "--message", "mine");
        File.WriteAllText(Path.Combine(clone.Path, "new"), "new");
        File.WriteAllText(Path.Combine(linked.Path, "new"), "new");
        var link = _pool.Pool.Links.Create(
            new LinkRequest
            {
                Path = _pool["link"],
                Base = BasePath,
                WorkingDirectory = _pool.Home,
            });
        var basePath = BasePath;
        Move(isCopy);

        Assert.Equal(3, Moved.Checkouts.List(null, _pool.Home).Count);

        Assert.Contains(
            isCopy ? "copied" : "moved",
            Assert.Single(_reports, report => report.Kind == ReportKind.Warning).Text,
            StringComparison.Ordinal);
        foreach (var checkout in (Checkout[])[clone, linked, free])
            TestGit.Run(_pool[$"moved/{checkout.Name}"], "fsck", "--connectivity-only");
        TestGit.Run(
            Assert.Single(Directory.EnumerateDirectories(_pool["moved/rescues"])), "fsck", "--connectivity-only");
        Assert.Equal("mine", TestGit.Run(_pool[$"moved/{clone.Name}"], "log", "-1", "--format=%s"));
        Assert.Contains(
            _pool[$"moved/{linked.Name}"],
            TestGit.Run(_pool[$"moved/{linked.Name}"], "worktree", "list"),
            StringComparison.Ordinal);
        TestGit.Run(link.Path, "status");
        Assert.Equal(
            isCopy ? basePath : basePath.Replace("/pool/", "/moved/", StringComparison.Ordinal),
            TestGit.Run(link.Path, "rev-parse", "--path-format=absolute", "--git-common-dir"));
        _reports.Clear();
        foreach (var name in (string[])[clone.Name, linked.Name])
            Moved.Leases.Release(new ReleaseRequest { Checkout = name, WorkingDirectory = _pool.Home, Force = true });
        Assert.Equal(2, _reports.Count(report => report.Text.Contains("is rescued", StringComparison.Ordinal)));
        Assert.Equal(3, Moved.Rescues.List(null, _pool.Home).Count);
        var restored = Moved.Rescues.Restore(Moved.Rescues.List(null, _pool.Home)[^1].Id, _pool.Request());
        Assert.Equal("rescued", File.ReadAllText(Path.Combine(restored.Path, "rescued")));
        Assert.Empty(Moved.Care.Repair());
        if (isCopy)
            TestGit.Run(clone.Path, "status");
    }

    [Fact]
    public void One_that_another_machine_or_container_sees_elsewhere_is_left_until_repair()
    {
        var held = _pool.Acquire();
        Move(isCopy: false);
        File.WriteAllText(_pool["moved/place"], $"{_pool["pool"]}\nanother machine\n");
        var alternates = _pool[$"moved/{held.Name}/.git/objects/info/alternates"];
        var before = File.ReadAllText(alternates);

        Moved.Checkouts.List(null, _pool.Home);
        Assert.Equal(before, File.ReadAllText(alternates));
        Assert.Empty(_reports);

        Assert.Contains(
            "find",
            Assert.Single(Moved.Care.Repair(), text => text.Contains("base repositories", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        TestGit.Run(_pool[$"moved/{held.Name}"], "status");
    }

    [Fact]
    public void One_of_an_older_gitproc_that_was_moved_before_is_put_right_by_repair()
    {
        var held = _pool.Acquire();
        File.Delete(_pool["pool/place"]);
        Move(isCopy: false);
        Moved.Checkouts.List(null, _pool.Home);
        Assert.NotEmpty(Moved.Care.Repair());
        TestGit.Run(_pool[$"moved/{held.Name}"], "status");
        Assert.Empty(Moved.Care.Repair());
    }

    [Fact]
    public void A_copy_of_one_checkout_is_told_what_it_lacks()
    {
        var checkout = _pool.Acquire();
        TemporaryFolder.Copy(checkout.Path, _pool["copy"]);
        var error = Assert.Throws<GitprocException>(() =>
            _pool.Pool.Leases.Release(new ReleaseRequest { WorkingDirectory = _pool["copy"] }));
        Assert.Contains("is a copy of a checkout", error.Message, StringComparison.Ordinal);
        Assert.Contains("repack -a -d", error.Message, StringComparison.Ordinal);
        Directory.Move(_pool["pool/base"], _pool["pool/base.away"]);
        error = Assert.Throws<GitprocException>(() =>
            _pool.Pool.Leases.Release(new ReleaseRequest { Checkout = _pool["copy"], WorkingDirectory = _pool.Home }));
        Assert.Contains("lacks the objects", error.Message, StringComparison.Ordinal);
        Assert.Contains(_pool["pool/base"], error.Message, StringComparison.Ordinal);
    }

    private string BasePath =>
        Directory.EnumerateDirectories(_pool["pool/base"], "*.git", SearchOption.AllDirectories).First();

    private void Move(bool isCopy)
    {
        if (isCopy)
            TemporaryFolder.Copy(_pool["pool"], _pool["moved"]);
        else
            Directory.Move(_pool["pool"], _pool["moved"]);
    }

    private sealed class Reports(List<PoolReport> reports) : IProgress<PoolReport>
    {
        public void Report(PoolReport value) => reports.Add(value);
    }
}
