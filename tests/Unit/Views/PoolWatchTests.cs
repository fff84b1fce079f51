using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Views;

public sealed class PoolWatchTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void It_tells_that_something_has_changed()
    {
        using var watch = Watch();
        Assert.Empty(watch.Read().Entries);
        Assert.False(watch.HasChanged);
        var checkout = _pool.Acquire();
        Assert.Single(watch.Read().Entries);
        Assert.False(watch.HasChanged);
        _pool.Release(checkout);
        Assert.True(watch.HasChanged);
        Assert.Equal(CheckoutState.Free, watch.Read().Entries.Single().Checkout.State);
        Assert.False(watch.HasChanged);
    }

    [Fact]
    public void It_goes_on_with_another_database()
    {
        _pool.Acquire();
        using var watch = Watch();
        Assert.Single(watch.Read().Entries);
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "gitproc.db*"))
            File.Delete(file);
        _pool.Acquire();
        Assert.Equal(2, watch.Read().Entries.Count);
    }

    [Fact]
    public void Who_waits_is_seen_and_who_died_waiting_is_not()
    {
        _pool.Acquire();
        using var watch = Watch();
        var waiting = _pool.StartWaiter();
        Eventually.True(() => watch.Read().Waiters.Count > 0);
        var seen = Assert.Single(watch.Read().Waiters);
        Assert.Equal((_pool.Key, null), (seen.Repository, seen.Checkout));
        Assert.InRange(DateTimeOffset.UtcNow - seen.Since, TimeSpan.Zero, Eventually.Limit);
        waiting.Kill();
        GitprocProgram.Finish(waiting);
        Assert.Empty(watch.Read().Waiters);
    }

    [Fact]
    public void It_says_what_is_done_in_each()
    {
        var checkout = _pool.Acquire(
            _pool.Request() with
            {
                Terms = new() { Owner = PoolFixture.Self, Label = "nightly" },
            });
        using var watch = Watch();
        Assert.Equal("nightly", watch.Read().Entries.Single().Doing);

        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Creating}");
        using (FileLock.TryAcquire(Path.Combine(_pool.Pool.Path, "locks", "checkout-1.lock")))
        {
            Assert.Equal("is made, nightly", watch.Read().Entries.Single().Doing);
            var unfinished = Directory.CreateDirectory(Path.Combine(_pool.Pool.Path, "tmp", "checkout-1.x")).FullName;
            Assert.Equal("is made: its files are written, nightly", watch.Read().Entries.Single().Doing);
            Directory.Delete(unfinished);
            Directory.Move(Path.Combine(_pool.Pool.Path, "base"), _pool["base"]);
            Assert.Equal("is made: the repository is cloned, nightly", watch.Read().Entries.Single().Doing);
            Directory.Move(_pool["base"], Path.Combine(_pool.Pool.Path, "base"));
        }

        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Locked}");
        File.WriteAllText(Path.Combine(checkout.Path, "new"), "work");
        _pool.Pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                WorkingDirectory = _pool.Home,
                CleanLater = true,
            });
        Assert.StartsWith(
            $"is to be cleaned of the work of {Environment.ProcessId} ",
            watch.Read().Entries.Single().Doing,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_shows_the_held_checkout_around()
    {
        UnixTools.SkipWithoutLinks();
        var checkout = _pool.Acquire();
        Assert.Equal("[checkout-1]", PromptText.Of(checkout.Path));
        Assert.Equal("[checkout-1]", PromptText.Of(Path.Combine(checkout.Path, ".git", "gone")));
        Directory.CreateSymbolicLink(_pool["link"], Path.Combine(checkout.Path, ".git"));
        Assert.Equal("[checkout-1]", PromptText.Of(_pool["link"]));
        Assert.Equal("", PromptText.Of(_pool.Pool.Path));
        Assert.Equal("", PromptText.Of("/"));
        Assert.Equal("", PromptText.Of(Directory.CreateDirectory(_pool["elsewhere/checkout-1"]).FullName));
        _pool.Release(checkout);
        Assert.Equal("", PromptText.Of(checkout.Path));
    }

    private PoolWatch Watch() => _pool.Pool.Checkouts.Watch(null, _pool.Home);
}
