using System.Globalization;
using Gitproc.Text;
using Gitproc.Views;

namespace Gitproc.Cli.Output;

/// <summary>The table of <c>gitproc list</c>.</summary>
internal static class CheckoutTable
{
    private static readonly string[] Titles = ["NAME", "STATE", "REPOSITORY", "BRANCH", "OWNER", "SINCE"];
    private const string StatusTitle = "STATUS";
    private const int StatusColumn = 4;
    private const int StateColumn = 1;

    /// <summary>Writes the table; nothing at all for no checkouts.</summary>
    public static void Write(IReadOnlyList<Checkout> checkouts, TextWriter writer, bool color, bool hasStatus, CurrentCheckout place)
    {
        if (checkouts.Count == 0)
            return;
        var cells = checkouts.Select(checkout => Cells(checkout, hasStatus, place)).Prepend(Insert(Titles, hasStatus ? StatusTitle : null)).ToList();
        var widths = cells[0].Select((_, column) => cells.Max(row => row[column].Length)).ToArray();
        for (var row = 0; row < cells.Count; row++)
        {
            for (var column = 0; column < widths.Length; column++)
            {
                var last = column == widths.Length - 1;
                var text = last ? cells[row][column] : cells[row][column].PadRight(widths[column] + 2);
                writer.Write(color && row > 0 && column == StateColumn ? Colored(text, checkouts[row - 1].State) : text);
            }

            writer.WriteLine();
        }
    }

    private static string[] Insert(string[] cells, string? status) => status is null ? cells : [.. cells[..StatusColumn], status, .. cells[StatusColumn..]];

    private static string[] Cells(Checkout checkout, bool hasStatus, CurrentCheckout place) =>
        Insert(Cells(checkout, place), hasStatus ? PrintableStatus.Of(checkout.IsDirty, checkout.Ahead, checkout.Behind) : null);

    private static string[] Cells(Checkout checkout, CurrentCheckout place) =>
    [
        place.Mark(checkout.Name, checkout.Path),
        checkout.State.ToString(),
        checkout.Repository,
        checkout.Branch ?? (checkout.Commit is { } commit ? $"({commit[..7]})" : "-"),
        HolderText.With(HolderText.Of(checkout) ?? "-", checkout.Label),
        checkout.AcquiredAt?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-",
    ];

    private static string Colored(string text, CheckoutState state) => state switch
    {
        CheckoutState.Free => $"\e[32m{text}\e[0m",
        CheckoutState.Broken => $"\e[31m{text}\e[0m",
        _ => $"\e[33m{text}\e[0m",
    };
}
