using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints rescues on standard output.</summary>
internal static class RescueOutput
{
    private static readonly TableColumn[] Columns =
    [
        new("RESCUE"),
        new("REPOSITORY") { Narrowest = 14 },
        new("BRANCH") { Narrowest = 8, LeftOut = 3 },
        new("FILES") { LeftOut = 5 },
        new("COMMITS") { LeftOut = 4 },
        new("SIZE") { LeftOut = 2 },
        new("LEFT") { LeftOut = 6 },
        new("BY") { Narrowest = 10, LeftOut = 1, Cut = CheckoutText.CutHolder },
    ];

    public static void Write(IReadOnlyList<Rescue> rescues, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(rescues);
        else
            ResultWriter.WriteLines(TextTable.Lines(Columns, rescues.Select(Cells), ConsoleScreen.TableWidth));
    }

    /// <summary>Prints the rescues of a fleet.</summary>
    public static void Write(IReadOnlyList<FleetRescue> rescues, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(rescues);
        else
        {
            ResultWriter.WriteLines(TextTable.Lines(
                [new TableColumn("MACHINE") { Narrowest = 8 }, .. Columns],
                rescues.Select(one => (string[])[PrintableText.Of(one.Machine), .. Cells(one.Rescue)]),
                ConsoleScreen.TableWidth));
        }
    }

    private static string[] Cells(Rescue rescue) =>
    [
        rescue.ShortId,
        rescue.Repository,
        PrintableText.Of(rescue.Branch ?? "-"),
        $"{rescue.Files}",
        $"{rescue.Commits}",
        PrintableSize.Of(rescue.Size),
        PrintableTime.Local(rescue.RescuedAt),
        PrintableText.Of(rescue.Holder ?? "-"),
    ];
}
