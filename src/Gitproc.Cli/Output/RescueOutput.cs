using System.Text.Json;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints rescues on standard output.</summary>
internal static class RescueOutput
{
    private static readonly string[] Titles = ["RESCUE", "REPOSITORY", "BRANCH", "FILES", "COMMITS", "SIZE", "LEFT", "BY"];

    /// <summary>Prints rescues.</summary>
    public static void Write(IReadOnlyList<Rescue> rescues, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(rescues, WriteJson);
        else
            ResultWriter.WriteLines(TextTable.Lines(Titles, rescues.Select(Cells)));
    }

    private static string[] Cells(Rescue rescue) =>
    [
        rescue.Id,
        rescue.Repository,
        PrintableText.Of(rescue.Branch ?? "-"),
        $"{rescue.Files}",
        $"{rescue.Commits}",
        PrintableSize.Of(rescue.Size),
        PrintableTime.Local(rescue.RescuedAt),
        PrintableText.Of(rescue.Holder ?? "-"),
    ];

    private static void WriteJson(Rescue rescue, Utf8JsonWriter json)
    {
        json.WriteString("id", rescue.Id);
        json.WriteString("checkout", rescue.Checkout);
        json.WriteString("repository", rescue.Repository);
        json.WriteString("branch", rescue.Branch);
        json.WriteString("leaseId", rescue.LeaseId);
        json.WriteString("holder", rescue.Holder);
        json.WriteString("job", rescue.Job);
        json.WriteString("rescuedAt", rescue.RescuedAt.UtcDateTime);
        json.WriteNumber("files", rescue.Files);
        json.WriteNumber("commits", rescue.Commits);
        json.WriteNumber("size", rescue.Size);
        json.WriteBoolean("isUndone", rescue.IsUndone);
    }
}
