using System.Text;
using System.Text.Json;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints the history on standard output.</summary>
internal static class HistoryOutput
{
    /// <summary>Prints events.</summary>
    public static void Write(IReadOnlyList<HistoryEvent> events, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.WriteArray(events, WriteJson);
            return;
        }

        using var output = Console.OpenStandardOutput();
        using var writer = new StreamWriter(output, new UTF8Encoding(false), bufferSize: 1 << 16);
        foreach (var one in events)
        {
            var time = PrintableTime.Local(one.Time);
            var why = one.Why is null ? "" : $": {one.Why}";
            writer.WriteLine($"{time}  {one.Checkout,-12}  {one.Kind,-9}  {one.Repository}  by {one.Who}{why}");
        }
    }

    private static void WriteJson(HistoryEvent one, Utf8JsonWriter json)
    {
        json.WriteNumber("id", one.Id);
        json.WriteString("time", one.Time.UtcDateTime);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(one.Kind.ToString()));
        json.WriteString("checkout", one.Checkout);
        json.WriteString("repository", one.Repository);
        json.WriteString("leaseId", one.LeaseId);
        json.WriteString("who", one.Who);
        json.WriteString("why", one.Why);
    }
}
