using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.AspNetCore.Http;
using Prometheus;

namespace Gitproc.Agent.Web;

/// <summary>
/// The metrics of a pool in Prometheus' text format. Each scrape reads the pool: what is there now, and the events
/// since the last scrape. Nothing is measured between scrapes, so metrics cost nothing where nobody asks for them.
/// </summary>
/// <remarks>
/// Counters of events begin at zero with the agent, as Prometheus expects it of a program. Those of fetches are rows of
/// the pool. An event whose operation still goes on, because its checkout is being cleaned, is read again at the next
/// scrape.
/// </remarks>
internal sealed class PoolMetrics
{
    private static readonly TimeSpan LongestOpen = TimeSpan.FromMinutes(10);

    // An acquire that finds that it has to clean the checkout says so this soon.
    private static readonly TimeSpan ShortestOpen = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BetweenMeasures = TimeSpan.FromMinutes(5);

    private static readonly double[] OperationBuckets =
        [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300];

    private static readonly double[] WaitBuckets = [.1, .5, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

    private readonly Pool _pool;
    private readonly LocalBoard _board;
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly Gauge _usable, _checkouts, _leases, _waiters, _oldestWaiter;
    private readonly Gauge _rescues, _rescueBytes, _free, _size, _fetched;
    private readonly Counter _events, _fetches, _fetchSeconds;
    private readonly Histogram _wait, _acquire, _release;
    private readonly Lock _lock = new();
    private HashSet<long> _open = [];
    private long? _last;
    private DateTimeOffset _measuredAt;

    public PoolMetrics(Pool pool, LocalBoard board)
    {
        (_pool, _board) = (pool, board);
        var make = Metrics.WithCustomRegistry(_registry);
        const string repository = "repository";
        _usable = make.CreateGauge("gitproc_pool_usable", "1 if the pool can be read, 0 if not.");
        _checkouts = make.CreateGauge(
            "gitproc_checkouts", "Checkouts by repository and state.", repository, "state");
        _leases = make.CreateGauge("gitproc_leases", "Leases that are in force.", repository);
        _waiters = make.CreateGauge("gitproc_waiters", "Processes that wait for a checkout.", repository);
        _oldestWaiter = make.CreateGauge(
            "gitproc_oldest_waiter_seconds", "How long the first of those who wait has waited.", repository);
        _rescues = make.CreateGauge("gitproc_rescues", "Rescues that are kept.", repository);
        _rescueBytes = make.CreateGauge(
            "gitproc_rescues_bytes", "What all rescues take on disk, measured every 5 minutes.");
        _free = make.CreateGauge("gitproc_disk_free_bytes", "Free space on the disk of the pool.");
        _size = make.CreateGauge("gitproc_disk_size_bytes", "Size of the disk of the pool.");
        _fetched = make.CreateGauge(
            "gitproc_last_fetch_timestamp_seconds", "When the last fetch that succeeded began.", repository);
        _events = make.CreateCounter(
            "gitproc_events_total", "Events of the history since the agent started, by kind.", repository, "kind");
        _fetches = make.CreateCounter("gitproc_fetches_total", "Fetches by result.", repository, "result");
        _fetchSeconds = make.CreateCounter(
            "gitproc_fetch_seconds_total", "How long fetches that succeeded took together.", repository);
        _wait = Make("gitproc_wait_seconds", "How long acquires that had to wait were in the queue.", WaitBuckets);
        _acquire = Make(
            "gitproc_acquire_seconds", "How long acquires took until the checkout was ready.", OperationBuckets);
        _release = Make(
            "gitproc_release_seconds", "How long releases took, with the cleaning.", OperationBuckets);

        // What happens from now on counts.
        Update();

        Histogram Make(string name, string help, double[] buckets) => make.CreateHistogram(
            name,
            help,
            new HistogramConfiguration
            {
                LabelNames = [repository],
                Buckets = buckets,
            });
    }

    /// <summary>Writes the answer to a scrape.</summary>
    public async Task WriteAsync(HttpResponse response)
    {
        lock (_lock)
            Update();
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await _registry.CollectAndExportAsTextAsync(response.Body, response.HttpContext.RequestAborted);
    }

    private void Update()
    {
        try
        {
            var board = _board.Now();
            var machine = board.Machines[0];
            Count(board, machine);
            Measure(machine);
            var (events, fetches, last) = _pool.Care.ReadFigures(_last, _open, CancellationToken.None);
            Add(events, board.At);
            _last = last;
            Add(fetches);
            _usable.Set(machine.Problem is null ? 1 : 0);
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            _usable.Set(0);
        }
    }

    private void Count(Board board, BoardMachine machine)
    {
        var ofRepository = machine.Checkouts.ToLookup(entry => entry.Checkout.Repository, StringComparer.Ordinal);
        Set(
            _checkouts,
            ofRepository.SelectMany(one => Enum.GetValues<CheckoutState>().Select(state => (
                new[] { one.Key, state.ToString().ToLowerInvariant() },
                (double)one.Count(entry => entry.Checkout.State == state)))));
        Set(
            _leases,
            ofRepository.Select(one => (new[] { one.Key }, (double)one.Count(entry => entry.Checkout.Locked))));
        var waiting = board.Queue.ToLookup(waiter => waiter.Repository, StringComparer.Ordinal);
        var keys = ofRepository.Select(one => one.Key).Union(waiting.Select(one => one.Key)).ToList();
        Set(_waiters, keys.Select(key => (new[] { key }, (double)waiting[key].Count())));
        Set(
            _oldestWaiter,
            keys.Select(key => (
                new[] { key },
                waiting[key].Select(waiter => (board.At - waiter.Since).TotalSeconds).DefaultIfEmpty(0).Max())));
        Set(
            _rescues,
            machine.Rescues.GroupBy(rescue => rescue.Repository, StringComparer.Ordinal)
                .Select(one => (new[] { one.Key }, (double)one.Count())));
    }

    private void Measure(BoardMachine machine)
    {
        if (machine.Disk is var (free, size))
        {
            _free.Set(free);
            _size.Set(size);
        }

        if (DateTimeOffset.UtcNow - _measuredAt < BetweenMeasures)
            return;
        _measuredAt = DateTimeOffset.UtcNow;
        _rescueBytes.Set(DiskUsage.Of(new PoolFolder(_pool.Path).Rescues));
    }

    private void Add(IReadOnlyList<TimedEvent> events, DateTimeOffset now)
    {
        var open = new HashSet<long>();
        foreach (var one in events)
        {
            if (!_open.Contains(one.Id))
                _events.WithLabels(one.Repository, one.Kind.ToString().ToLowerInvariant()).Inc();
            var age = now - one.At;
            if (one.Took is not { } took)
                continue;
            if (age < ShortestOpen || (one.IsCleaned && age < LongestOpen))
            {
                open.Add(one.Id);
                continue;
            }

            var isRelease = one.Kind is EventKind.Released or EventKind.Forced;
            (isRelease ? _release : _acquire).WithLabels(one.Repository).Observe(took.TotalSeconds);
            if (one.Waited is { } waited)
                _wait.WithLabels(one.Repository).Observe(waited.TotalSeconds);
        }

        _open = open;
    }

    private void Add(IReadOnlyList<FetchFigures> fetches)
    {
        foreach (var one in fetches)
        {
            _fetches.WithLabels(one.Repository, "succeeded").IncTo(one.Succeeded);
            _fetches.WithLabels(one.Repository, "failed").IncTo(one.Failed);
            _fetchSeconds.WithLabels(one.Repository).IncTo(one.Took.TotalSeconds);
        }

        Set(
            _fetched,
            fetches.Where(one => one.LastAt is not null).Select(one =>
                (new[] { one.Repository }, (double)one.LastAt!.Value.ToUnixTimeSeconds())));
    }

    // What is not there any more is not shown any more.
    private static void Set(Gauge gauge, IEnumerable<(string[] Labels, double Value)> values)
    {
        var old = gauge.GetAllLabelValues().ToHashSet(new SameLabels());
        foreach (var (labels, value) in values)
        {
            gauge.WithLabels(labels).Set(value);
            old.Remove(labels);
        }

        foreach (var labels in old)
            gauge.RemoveLabelled(labels);
    }

    private sealed class SameLabels : IEqualityComparer<string[]>
    {
        public bool Equals(string[]? x, string[]? y) => x!.SequenceEqual(y!, StringComparer.Ordinal);

        public int GetHashCode(string[] obj) => obj.Aggregate(0, HashCode.Combine);
    }
}
