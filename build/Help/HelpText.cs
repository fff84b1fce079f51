using Gitproc.Cli.Help;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Gitproc.Help;

/// <summary>Lays Markdown out as plain text: the paragraphs, lists, tables and code of the help pages.</summary>
internal static class HelpText
{
    private const string Below = "    ";

    /// <summary>Lays blocks out and wraps them.</summary>
    /// <param name="width">The most characters of a line.</param>
    /// <returns>The lines, with an empty line between blocks.</returns>
    public static IEnumerable<string> Lines(IEnumerable<Block> blocks, int width) =>
        blocks
            .Select(block =>
                Lines(block, width).SelectMany(line => line.IsFixed ? [line.Text] : TextWrap.Lines(line.Text, width)))
            .SelectMany((lines, at) => at == 0 ? lines : lines.Prepend(""));

    /// <summary>
    /// Lays blocks out without wrapping. Each item of a list, line of code and row of a table is a paragraph of its
    /// own.
    /// </summary>
    public static IEnumerable<string> Paragraphs(IEnumerable<Block> blocks) =>
        blocks.SelectMany(block => Lines(block, int.MaxValue)).Select(line => line.Text);

    /// <summary>Lays a block out. Only tables are wrapped.</summary>
    /// <param name="width">The most characters of a line of a table.</param>
    /// <returns>The lines; true for a line that must not be wrapped.</returns>
    public static IEnumerable<(string Text, bool IsFixed)> Lines(Block block, int width) =>
        block switch
        {
            Table table => TableLines([.. Cells(table)], width).Select(line => (line, true)),
            ListBlock list => list.Select(item => ("- " + Plain(item), false)),
            CodeBlock code => code
                .Lines.ToString()
                .Split('\n')
                .Select(line => (line.Length == 0 ? "" : Below + line, true)),
            _ => [(Plain(block), false)],
        };

    /// <returns>The rows, the header row first, as the plain text of their cells.</returns>
    public static IEnumerable<string[]> Cells(Table table) =>
        table.Cast<TableRow>().Select(row => row.Select(Plain).ToArray());

    /// <summary>Removes the markup. A link with an absolute address keeps it, in parentheses.</summary>
    public static string Plain(Inline? inline) => inline switch
    {
        LinkInline link when link.Url!.Contains(":/", StringComparison.Ordinal) => $"{Text(link)} ({link.Url})",
        ContainerInline container => Text(container),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        null => "",
        _ => inline.ToString()!,
    };

    /// <summary>Removes the markup. If the container is a link, its address is removed too.</summary>
    public static string Text(ContainerInline container) => string.Concat(container.Select(Plain));

    private static string Plain(Block block) => block switch
    {
        LeafBlock leaf => Plain(leaf.Inline),
        ContainerBlock container => string.Join(' ', container.Select(Plain)),
        _ => "",
    };

    // The last column wraps. If the other columns leave too little room for it, it moves below them.
    private static IEnumerable<string> TableLines(List<string[]> table, int width)
    {
        // A table whose header cells are all empty has no header.
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
