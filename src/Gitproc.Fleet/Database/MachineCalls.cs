using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Gitproc.Fleet.Database;

/// <summary>The functions of the fleet's database that a machine calls, as its own role. Thread-safe.</summary>
internal sealed class MachineCalls(FleetDatabase database)
{
    /// <summary>Gives a sign of life.</summary>
    /// <param name="pool">The id of the pool's database.</param>
    /// <param name="facts">What the machine says of itself, as JSON.</param>
    public BeatAnswer Beat(string pool, long revision, long granted, TimeSpan timeout, string facts)
    {
        var told = $$"""
            {"pool": "{{pool}}", "revision": {{revision}}, "granted": {{granted}},
             "timeout": {{timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}, "facts": {{facts}}}
            """;
        using var answer = Ask("SELECT gitproc.beat($1)", Json(told));
        var json = answer.RootElement;
        return new BeatAnswer(
            json.GetProperty("machine").GetInt32(),
            json.GetProperty("name").GetString()!,
            json.GetProperty("revision").GetInt64(),
            json.GetProperty("delivered").GetInt64(),
            json.GetProperty("mustReport").GetBoolean(),
            json.GetProperty("wasSilent").GetBoolean(),
            TimeSpan.FromSeconds(json.GetProperty("betweenPlaces").GetInt32()),
            json.GetProperty("limits") is { ValueKind: JsonValueKind.Object } limits
                ? limits.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetInt32())
                : null);
    }

    /// <summary>Reports what the machine holds, so that slots are counted that the database does not know.</summary>
    public void Report(IEnumerable<HeldLease> held) =>
        Call("SELECT gitproc.report($1)", Json(JsonSerializer.Serialize(held, JsonSerializerOptions.Web)));

    /// <summary>Asks for slots.</summary>
    /// <returns>The answer, as JSON: see <c>gitproc.ask</c> in the schema.</returns>
    public string Ask(string request, string repository, IReadOnlyList<string> leases, string who, bool mayWait) =>
        database.With(connection =>
        {
            using var command = new NpgsqlCommand("SELECT gitproc.ask($1, $2, $3, $4, $5)::text", connection)
            {
                Parameters =
                {
                    new() { Value = request }, new() { Value = repository }, new() { Value = leases.ToArray() },
                    new() { Value = who }, new() { Value = mayWait },
                },
            };
            return (string)command.ExecuteScalar()!;
        });

    /// <summary>Frees the slots of leases, and withdraws requests.</summary>
    public void Free(IEnumerable<string> leases, IEnumerable<string> requests) => Call(
        "SELECT gitproc.free($1, $2)", new() { Value = leases.ToArray() }, new() { Value = requests.ToArray() });

    /// <summary>The slots and tickets of the machine.</summary>
    /// <param name="withPlaces">True to hear the places of tickets too, which is more work for PostgreSQL.</param>
    public MachineShare Mine(bool withPlaces = false)
    {
        using var answer = Ask("SELECT gitproc.mine($1)", new NpgsqlParameter { Value = withPlaces });
        var json = answer.RootElement;
        return new MachineShare(
            [
                .. json.GetProperty("slots").EnumerateArray().Select(slot => new GrantedSlot(
                    slot.GetProperty("lease").GetString()!,
                    slot.GetProperty("request").GetString(),
                    slot.GetProperty("number").GetInt32(),
                    slot.GetProperty("fence").GetInt64())),
            ],
            json.GetProperty("tickets").EnumerateArray().ToDictionary(
                ticket => ticket.GetProperty("request").GetString()!,
                ticket => ticket.TryGetProperty("answer", out var place)
                    ? new QueuePlace(place.GetProperty("ahead").GetInt64(), place.GetRawText())
                    : null));
    }

    /// <summary>Delivers events, in order.</summary>
    /// <param name="events">As a JSON array.</param>
    /// <returns>The number of the last one that the fleet has.</returns>
    public long Deliver(string pool, string events) => database.With(connection =>
    {
        using var command = new NpgsqlCommand("SELECT gitproc.deliver($1::uuid, $2)", connection)
        {
            Parameters = { new() { Value = pool }, Json(events) },
        };
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>Brings the copies of checkouts, bases and rescues up to date. All are JSON arrays.</summary>
    /// <param name="gone">Checkouts that are no more; null if those that are not in the array are no more.</param>
    /// <param name="bases">Null if they have not changed.</param>
    /// <param name="rescues">Null if they have not changed.</param>
    public void Mirror(string checkouts, IReadOnlyList<long>? gone, string? bases, string? rescues) => Call(
        "SELECT gitproc.mirror($1, $2, $3, $4)",
        Json(checkouts),
        new()
        {
            Value = (object?)gone?.ToArray() ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        },
        Json(bases),
        Json(rescues));

    private JsonDocument Ask(string sql, params NpgsqlParameter[] parameters) => database.With(connection =>
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return JsonDocument.Parse((string)command.ExecuteScalar()!);
    });

    private void Call(string sql, params NpgsqlParameter[] parameters) => database.With(connection =>
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return command.ExecuteNonQuery();
    });

    private static NpgsqlParameter Json(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };
}

/// <summary>What the fleet answers to a sign of life.</summary>
/// <param name="Machine">The number of the machine; its channel is <c>gitproc_</c> and this.</param>
/// <param name="Delivered">The last event of this pool that the fleet has.</param>
/// <param name="MustReport">True if the fleet does not know what the machine holds.</param>
/// <param name="WasSilent">True if the machine has lost its slots, because it was silent for too long.</param>
/// <param name="BetweenPlaces">How often it may ask for places: the more machines there are, the more seldom.</param>
/// <param name="Limits">The limits by repository; null if they are those that the machine has.</param>
internal sealed record BeatAnswer(
    int Machine,
    string Name,
    long Revision,
    long Delivered,
    bool MustReport,
    bool WasSilent,
    TimeSpan BetweenPlaces,
    IReadOnlyDictionary<string, int>? Limits);

/// <summary>A lease of a repository that may be limited.</summary>
/// <param name="Slot">The number of the slot that it got; null if it is from before the limit.</param>
/// <param name="Fence">The fence that came with the slot.</param>
/// <param name="Request">The request that got the slot, if the lease is still to be made.</param>
internal sealed record HeldLease(
    string Lease, string Repository, string Who, int? Slot, long? Fence, string? Request = null);

/// <summary>A slot that the machine has.</summary>
/// <param name="Request">The request that got it; null if there was a lease when it was reported.</param>
internal sealed record GrantedSlot(string Lease, string? Request, int Number, long Fence);

/// <summary>What the machine has in the fleet's database.</summary>
/// <param name="Tickets">The requests that wait, with their places if those were asked for.</param>
internal sealed record MachineShare(
    IReadOnlyList<GrantedSlot> Slots, IReadOnlyDictionary<string, QueuePlace?> Tickets);

/// <summary>The place of a request that waits.</summary>
/// <param name="Ahead">How many are before it.</param>
/// <param name="Answer">What <see cref="MachineCalls.Ask(string, string, IReadOnlyList{string}, string, bool)"/> would
/// return.</param>
internal sealed record QueuePlace(long Ahead, string Answer);
