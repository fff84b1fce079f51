namespace Gitproc.Terminal;

/// <summary>A row of a table of checkouts and of those who wait for one.</summary>
/// <param name="State">The state of the checkout; null for a process that waits.</param>
/// <param name="Cells">The cells.</param>
internal sealed record TableRow(CheckoutState? State, string[] Cells)
{
    /// <summary>The order in a terminal, the busy checkouts first.</summary>
    public int Rank => State switch
    {
        CheckoutState.Creating or CheckoutState.Cleaning => 0,
        CheckoutState.Locked or CheckoutState.Unknown => 1,
        null => 2,
        CheckoutState.Broken => 3,
        _ => 4,
    };

    /// <summary>Lays out rows, with the states in colour on request.</summary>
    public static IEnumerable<string> Lines(
        IReadOnlyList<TableColumn> columns, List<TableRow> rows, int? width, bool hasColor) => TextTable.Lines(
        columns,
        rows.Select(row => row.Cells),
        width,
        hasColor ? (row, text) => CheckoutText.Color(text, rows[row].State) : null);
}
