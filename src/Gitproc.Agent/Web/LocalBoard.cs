using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Agent.Web;

/// <summary>
/// The board of this machine, made from its pool alone. All who look share one reading: it is made anew when the pool
/// has changed, but not all the time, and now and then, because nobody writes that an owner has ended.
/// </summary>
internal sealed class LocalBoard(Pool pool) : IBoardSource, IDisposable
{
    /// <summary>How far back the time line goes.</summary>
    public static readonly TimeSpan Past = TimeSpan.FromHours(6);

    private const int MostEvents = 2000;

    private static readonly TimeSpan ShortestAge = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly PoolWatch _watch = pool.Checkouts.Watch(null, pool.Path);
    private Board? _last;

    public Board Now()
    {
        lock (_lock)
        {
            var age = DateTimeOffset.UtcNow - (_last?.At ?? DateTimeOffset.MinValue);
            if (_last is null || age > LongestAge || (age > ShortestAge && _watch.HasChanged))
                _last = Read();
            return _last;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _watch.Dispose();
    }

    private Board Read()
    {
        var now = DateTimeOffset.UtcNow;
        var machine = new BoardMachine(Environment.MachineName, pool.Path);
        try
        {
            var seen = _watch.Read();
            var history = new HistoryRequest
            {
                WorkingDirectory = pool.Path,
                Since = now - Past,
                First = MostEvents,
            };
            machine = machine with
            {
                Checkouts = seen.Entries,
                Events = pool.Leases.ListHistory(history),
                Rescues = pool.Rescues.List(null, pool.Path),
                Disk = Directory.Exists(pool.Path) ? Volume.SpaceOf(pool.Path) : null,
            };
            var queue = seen.Waiters
                .GroupBy(waiter => waiter.Repository, StringComparer.Ordinal)
                .SelectMany(ofOne => ofOne.Select((waiter, before) => new BoardWaiter(
                    before + 1, waiter.Repository, waiter.Checkout, machine.Name, waiter.Who, waiter.Since)));
            return new Board(now, [machine], [.. queue]);
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            // What was seen last is better than nothing.
            var last = _last ?? new Board(now, [machine], []);
            var problem = SecretText.Hide(e.Message);
            return last with
            {
                At = now,
                Machines = [.. last.Machines.Select(one => one with { Problem = problem })],
            };
        }
    }
}
