using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints rescues on standard output.</summary>
internal static class RescueOutput
{
    private static readonly string[] Titles =
    [
        "RESCUE",
        "REPOSITORY",
        "BRANCH",
        "FILES",
        "COMMITS",
        "SIZE",
        "LEFT",
        "BY",
    ];

    public static void Write(IReadOnlyList<Rescue> rescues, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(rescues);
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
}
