namespace Gitproc.Cli.Output;

/// <summary>Tables of text, as wide as what is in them.</summary>
internal static class TextTable
{
    /// <summary>Lays a table out.</summary>
    public static IEnumerable<string> Lines(string[] titles, IEnumerable<string[]> rows)
    {
        var cells = rows.Prepend(titles).ToList();
        if (cells.Count == 1)
            return [];
        var widths = titles.Select((_, column) => cells.Max(row => row[column].Length)).ToArray();
        return cells.Select(row => string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
    }
}
