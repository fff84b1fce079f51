using Gitproc.Checkouts;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// The database of the pool is an older copy that was put back: it does not know who holds what by now.
/// </summary>
public sealed class OlderDatabaseTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly Checkout _held;

    public OlderDatabaseTests()
    {
        _held = _pool.Acquire();
        File.WriteAllText(Path.Combine(_held.Path, "work"), "precious");
    }

    private bool HasWork => File.Exists(Path.Combine(_held.Path, "work"));

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_being_made_then_and_is_held_now_stays_its_holder_s(bool isOfSameLease)
    {
        BackTo(CheckoutState.Creating, isOfSameLease ? _held.LeaseId : "0123456789abcdef0123456789abcdef");

        Assert.NotEqual(_held.Name, _pool.Acquire().Name);
        Assert.True(HasWork);
        Assert.Equal(
            (CheckoutState.Locked, _held.LeaseId), (_pool.Find(_held.Name).State, _pool.Find(_held.Name).LeaseId));
    }

    [Fact]
    public void Repair_and_reap_leave_it_to_its_holder()
    {
        BackTo(CheckoutState.Creating, _held.LeaseId);
        _pool.Pool.Leases.Reap();
        _pool.Pool.Care.Repair();
        Assert.True(HasWork);
    }

    [Theory]
    [InlineData(CheckoutState.Free)]
    [InlineData(CheckoutState.Cleaning)]
    [InlineData(CheckoutState.Creating)]
    public void It_is_neither_removed_nor_reset_nor_pruned(CheckoutState then)
    {
        BackTo(then, then == CheckoutState.Creating ? _held.LeaseId : null);

        foreach (var refused in (Action[])
                [
                    () =>
                        _pool.Pool.Checkouts.Remove(
                            new RemoveRequest { Checkout = _held.Name, WorkingDirectory = _pool.Home }),
                    () =>
                        _pool.Pool.Checkouts.Reset(
                            new ResetRequest { Checkout = _held.Name, WorkingDirectory = _pool.Home }),
                ])
        {
            var error = Assert.Throws<GitprocException>(refused);
            Assert.Equal((ErrorReason.HeldByOther, _held.Name), (error.Reason, error.Target));
            Assert.Equal([new HintOption("Force")], error.Hint?.Options);
        }

        foreach (
            var item in _pool.Pool.Care.FindUnused(
                new PruneRequest { WorkingDirectory = _pool.Home, UnusedFor = TimeSpan.Zero }))
        {
            if (item.Kind == PrunedKind.Checkout)
                Assert.Equal(
                    ErrorReason.HeldByOther, Assert.Throws<GitprocException>(() => _pool.Pool.Care.Prune(item)).Reason);
        }

        Assert.True(HasWork);
    }

    private void BackTo(CheckoutState state, string? leaseId)
    {
        var lease = leaseId is null
            ? "lease_id = NULL, lease = NULL"
            : $"lease_id = '{leaseId}', lease = replace(lease, '{_held.LeaseId}', '{leaseId}')";
        _pool.Execute($"UPDATE checkout SET state = {(int)state}, {lease} WHERE id = 1");
    }
}
