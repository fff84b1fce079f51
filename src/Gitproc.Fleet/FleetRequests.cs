using System.Text.Json;
using Gitproc.Fleet.Database;
using Gitproc.Reports;

namespace Gitproc.Fleet;

/// <summary>What commands of this machine ask of the fleet.</summary>
internal static class FleetRequests
{
    /// <param name="request">
    /// <c>what</c> is the name of a list or a change; <c>repository</c>, <c>held</c>, <c>machine</c>, <c>most</c>,
    /// <c>since</c> and <c>first</c> are for those that take them.
    /// </param>
    /// <returns>A JSON object: <c>rows</c> of a list, or <c>done</c>.</returns>
    public static string Answer(FleetQueries queries, JsonElement request)
    {
        return request.GetProperty("what").GetString() switch
        {
            "machines" => Rows(queries.Machines()),
            "limits" => Rows(queries.Limits()),
            "queue" => Rows(queries.Queue()),
            "holders" => Rows(queries.Holders()),
            "checkouts" => Rows(queries.Checkouts(
                Text("repository"),
                isHeld: request.TryGetProperty("held", out var held) && held.GetBoolean())),
            "rescues" => Rows(queries.Rescues()),
            "history" => Rows(queries.History(
                Text("repository"),
                Text("since") is { } since ? DateTimeOffset.Parse(since, null) : null,
                request.GetProperty("first").GetInt32())),
            "limit" => Done(() => queries.SetLimit(
                Needed("repository"),
                request.TryGetProperty("most", out var most) && most.ValueKind == JsonValueKind.Number
                    ? most.GetInt32()
                    : null)),
            "drain" => Done(() => queries.Drain(Needed("machine"), request.GetProperty("isOn").GetBoolean())),
            "leave" => Done(() => queries.Leave(Needed("machine"))),
            _ => throw new GitprocException(
                ErrorReason.ConflictingOptions, "This agent does not know the request. Update gitproc."),
        };

        string? Text(string name) =>
            request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;

        string Needed(string name) => Text(name) ?? throw new FormatException();

        static string Rows(string rows) => $$"""{"rows": {{rows}}}""".ReplaceLineEndings(" ");

        static string Done(Action change)
        {
            change();
            return """{"done": true}""";
        }
    }
}
