using Gitproc.Terminal;

namespace Gitproc.Cli.Help;

/// <summary>Lays a manual page out for a terminal, as <c>gitproc help COMMAND</c> prints it.</summary>
internal static class ManualText
{
    private const int Indent = 4;
    private const int Narrow = 80;
    private const int Wide = 100;
    private const int MaxBeside = 16;

    public static IReadOnlyList<string> Lines(ManualPage page)
    {
        var names = string.Join(", ", page.Aliases.Prepend(page.Name));
        var lines = new List<string>();
        Add(lines, "Name", TextWrap.Lines($"{names} - {page.Summary}", Width));
        foreach (var (title, text) in page.Sections)
            Add(lines, title, Text(text));
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static int Width =>
        (Console.IsOutputRedirected ? Narrow : Math.Clamp(Console.WindowWidth, Narrow, Wide)) - Indent;

    private static void Add(List<string> lines, string title, IEnumerable<string> text)
    {
        lines.Add(ConsoleScreen.TakesColor ? $"\e[1m{title.ToUpperInvariant()}\e[0m" : title.ToUpperInvariant());
        lines.AddRange(text.Select(line => line.Length == 0 ? "" : new string(' ', Indent) + line));
        lines.Add("");
    }

    private static IEnumerable<string> Text(List<string> lines)
    {
        for (var at = 0; at < lines.Count;)
        {
            var described = lines
                .Skip(at)
                .Select(line => line.Split('\t'))
                .TakeWhile(row => row is [not "", _])
                .ToList();
            var shown =
                described.Count > 0 ? Described(described)
                : lines[at].StartsWith('\t') ? [lines[at][1..]]
                : TextWrap.Lines(lines[at], Width);
            foreach (var line in shown)
                yield return line;
            at += Math.Max(1, described.Count);
        }
    }

    // Short names have their text on the same line.
    private static IEnumerable<string> Described(List<string[]> rows)
    {
        var beside = rows.Max(row => row[0].Length) + 2;
        var isBeside = beside <= MaxBeside;
        foreach (var (name, text) in rows.Select(row => (row[0], row[1])))
        {
            var indent = isBeside ? beside : Indent;
            var lines = TextWrap
                .Lines(text, Width - indent)
                .Select(line => new string(' ', indent) + line)
                .ToList();
            if (isBeside)
                lines[0] = name + lines[0][name.Length..];
            else
                lines.Insert(0, name);
            foreach (var line in lines)
                yield return line;
        }
    }
}
