using System.Text.Json;
using System.Text.Json.Serialization;
using Gitproc.Fleet.Database;
using Gitproc.Pools;

namespace Gitproc.Agent.Fleet;

/// <summary>Sends copies of the pool's checkouts, repositories and rescues to the fleet: what has changed.</summary>
/// <remarks>It belongs to one connection. The first time it sends all.</remarks>
internal sealed class Mirror(Pool pool, MachineCalls calls)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private Dictionary<long, string>? _checkouts;
    private string? _bases;
    private string? _rescues;

    public void Send()
    {
        var rows = pool.Fleet.See().Checkouts;
        var now = rows.Zip(pool.Fleet.Describe(rows)).ToDictionary(
            pair => pair.First.Id,
            pair => JsonSerializer.Serialize(
                new
                {
                    number = pair.First.Id,
                    repository = pair.Second.Repository,
                    state = pair.Second.State.ToString(),
                    commit = pair.Second.Commit,
                    usedAt = pair.Second.LastUsedAt,
                    shown = pair.Second,
                },
                Json));
        var changed = now.Where(one => _checkouts?.GetValueOrDefault(one.Key) != one.Value).Select(one => one.Value);
        var gone = _checkouts?.Keys.Except(now.Keys).ToList();
        var bases = JsonSerializer.Serialize(
            pool.Fleet.Repositories().Select(row => new { repository = row.Key, fetchedAt = row.FetchedAt }), Json);
        var rescues = JsonSerializer.Serialize(pool.Rescues.List(null, pool.Path), Json);
        var texts = changed.ToList();
        if (texts.Count > 0 || gone is null or [_, ..] || bases != _bases || rescues != _rescues)
        {
            calls.Mirror(
                $"[{string.Join(',', texts)}]",
                gone,
                bases == _bases ? null : bases,
                rescues == _rescues ? null : rescues);
        }

        (_checkouts, _bases, _rescues) = (now, bases, rescues);
    }
}
