using System.Text.Json;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints pruned items on standard output.</summary>
internal static class PrunedOutput
{
    private static readonly TableColumn[] Columns =
    [
        new("KIND"),
        new("NAME") { Narrowest = 12 },
        new("REPOSITORY") { Narrowest = 16, LeftOut = 2 },
        new("SIZE"),
        new("LAST USED") { LeftOut = 1 },
    ];

    /// <summary>Prints items, and their total size on standard error.</summary>
    public static void Write(IReadOnlyList<PrunedItem> items, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.WriteArray(items);
            return;
        }

        ResultWriter.WriteLines(TextTable.Lines(Columns, items.Select(Cells), ConsoleScreen.TableWidth));
        Messages.WriteLine(
            items.Count == 0
                ? "gitproc: nothing is unused"
                : $"gitproc: {PrintableSize.Of(items.Sum(item => item.Size))} in all");
    }

    private static string[] Cells(PrunedItem item) =>
    [
        Kind(item), item.Name, item.Repository, PrintableSize.Of(item.Size),
        PrintableTime.Local(item.LastUsedAt),
    ];

    private static string Kind(PrunedItem item) => JsonNamingPolicy.CamelCase.ConvertName(item.Kind.ToString());
}
