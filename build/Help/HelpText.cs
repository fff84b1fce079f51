using Gitproc.Cli.Help;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Gitproc.Help;

/// <summary>Markdown as plain text: paragraphs, lists, tables and code, of what the help pages are made.</summary>
internal static class HelpText
{
    private const string Below = "    ";

    /// <summary>Lays blocks out.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="width">The most characters of a line.</param>
    /// <returns>The lines, an empty one between two blocks.</returns>
    public static IEnumerable<string> Lines(IEnumerable<Block> blocks, int width) => blocks
        .Select(block => Lines(block, width).SelectMany(line => line.IsFixed ? [line.Text] : TextWrap.Lines(line.Text, width)))
        .SelectMany((lines, at) => at == 0 ? lines : lines.Prepend(""));

    /// <summary>Reads the paragraphs; each item of a list, line of code and row of a table is one.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <returns>The paragraphs, not wrapped.</returns>
    public static IEnumerable<string> Paragraphs(IEnumerable<Block> blocks) =>
        blocks.SelectMany(block => Lines(block, int.MaxValue)).Select(line => line.Text);

    /// <summary>Lays a block out.</summary>
    /// <param name="block">The block.</param>
    /// <param name="width">The most characters of a line of a table.</param>
    /// <returns>The lines, and which of them are not to be wrapped.</returns>
    public static IEnumerable<(string Text, bool IsFixed)> Lines(Block block, int width) => block switch
    {
        Table table => TableLines([.. Cells(table)], width).Select(line => (line, true)),
        ListBlock list => list.Select(item => ("- " + Plain(item), false)),
        CodeBlock code => code.Lines.ToString().Split('\n').Select(line => (line.Length == 0 ? "" : Below + line, true)),
        _ => [(Plain(block), false)],
    };

    /// <summary>Reads the cells of a table, the titles first.</summary>
    /// <param name="table">The table.</param>
    /// <returns>The text of each cell.</returns>
    public static IEnumerable<string[]> Cells(Table table) =>
        table.Cast<TableRow>().Select(row => row.Select(Plain).ToArray());

    /// <summary>Takes the marks out of a text; of a link to another document the address stays.</summary>
    /// <param name="inline">The text.</param>
    /// <returns>The plain text.</returns>
    public static string Plain(Inline? inline) => inline switch
    {
        LinkInline link when link.Url!.Contains(":/", StringComparison.Ordinal) => $"{Text(link)} ({link.Url})",
        ContainerInline container => Text(container),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        null => "",
        _ => inline.ToString()!,
    };

    /// <summary>Takes the marks out of a text, and the address out of a link.</summary>
    /// <param name="container">The text.</param>
    /// <returns>The plain text.</returns>
    public static string Text(ContainerInline container) => string.Concat(container.Select(Plain));

    private static string Plain(Block block) => block switch
    {
        LeafBlock leaf => Plain(leaf.Inline),
        ContainerBlock container => string.Join(' ', container.Select(Plain)),
        _ => "",
    };

    // What does not fit is wrapped in the last column, or below the others where they leave it too little.
    private static IEnumerable<string> TableLines(List<string[]> table, int width)
    {
        // Without titles that are empty.
        var rows = table.Where(row => row.Any(cell => cell.Length > 0)).ToList();
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var indent = widths[..^1].Sum(column => column + 2);
        if (indent > width * 2 / 3)
        {
            return rows.SelectMany(row => TextWrap.Lines(row[^1], width - Below.Length).Select(line => Below + line)
                .Prepend(string.Join(", ", row[..^1].Where(cell => cell.Length > 0))));
        }

        return rows.SelectMany(row =>
        {
            var left = string.Concat(row[..^1].Select((cell, column) => cell.PadRight(widths[column] + 2)));
            return TextWrap.Lines(row[^1], width - indent)
                .Select((line, at) => ((at == 0 ? left : new string(' ', indent)) + line).TrimEnd());
        });
    }
}
