using System.Collections.Concurrent;
using Gitproc.Pools;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gitproc.Agent.Care;

/// <summary>
/// Cares for one pool: ends leases that are over, cleans what waits for it, keeps spares ready, and fetches before
/// somebody needs it. What is due is in the database and on disk, and each duty is an operation of the pool that any
/// number of processes may do at once. So nothing is lost when this process is killed, and a second one does no harm.
/// </summary>
/// <remarks>
/// Each duty has a loop of its own, so that a remote that is silent for minutes holds up no release. A duty that fails
/// is tried again at its next turn. Its error is logged when it comes and when it changes, not at each turn.
/// </remarks>
internal sealed class PoolKeeper(Pool pool, ILogger<PoolKeeper> log) : BackgroundService
{
    private const int MaxFetches = 4;

    private static readonly TimeSpan BetweenReaps = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenCleanings = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenSpares = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenPackings = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Task> _fetching = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.LogInformation("cares for the pool {Path}", pool.Path);
        await Task.WhenAll(
            Repeat("leases cannot be ended", BetweenReaps, Reap, stoppingToken),
            Repeat("checkouts cannot be cleaned", BetweenCleanings, Clean, stoppingToken),
            Repeat("spares cannot be made", BetweenSpares, pool.Acquiring.KeepSpares, stoppingToken),
            Repeat("repositories cannot be fetched", BetweenFetches, Fetch, stoppingToken),
            Repeat(
                "repositories cannot be packed", BetweenPackings, token => pool.Care.Maintain(token), stoppingToken));
        await Task.WhenAll(_fetching.Values);
    }

    private void Reap(CancellationToken cancellationToken)
    {
        foreach (var checkout in pool.Leases.Reap(cancellationToken))
            log.LogInformation("{Checkout} of {Repository}: its lease was over", checkout.Name, checkout.Repository);
    }

    private void Clean(CancellationToken cancellationToken)
    {
        foreach (var checkout in pool.Care.CleanWaiting(cancellationToken))
            log.LogInformation("{Checkout} of {Repository} is cleaned", checkout.Name, checkout.Repository);
    }

    // A fetch may take minutes, so each has a thread of its own.
    private void Fetch(CancellationToken cancellationToken)
    {
        foreach (var key in pool.Acquiring.DueFetches(cancellationToken))
        {
            if (_fetching.Count >= MaxFetches)
                return;
            // It is in the dictionary before its thread may take it out.
            var begin = new Task(
                () => Fetch(key, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning);
            if (_fetching.TryAdd(key, begin))
                begin.Start(TaskScheduler.Default);
        }
    }

    private void Fetch(string key, CancellationToken cancellationToken)
    {
        try
        {
            if (pool.Acquiring.FetchAhead(key, cancellationToken) is { } error)
                log.LogWarning("{Repository} cannot be fetched: {Error}", key, error);
        }
        catch (Exception e) when (IsExpected(e))
        {
            log.LogWarning("{Repository} cannot be fetched: {Error}", key, e.Message);
        }
        finally
        {
            _fetching.TryRemove(key, out _);
        }
    }

    private async Task Repeat(
        string failure, TimeSpan pause, Action<CancellationToken> duty, CancellationToken cancellationToken)
    {
        var last = "";
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Factory.StartNew(
                    () => duty(cancellationToken),
                    cancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
                last = "";
            }
            catch (OperationCanceledException)
            {
                // The agent ends, or git was ended with it.
            }
            catch (Exception e) when (IsExpected(e))
            {
                if (e.Message != last)
                    log.LogError("{Failure}: {Error}", failure, e.Message);
                last = e.Message;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool IsExpected(Exception e) => e is GitprocException or IOException or UnauthorizedAccessException
        or SqliteException or OperationCanceledException;
}
