namespace Gitproc.Terminal;

/// <summary>Tables of text, as wide as what is in them.</summary>
public static class TextTable
{
    /// <summary>What is between two columns.</summary>
    internal const string Between = "  ";

    /// <summary>The column of the tables of checkouts that has a colour.</summary>
    internal const int State = 1;

    /// <summary>Lays a table out.</summary>
    /// <param name="titles">The titles of the columns.</param>
    /// <param name="rows">The cells, as many a row as there are titles.</param>
    /// <param name="color">
    /// Colours the second cell of a row, which is the state of a checkout; null for no colours.
    /// </param>
    /// <returns>The lines, the titles first; none when there is no row.</returns>
    public static IEnumerable<string> Lines(
        string[] titles, IEnumerable<string[]> rows, Func<int, string, string>? color = null)
    {
        var cells = rows.Prepend(titles).ToList();
        if (cells.Count == 1)
            return [];
        var widths = Widths(cells);
        return cells.Select((row, at) =>
        {
            var shown = row.Select((text, column) => CellText.Pad(text, widths[column])).ToArray();
            if (color is not null && at > 0)
                shown[State] = color(at - 1, shown[State]);
            return string.Join(Between, shown).TrimEnd();
        });
    }

    /// <summary>The width of each column.</summary>
    internal static int[] Widths(List<string[]> rows) =>
        [.. rows[0].Select((_, column) => rows.Max(row => CellText.Width(row[column])))];
}
