using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints the history on standard output.</summary>
internal static class HistoryOutput
{
    private static readonly TableColumn[] Columns =
    [
        new("") { LeftOut = 2 },
        new(""),
        new(""),
        new("") { Narrowest = 12, LeftOut = 1 },
        new("") { Narrowest = 32, Cut = CheckoutText.CutHolder },
    ];

    public static void Write(IReadOnlyList<HistoryEvent> events, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(events);
        else
            ResultWriter.WriteLines(TextTable.Lines(Columns, events.Select(Cells), ConsoleScreen.TableWidth));
    }

    private static string[] Cells(HistoryEvent one) =>
    [
        PrintableTime.Local(one.Time),
        one.Machine is { Length: > 0 } machine ? $"{PrintableText.Of(machine)} {one.Checkout}".TrimEnd() : one.Checkout,
        one.Kind.ToString(),
        one.Repository,
        $"{(one.Who.Length == 0 ? "" : $"by {one.Who}")}{(one.Why is null ? "" : $": {one.Why}")}".TrimStart(':', ' '),
    ];
}
