namespace Gitproc.Terminal;

/// <summary>Lays out tables of text as wide as their content.</summary>
public static class TextTable
{
    /// <summary>The separator of columns.</summary>
    internal const string Between = "  ";

    /// <summary>The index of the coloured column in tables of checkouts.</summary>
    internal const int State = 1;

    /// <summary>Lays out a table.</summary>
    /// <param name="titles">The titles of the columns.</param>
    /// <param name="rows">The cells. Each row has as many cells as there are titles.</param>
    /// <param name="color">
    /// Colours the second cell of a row, the state of a checkout; null for no colours.
    /// </param>
    /// <returns>The lines, the titles first; empty if there are no rows.</returns>
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

    internal static int[] Widths(List<string[]> rows) =>
        [.. rows[0].Select((_, column) => rows.Max(row => CellText.Width(row[column])))];
}
