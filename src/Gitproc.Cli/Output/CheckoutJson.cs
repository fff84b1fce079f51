using System.Text.Json;

namespace Gitproc.Cli.Output;

/// <summary>The JSON of <c>gitproc list --json</c>; documented in docs/cli.md, so a name here is never changed.</summary>
internal static class CheckoutJson
{
    /// <summary>Writes an array of checkouts, in lines for a terminal.</summary>
    /// <param name="checkouts">The checkouts.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IReadOnlyList<Checkout> checkouts, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = !Console.IsOutputRedirected });
        json.WriteStartArray();
        foreach (var checkout in checkouts)
            Write(checkout, json);
        json.WriteEndArray();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void Write(Checkout checkout, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", checkout.Name);
        json.WriteString("path", checkout.Path);
        json.WriteString("repository", checkout.Repository);
        json.WriteString("url", checkout.Url);
        json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(checkout.State.ToString()));
        json.WriteBoolean("locked", checkout.Locked);
        json.WriteString("branch", checkout.Branch);
        json.WriteString("commit", checkout.Commit);
        json.WriteString("leaseId", checkout.LeaseId);
        if (checkout.OwnerProcessId is { } owner)
            json.WriteNumber("ownerProcessId", owner);
        else
            json.WriteNull("ownerProcessId");
        json.WriteString("ownerProcessName", checkout.OwnerProcessName);
        json.WriteString("ownerProgram", checkout.OwnerProgram);
        if (checkout.OwnerRuns is { } runs)
            json.WriteBoolean("ownerRuns", runs);
        else
            json.WriteNull("ownerRuns");
        json.WriteString("user", checkout.User);
        json.WriteString("machine", checkout.Machine);
        json.WriteString("label", checkout.Label);
        WriteJob(json, checkout.Job);
        WriteMap(json, "environment", checkout.Environment);
        WriteTime(json, "acquiredAt", checkout.AcquiredAt);
        WriteTime(json, "expiresAt", checkout.ExpiresAt);
        WriteTime(json, "lastUsedAt", checkout.LastUsedAt);
        WriteTime(json, "createdAt", checkout.CreatedAt);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(checkout.Kind.ToString()));
        json.WriteString("reason", checkout.Reason);
        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string>? map)
    {
        if (map is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (key, value) in map)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteJob(Utf8JsonWriter json, Job? job)
    {
        if (job is null)
        {
            json.WriteNull("job");
            return;
        }

        json.WriteStartObject("job");
        json.WriteString("system", job.System);
        json.WriteString("run", job.Run);
        json.WriteString("name", job.Name);
        json.WriteString("attempt", job.Attempt);
        json.WriteString("url", job.Url);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteString(name, value.UtcDateTime);
        else
            json.WriteNull(name);
    }
}
