using System.Text.Json;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Agent.Fleet;

/// <summary>Gets slots for a process of this machine, which has written its intent into the pool's database.</summary>
internal sealed class SlotAsking(
    Pool pool, FleetLoop fleet, SlotWaiters waiters, Grants grants, SemaphoreSlim asking)
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
            // Whatever else is told meanwhile is newer.
            while (await waiter.Told.ReadAsync(cancellationToken) is var told
                && (!told.MustAsk || waiter.Told.TryPeek(out _)))
            {
                if (!told.MustAsk)
                    await write(told.Answer);
                if (told.IsLast)
                    return;
            }
        }

        async Task<(string Answer, bool IsLast)> AskAsync()
        {
            await asking.WaitAsync(cancellationToken);
            try
            {
                while (true)
                {
                    var reports = grants.Reports;
                    var answer = fleet.Current.Calls.Ask(
                        intent.Request, intent.Repository, intent.Leases, intent.Who, intent.IsWaiting);
                    using var json = JsonDocument.Parse(answer);
                    if (!json.RootElement.TryGetProperty("slots", out var slots)
                        || grants.TryNote(intent.Request, SlotsOf(slots, intent.Leases), reports))
                    {
                        return (answer, !intent.IsWaiting || !json.RootElement.TryGetProperty("ahead", out _));
                    }
                }
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

    private static FleetSlot[] SlotsOf(JsonElement granted, IReadOnlyList<string> leases)
    {
        var slots = granted.EnumerateArray().ToDictionary(
            one => one.GetProperty("lease").GetString()!,
            one => new FleetSlot(one.GetProperty("number").GetInt32(), one.GetProperty("fence").GetInt64()));
        return [.. leases.Select(lease => slots[lease])];
    }
}
