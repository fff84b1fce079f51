using System.Text.Json;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.Agent.Fleet;

/// <summary>Gets slots for a process of this machine, which has written its intent into the pool's database.</summary>
internal sealed class SlotAsking(Pool pool, FleetLoop fleet, SlotWaiters waiters, SemaphoreSlim asking)
{
    /// <param name="request">Names the intent.</param>
    /// <param name="write">Answers: why there is no slot yet, and at last the slots.</param>
    /// <param name="cancellationToken">The process is gone, or the agent ends.</param>
    public async Task RunAsync(string request, Func<string, Task> write, CancellationToken cancellationToken)
    {
        if (pool.Fleet.FindRequest(request) is not { } intent)
            throw new GitprocException(ErrorReason.NoCheckoutAvailable, "The request is no longer in the pool's database.");
        using var waiter = waiters.Add(request);
        while (true)
        {
            var (answer, isLast) = await AskAsync();
            await write(answer);
            if (isLast)
                return;
            // What was told meanwhile is old, unless it is a grant.
            string? told;
            do
            {
                told = await waiter.Told.ReadAsync(cancellationToken);
            }
            while (told == SlotWaiters.Again && waiter.Told.TryPeek(out _));
            if (told != SlotWaiters.Again)
            {
                await write(told);
                return;
            }
        }

        async Task<(string Answer, bool IsLast)> AskAsync()
        {
            await asking.WaitAsync(cancellationToken);
            try
            {
                var answer = fleet.Current.Calls.Ask(
                    intent.Request, intent.Repository, intent.Leases, intent.Who, intent.IsWaiting);
                using var json = JsonDocument.Parse(answer);
                return (answer, !intent.IsWaiting || !json.RootElement.TryGetProperty("ahead", out _));
            }
            catch (GitprocException e) when (e.Reason == ErrorReason.FleetNotReachable)
            {
                return (JsonSerializer.Serialize(new { away = e.Message }), false);
            }
            catch (GitprocException e)
            {
                return (JsonSerializer.Serialize(new { refused = e.Message }), true);
            }
            finally
            {
                asking.Release();
            }
        }
    }
}
