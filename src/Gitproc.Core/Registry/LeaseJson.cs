using System.Buffers;
using System.Text;
using System.Text.Json;
using Gitproc.Processes;

namespace Gitproc.Registry;

/// <summary>
/// A lease as JSON: one form for the database and for the file in the checkout that speaks when the database is lost.
/// </summary>
internal static class LeaseJson
{
    /// <summary>The name of <see cref="Lease.IsMakingReady"/>.</summary>
    public const string MakingReady = "makingReady";

    /// <summary>Writes a lease.</summary>
    public static string Write(Lease lease)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", lease.Id);
            json.WriteString("user", lease.User);
            json.WriteString("machine", lease.Machine);
            WriteTime("acquiredAt", lease.AcquiredAt);
            if (lease.ExpiresAt is { } expiry)
                WriteTime("expiresAt", expiry);
            if (lease.IsStrict)
                json.WriteBoolean("strict", true);
            if (lease.IsMakingReady)
                json.WriteBoolean(MakingReady, true);
            if (lease.Slot is { } slot)
            {
                json.WriteNumber("slot", slot.Number);
                json.WriteNumber("fence", slot.Fence);
            }

            WriteText("label", lease.Label);
            if (lease.Owner is { } owner)
                WriteOwner(owner);
            if (lease.Job is { } job)
                WriteJob(job);
            if (lease.Environment is { } environment)
                WriteEnvironment(environment);
            json.WriteEndObject();

            void WriteOwner(LeaseOwner owner)
            {
                json.WriteStartObject("owner");
                json.WriteString("host", owner.Place.Host);
                json.WriteString("boot", owner.Place.Boot);
                json.WriteString("namespace", owner.Place.Namespace);
                json.WriteNumber("pid", owner.Process.Id);
                json.WriteNumber("started", owner.Process.StartedAt);
                json.WriteString("name", owner.Name);
                WriteText("program", owner.Program);
                json.WriteEndObject();
            }

            void WriteJob(Job job)
            {
                json.WriteStartObject("job");
                json.WriteString("system", job.System);
                json.WriteString("run", job.Run);
                WriteText("name", job.Name);
                WriteText("attempt", job.Attempt);
                WriteText("url", job.Url);
                json.WriteEndObject();
            }

            void WriteEnvironment(IReadOnlyDictionary<string, string> environment)
            {
                json.WriteStartObject("environment");
                foreach (var (name, value) in environment)
                    json.WriteString(name, value);
                json.WriteEndObject();
            }

            void WriteTime(string name, DateTimeOffset time) => json.WriteNumber(name, time.ToUnixTimeMilliseconds());

            void WriteText(string name, string? value)
            {
                if (value is not null)
                    json.WriteString(name, value);
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <returns>The lease; null if the text is not a lease.</returns>
    public static Lease? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            return new Lease
            {
                Id = Needed(json, "id"),
                User = Needed(json, "user"),
                Machine = Needed(json, "machine"),
                AcquiredAt = Time(json.GetProperty("acquiredAt")),
                ExpiresAt = json.TryGetProperty("expiresAt", out var expiry) ? Time(expiry) : null,
                IsStrict = json.TryGetProperty("strict", out var strict) && strict.GetBoolean(),
                IsMakingReady = json.TryGetProperty(MakingReady, out var isReadied) && isReadied.GetBoolean(),
                Slot = json.TryGetProperty("slot", out var slot)
                    ? new FleetSlot(slot.GetInt32(), json.GetProperty("fence").GetInt64())
                    : null,
                Label = Text(json, "label"),
                Owner = json.TryGetProperty("owner", out var owner) ? ReadOwner(owner) : null,
                Job = json.TryGetProperty("job", out var job) ? ReadJob(job) : null,
                Environment = json.TryGetProperty("environment", out var environment)
                    ? environment
                        .EnumerateObject()
                        .ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? throw new FormatException())
                    : null,
            };
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException)
        {
            return null;
        }
    }

    private static LeaseOwner ReadOwner(JsonElement json) => new(
        new ProcessPlace(
            Needed(json, "host"), Needed(json, "boot"), Needed(json, "namespace")),
        new ProcessIdentity(json.GetProperty("pid").GetInt32(), json.GetProperty("started").GetInt64()),
        Needed(json, "name"),
        Text(json, "program"));

    private static Job ReadJob(JsonElement json) => new(
        Needed(json, "system"), Needed(json, "run"),
        Text(json, "name"), Text(json, "attempt"), Text(json, "url"));

    private static DateTimeOffset Time(JsonElement json) => DateTimeOffset.FromUnixTimeMilliseconds(json.GetInt64());

    private static string Needed(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException();

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
