using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Leases;

/// <summary>What an acquire of several checkouts leaves that ends between two of them: no lease, and no lock.</summary>
public sealed class GrantTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly CancellationTokenSource _cancellation = new();

    public void Dispose()
    {
        _cancellation.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void A_fault_between_two_grants_gives_both_back()
    {
        _pool.AcquireAndRelease(_pool.Request());
        _pool.Execute(
            "CREATE TRIGGER fault BEFORE INSERT ON checkout WHEN NEW.id = 3 BEGIN SELECT RAISE(ABORT, 'fault'); END");

        var error = Assert.Throws<GitprocException>(() =>
            _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 }));

        Assert.Contains("fault", error.Message, StringComparison.Ordinal);
        Assert.Equal("1 0", _pool.Standing());
        AllLocksAreFree(3);
        _pool.Execute("DROP TRIGGER fault");
        Assert.Equal(3, _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 }).Count);
    }

    [Fact]
    public void A_fault_while_the_second_is_taken_over_gives_both_back()
    {
        Leave(2);
        _pool.Execute(
            "CREATE TRIGGER fault BEFORE UPDATE ON checkout WHEN NEW.id = 2 BEGIN SELECT RAISE(ABORT, 'fault'); END");

        Assert.Throws<GitprocException>(() => _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 2 }));

        Assert.Equal("1 5\n2 5", _pool.Standing());
        AllLocksAreFree(2);
    }

    [Fact]
    public void A_cancel_while_the_second_is_made_frees_the_first()
    {
        var pool = Cancelled("checking out main in checkout-2");
        Assert.ThrowsAny<OperationCanceledException>(() =>
            pool.Acquiring.Acquire(_pool.Request() with { Count = 2 }, _cancellation.Token));

        Assert.Equal("1 0", _pool.Standing());
        Assert.False(Directory.Exists(Path.Combine(pool.Path, "checkout-2")));
        AllLocksAreFree(2);
    }

    [Fact]
    public void A_cancel_while_the_second_is_cleaned_frees_the_first()
    {
        Leave(2);
        var pool = Cancelled("cleaning checkout-2");
        Assert.ThrowsAny<OperationCanceledException>(() =>
            pool.Acquiring.Acquire(_pool.Request() with { Count = 2 }, _cancellation.Token));

        Assert.Equal("1 0\n2 5", _pool.Standing());
        AllLocksAreFree(2);
    }

    // Released, and not cleaned.
    private void Leave(int count)
    {
        foreach (var checkout in _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = count }))
            _pool.Pool.Leases.Release(
                new ReleaseRequest
                {
                    Checkout = checkout.Name,
                    WorkingDirectory = _pool.Home,
                    CleanLater = true,
                });
    }

    private void AllLocksAreFree(int count)
    {
        foreach (var id in Enumerable.Range(1, count))
        {
            using var taken = FileLock.TryAcquire(new PoolFolder(_pool.Pool.Path).CheckoutLock(CheckoutName.Of(id)));
            Assert.True(taken is not null, $"the lock of checkout-{id} is held");
        }
    }

    private Pool Cancelled(string step) => new(_pool.Pool.Path, new Canceller(step, _cancellation));

    private sealed class Canceller(string step, CancellationTokenSource cancellation) : IProgress<PoolReport>
    {
        public void Report(PoolReport value)
        {
            if (value.Text == step)
                cancellation.Cancel();
        }
    }
}
