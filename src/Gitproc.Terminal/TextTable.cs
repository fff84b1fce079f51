namespace Gitproc.Terminal;

/// <summary>Lays out tables of text, as wide as their content or as the terminal.</summary>
/// <remarks>
/// A table that is too wide gives way in this order. First the widest column that may be narrowed becomes narrower,
/// again and again, until all have their <see cref="TableColumn.Narrowest"/> width. Then columns are left out, in the
/// order of <see cref="TableColumn.LeftOut"/>, each time with the full widths of the rest to begin with. If even that
/// does not fit, all columns are narrowed, and the last are left out. No line is ever wider than the terminal.
/// </remarks>
public static class TextTable
{
    /// <summary>The separator of columns.</summary>
    internal const string Between = "  ";

    /// <summary>The index of the coloured column in tables of checkouts.</summary>
    internal const int State = 1;

    /// <summary>Lays out a table.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">The cells. Each row has as many cells as there are columns.</param>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <param name="color">
    /// Colours the second cell of a row, the state of a checkout; null for no colours.
    /// </param>
    /// <returns>The lines, the titles first; empty if there are no rows.</returns>
    public static IEnumerable<string> Lines(
        IReadOnlyList<TableColumn> columns,
        IEnumerable<string[]> rows,
        int? width = null,
        Func<int, string, string>? color = null)
    {
        List<string[]> cells = [.. rows];
        if (cells.Count == 0)
            return [];
        var titles = columns.Any(column => column.Title.Length > 0) ? 1 : 0;
        if (titles > 0)
            cells.Insert(0, [.. columns.Select(column => column.Title)]);
        var wanted = columns.Select((_, at) => cells.Max(row => CellText.Width(row[at]))).ToArray();
        var widths = width is { } most ? Fit(columns, wanted, most, Between.Length) : wanted;
        return cells.Select((row, line) =>
        {
            var shown = columns.Select((column, at) => Cell(column, row[at], widths[at])).ToArray();
            if (color is not null && line >= titles && widths[State] > 0)
                shown[State] = color(line - titles, shown[State]);
            return string.Join(Between, shown.Where((_, at) => wanted[at] == 0 || widths[at] > 0)).TrimEnd();
        });
    }

    /// <summary>Puts tables below one another, with a line between them.</summary>
    /// <param name="tables">The tables. Those without a line are left out.</param>
    /// <returns>The lines.</returns>
    public static IEnumerable<string> Join(IEnumerable<IEnumerable<string>> tables) => tables
        .Select(lines => lines.ToList()).Where(lines => lines.Count > 0)
        .SelectMany((lines, at) => at == 0 ? lines : [.. lines.Prepend("")]);

    /// <summary>Decides how wide the columns of a table are.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="wanted">The number of cells that each column would like to have.</param>
    /// <param name="width">The number of columns of the terminal.</param>
    /// <param name="between">The number of cells between two columns.</param>
    /// <returns>The width of each column; 0 for a column that is left out.</returns>
    public static int[] Fit(IReadOnlyList<TableColumn> columns, int[] wanted, int width, int between)
    {
        int[] leftOut =
        [
            .. Enumerable.Range(0, columns.Count)
                .Where(at => columns[at].LeftOut > 0)
                .OrderBy(at => columns[at].LeftOut),
        ];
        int[] widths;
        for (var without = 0; ; without++)
        {
            widths = [.. wanted];
            foreach (var at in leftOut[..without])
                widths[at] = 0;
            Narrow(widths, at => columns[at].Narrowest);
            if (Excess(widths) <= 0)
                return widths;
            if (without == leftOut.Length)
                break;
        }

        Narrow(widths, _ => 1);
        for (var at = widths.Length - 1; at > 0 && Excess(widths) > 0; at--)
            widths[at] = 0;
        return widths;

        void Narrow(int[] some, Func<int, int> narrowest)
        {
            for (var excess = Excess(some); excess > 0; excess--)
            {
                var widest = -1;
                for (var at = 0; at < some.Length; at++)
                {
                    if (some[at] > narrowest(at) && (widest < 0 || some[at] > some[widest]))
                        widest = at;
                }

                if (widest < 0)
                    return;
                some[widest]--;
            }
        }

        int Excess(int[] some) => some.Sum() + (between * Math.Max(0, some.Count(one => one > 0) - 1)) - width;
    }

    /// <summary>Cuts and pads a cell.</summary>
    /// <param name="column">The column.</param>
    /// <param name="text">The text of the cell.</param>
    /// <param name="width">The width of the column in cells; 0 if the column is left out.</param>
    /// <returns>A text of exactly that width.</returns>
    public static string Cell(TableColumn column, string text, int width)
    {
        if (width == 0)
            return "";
        var cut = CellText.Width(text) <= width ? text : column.Cut(text, width);
        var padding = new string(' ', Math.Max(0, width - CellText.Width(cut)));
        return column.IsRight ? padding + cut : cut + padding;
    }
}
