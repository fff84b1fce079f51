using System.Text.RegularExpressions;

namespace Gitproc.Cli.Help;

/// <summary>Markdown as plain text: paragraphs, lists, tables and code, of what the help pages are made.</summary>
internal static partial class MarkdownText
{
    private const string Fence = "```";
    private const string Below = "    ";

    /// <summary>Lays a text out.</summary>
    public static IEnumerable<string> Lines(string markdown, int width)
    {
        var isFirst = true;
        foreach (var block in Blocks(markdown, width))
        {
            if (!isFirst)
                yield return "";
            isFirst = false;
            foreach (var line in block.SelectMany(line => line.IsFixed ? [line.Text] : Wrapped(line.Text, width)))
                yield return line;
        }
    }

    /// <summary>The paragraphs; each item of a list, line of code and row of a table is one, and they are not wrapped.</summary>
    public static IEnumerable<string> Paragraphs(string markdown) => Blocks(markdown, int.MaxValue).SelectMany(block => block).Select(line => line.Text);

    /// <summary>Takes the marks out of a line: back-ticks, double stars, links, of which an address stays, and the path of a page does not.</summary>
    public static string Plain(string line) => Marks().Replace(Link().Replace(Address().Replace(line, "$1 ($2)"), "$1"), "").Replace(@"\|", "|", StringComparison.Ordinal);

    /// <summary>Reads a table.</summary>
    public static IEnumerable<string[]> Rows(string markdown) =>
        Cells(markdown.Split('\n').SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'))).Skip(2);

    private static IEnumerable<string[]> Cells(IEnumerable<string> table) =>
        table.Select(line => Cell().Split(line.Trim()[1..^1]).Select(cell => Plain(cell.Trim())).ToArray());

    private static IEnumerable<List<(string Text, bool IsFixed)>> Blocks(string markdown, int width)
    {
        var lines = markdown.Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            var start = i;
            if (lines[i].Length == 0)
            {
                i++;
            }
            else if (lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                i = Array.FindIndex(lines, i + 1, line => line == Fence) + 1;
                yield return [.. lines[(start + 1)..(i - 1)].Select(line => (line.Length == 0 ? "" : "    " + line, true))];
            }
            else
            {
                while (i < lines.Length && lines[i].Length > 0 && !lines[i].StartsWith(Fence, StringComparison.Ordinal))
                    i++;
                var block = lines[start..i];
                yield return block[0].StartsWith('|') ? Table(block, width) : Joined(block);
            }
        }
    }

    // A line that begins an item, or is as "Default: x", begins anew.
    private static List<(string Text, bool IsFixed)> Joined(string[] block)
    {
        var joined = new List<(string Text, bool IsFixed)>();
        foreach (var line in block)
        {
            if (joined.Count == 0 || line.StartsWith("- ", StringComparison.Ordinal) || Named().IsMatch(line))
                joined.Add((Plain(line), false));
            else
                joined[^1] = ($"{joined[^1].Text} {Plain(line.Trim())}", false);
        }

        return joined;
    }

    // What does not fit is wrapped in the last column, or below the others where they leave it too little.
    private static List<(string Text, bool IsFixed)> Table(string[] block, int width)
    {
        // Without the line below the titles, and titles that are empty.
        var rows = Cells(block.Where((_, index) => index != 1)).Where(row => row.Any(cell => cell.Length > 0)).ToList();
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var indent = widths[..^1].Sum(column => column + 2);
        if (indent <= width * 2 / 3)
        {
            return
            [
                .. rows.SelectMany(row =>
                {
                    var left = string.Concat(row[..^1].Select((cell, column) => cell.PadRight(widths[column] + 2)));
                    return Wrapped(row[^1], width - indent).Select((line, i) => ((i == 0 ? left : new string(' ', indent)) + line).TrimEnd());
                }).Select(line => (line, true)),
            ];
        }

        return
        [
            .. rows.SelectMany(row => Wrapped(row[^1], width - Below.Length).Select(line => Below + line).Prepend(string.Join(", ", row[..^1].Where(cell => cell.Length > 0))))
                .Select(line => (line, true)),
        ];
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var indent = text.StartsWith("- ", StringComparison.Ordinal) ? "  " : "";
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Trim().Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = indent + word;
            }
            else
            {
                line += (line.Length == 0 ? "" : " ") + word;
            }
        }

        yield return line;
    }

    [GeneratedRegex(@"\[([^\]]+)\]\((https:[^)]+)\)")]
    private static partial Regex Address();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`|\*\*")]
    private static partial Regex Marks();

    [GeneratedRegex("^(Default|Settings?|Aliases): ")]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Cell();
}
