using System.Text.Json;

namespace Gitproc.Cli.Output;

/// <summary>The JSON of <c>gitproc list --json</c>; documented in docs/cli.md, so a name here is never changed.</summary>
internal static class CheckoutJson
{
    /// <summary>Writes the properties of a checkout.</summary>
    public static void Write(Checkout checkout, Utf8JsonWriter json)
    {
        json.WriteString("name", checkout.Name);
        json.WriteString("path", checkout.Path);
        json.WriteString("repository", checkout.Repository);
        json.WriteString("url", checkout.Url);
        json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(checkout.State.ToString()));
        json.WriteBoolean("locked", checkout.Locked);
        json.WriteString("branch", checkout.Branch);
        json.WriteString("commit", checkout.Commit);
        json.WriteString("leaseId", checkout.LeaseId);
        json.WriteNumberOrNull("ownerProcessId", checkout.OwnerProcessId);
        json.WriteString("ownerProcessName", checkout.OwnerProcessName);
        json.WriteString("ownerProgram", checkout.OwnerProgram);
        json.WriteBooleanOrNull("ownerRuns", checkout.OwnerRuns);
        json.WriteString("user", checkout.User);
        json.WriteString("machine", checkout.Machine);
        json.WriteString("label", checkout.Label);
        WriteJob(json, checkout.Job);
        WriteMap(json, "environment", checkout.Environment);
        json.WriteTimeOrNull("acquiredAt", checkout.AcquiredAt);
        json.WriteTimeOrNull("expiresAt", checkout.ExpiresAt);
        json.WriteTimeOrNull("lastUsedAt", checkout.LastUsedAt);
        json.WriteTimeOrNull("createdAt", checkout.CreatedAt);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(checkout.Kind.ToString()));
        json.WriteString("reason", checkout.Reason);
        json.WriteBooleanOrNull("isDirty", checkout.IsDirty);
        json.WriteNumberOrNull("ahead", checkout.Ahead);
        json.WriteNumberOrNull("behind", checkout.Behind);
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
}
