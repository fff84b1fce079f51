using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Gitproc.Cli.Help;

/// <summary>
/// Writes the manual pages for man(1), with the macros of man(7). build.ps1 puts them into the archive of the native
/// command.
/// </summary>
internal static class ManPages
{
    /// <summary>Writes a page for each command, for example <c>gitproc-link-list.1</c>.</summary>
    /// <param name="folder">The folder, which is made if there is none.</param>
    public static void Write(RootCommand root, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var page in All([root]).Select(path => new ManualPage(path)))
            File.WriteAllText(Path.Combine(folder, $"{page.FileName}.1"), string.Join('\n', Lines(page)) + '\n');
    }

    private static IEnumerable<List<Command>> All(List<Command> path) =>
        path[^1].Subcommands.Where(command => !command.Hidden)
            .SelectMany(command => All([.. path, command]))
            .Prepend(path);

    private static IEnumerable<string> Lines(ManualPage page)
    {
        var version = typeof(ManPages).Assembly.GetName().Version!.ToString(3);
        yield return $".TH {Escape(page.FileName.ToUpperInvariant())} 1 \"\" \"gitproc {version}\" \"Gitproc Manual\"";
        // Hyphenation and justification would change commands and addresses.
        yield return ".nh";
        yield return ".ad l";
        // whatis(1) finds a page by the name of its file.
        yield return ".SH NAME";
        yield return $"{Escape(page.FileName)} \\- {Escape(page.Summary.TrimEnd('.'))}";
        foreach (var (title, lines) in page.Sections)
        {
            yield return $".SH {title.ToUpperInvariant()}";
            var withAliases = title == "Synopsis" ? lines.Concat(page.UsageOfAliases) : lines;
            // A section begins a paragraph.
            foreach (var line in Text([.. withAliases]).SkipWhile(line => line == ".PP"))
                yield return line;
        }
    }

    private static IEnumerable<string> Text(List<string> lines)
    {
        var isFixed = false;
        foreach (var line in lines)
        {
            // An empty line ends neither an example nor a table. Between paragraphs man(7) adds its own.
            if (line.StartsWith('\t') != isFixed && line.Length > 0)
            {
                isFixed = !isFixed;
                if (isFixed)
                    yield return ".PP";
                yield return isFixed ? ".nf" : ".fi";
            }

            foreach (var shown in isFixed ? [Escape(line.TrimStart('\t'))] : Paragraph(line))
                yield return shown;
        }

        if (isFixed)
            yield return ".fi";
    }

    private static string[] Paragraph(string line) => line.Split('\t') switch
    {
        [var name, var text] => [".TP", $"\\fB{Escape(name)}\\fR", Escape(text)],
        [['-', ' ', .. var item]] => [".IP \\(bu 2", Escape(item)],
        [{ Length: > 0 } text] => [".PP", Escape(text)],
        _ => [],
    };

    // groff_char(7): in a terminal, these characters would be shown as others that a shell does not understand.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                > 0x7e => $"\\[u{rune.Value.ToString("X4", CultureInfo.InvariantCulture)}]",
                _ => rune.ToString(),
            });
        }

        // A dot at the start of a line begins a request.
        return escaped is { Length: > 0 } && escaped[0] == '.' ? $"\\&{escaped}" : $"{escaped}";
    }
}
