using System.Text;

namespace Gitproc.Help;

/// <summary>
/// Makes the pages of <c>gitproc help</c> from docs/help/cli, without the options, which the command lists itself. The
/// reader, Gitproc.Cli/Help/ManualPage.cs, defines the format: <c># TITLE</c>, then lines to wrap, <c>TAB line</c> for
/// a line that does not wrap, and <c>name TAB text</c>.
/// </summary>
internal static class ManualPages
{
    // The command replaces "docs:" by the address of the documentation.
    private const string Online = "docs:/help/cli/";

    /// <param name="docs">The folder of the documentation.</param>
    /// <param name="output">The folder to write the files to.</param>
    public static void Write(string docs, string output)
    {
        var codes = HelpPage.Read(Path.Combine(docs, "cli.md"), Online).Section("Exit codes").Rows
            .Select(cells => (Name: cells[0], Text: $"{cells[0]}\t{cells[1]}")).ToList();
        var settings = HelpPage.Read(Path.Combine(docs, "help", "about_Gitproc.md"), Online).Section("Settings").Rows
            .Select(cells => (Name: cells[0], Text: $"{cells[0]}, {cells[1]}\t{cells[^1]}")).ToList();
        Directory.CreateDirectory(output);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(docs, "help", "cli"), "*.md"))
        {
            var page = HelpPage.Read(file, Online);
            var lines = page.Sections.SelectMany(section => Lines(section, section.Title switch
            {
                "Exit codes" => codes,
                "Settings" => settings,
                _ => [],
            }).Prepend("# " + section.Title));
            File.WriteAllLines(
                Path.Combine(output, Path.GetFileNameWithoutExtension(file) + ".txt"),
                [.. HelpText.Paragraphs(page.Synopsis), .. lines],
                new UTF8Encoding(false));
        }
    }

    // A page names the exit codes or settings that apply to its command, or "all". Such a paragraph is replaced by the
    // rows of the table that explains them. Other paragraphs stay.
    private static IEnumerable<string> Lines(HelpSection section, List<(string Name, string Text)> rows) =>
        section
            .Blocks.Select(block =>
            {
                var lines = HelpText.Lines(block, int.MaxValue).ToList();
                var names = lines[0].Text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
                var picked = rows.Where(row => names is ["all"] || names.Contains(row.Name))
                    .Select(row => row.Text)
                    .ToList();
                return picked.Count > 0 && (names is ["all"] || picked.Count == names.Length)
                    ? picked
                    : lines.Select(line => line.IsFixed ? "\t" + line.Text : line.Text);
            })
            .SelectMany((lines, at) => at == 0 ? lines : lines.Prepend(""));
}
