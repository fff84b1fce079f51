using System.CommandLine;
using System.Text;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Help;

/// <summary>
/// What <c>gitproc help COMMAND</c> prints. The options are the command's own; the rest is of docs/help/cli, the exit codes of
/// docs/cli.md, and the settings of docs/help/about_Gitproc.md, which are in the program.
/// </summary>
internal static class ManualPage
{
    private const int Indent = 4;
    private const int Narrow = 80;
    private const int Wide = 100;
    private const int MaxBeside = 16;

    /// <summary>Lays the page of a command out.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var name = string.Join(' ', path.Select(word => word is RootCommand ? "gitproc" : word.Name));
        var page = Read(path.Count == 1 ? "gitproc" : string.Join('-', path.Skip(1).Select(word => word.Name)));
        IEnumerable<string> aliases = command is RootCommand ? [] : command.Aliases.Order(StringComparer.Ordinal);
        var lines = new List<string>();
        Add(lines, "Name", MarkdownText.Lines($"{string.Join(", ", aliases.Prepend(name))} - {page?.Synopsis ?? command.Description}", Width));
        Add(lines, "Synopsis", Usage(command, name));
        Add(lines, "Description", Text(page, "Description"));
        Add(lines, "Commands", Described(command.Subcommands.Where(inner => !inner.Hidden).Select(inner => (inner.Name, inner.Description))));
        Add(lines, "Arguments", Described(command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description))));
        var options = path.SelectMany(word => word.Options.Where(option => word == command || option.Recursive)).Where(option => !option.Hidden);
        Add(lines, "Options", Described(options.OrderBy(option => option.Recursive).Select(option => (Spelled(option), option.Description))));
        Add(lines, "Examples", Text(page, "Examples"));
        Add(lines, "Exit codes", Picked(page, "Exit codes", "cli", cells => (cells[0], cells[1])));
        Add(lines, "Settings", Picked(page, "Settings", "about_Gitproc", cells => ($"{cells[0]}, {cells[1]}", cells[^1])));
        Add(lines, "See also", Text(page, "See also"));
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static int Width => (Console.IsOutputRedirected ? Narrow : Math.Clamp(Console.WindowWidth, Narrow, Wide)) - Indent;

    private static void Add(List<string> lines, string title, IEnumerable<string> text)
    {
        var body = text.ToList();
        if (body.Count == 0)
            return;
        lines.Add(ConsoleScreen.TakesColor ? $"\e[1m{title.ToUpperInvariant()}\e[0m" : title.ToUpperInvariant());
        lines.AddRange(body.Select(line => line.Length == 0 ? "" : new string(' ', Indent) + line));
        lines.Add("");
    }

    private static IEnumerable<string> Text(MarkdownPage? page, string section) =>
        page?.Section(section) is { } found ? MarkdownText.Lines(found.Body, Width) : [];

    private static IEnumerable<string> Usage(Command command, string name)
    {
        var own = string.Concat(command.Arguments.Select(argument =>
        {
            var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            var word = (argument.HelpName ?? argument.Name.ToUpperInvariant()) + many;
            return argument.Arity.MinimumNumberOfValues == 0 ? $" [{word}]" : $" {word}";
        }));
        if (command.Subcommands.Count == 0 || command.Arguments.Count > 0)
            yield return $"{name}{own} [OPTION...]{(name == "gitproc run" ? " -- COMMAND [ARGUMENT...]" : "")}";
        if (command.Subcommands.Count > 0)
            yield return $"{name} COMMAND ...";
    }

    private static string Spelled(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias[0] != '/').Order(StringComparer.Ordinal).Prepend(option.Name).OrderBy(name => name.Length));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    // Names that are short have their text beside them.
    private static IEnumerable<string> Described(IEnumerable<(string Name, string? Text)> items)
    {
        var all = items.ToList();
        var beside = all.Select(item => item.Name.Length).DefaultIfEmpty().Max() + 2;
        var isBeside = beside <= MaxBeside;
        foreach (var (name, text) in all)
        {
            var indent = isBeside ? beside : Indent;
            var lines = MarkdownText.Lines(text ?? "", Width - indent).Select(line => new string(' ', indent) + line).ToList();
            if (!isBeside || lines.Count == 0)
                lines.Insert(0, name);
            else
                lines[0] = name + lines[0][name.Length..];
            foreach (var line in lines)
                yield return line;
        }
    }

    // A paragraph of names is the rows of these names, or of all, in the table of the same section elsewhere; others stay.
    private static IEnumerable<string> Picked(MarkdownPage? page, string section, string source, Func<string[], (string Name, string Text)> read)
    {
        if (page?.Section(section)?.Body is not { } body)
            return [];
        var rows = MarkdownText.Rows(Read(source)!.Section(section)!.Body).ToList();
        return body.Split("\n\n").SelectMany((paragraph, index) =>
        {
            var wanted = MarkdownText.Plain(paragraph).Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            var picked = rows.Where(cells => wanted is ["all"] || wanted.Contains(cells[0])).ToList();
            var lines = picked.Count > 0 && (wanted is ["all"] || picked.Count == wanted.Length)
                ? Described(picked.Select(read).Select(row => (row.Name, (string?)row.Text)))
                : MarkdownText.Lines(paragraph, Width);
            return index == 0 ? lines : lines.Prepend("");
        });
    }

    private static MarkdownPage? Read(string name)
    {
        using var stream = typeof(ManualPage).Assembly.GetManifestResourceStream($"help/{name}.md");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return MarkdownPage.Parse(reader.ReadToEnd(), OnlineDocuments.Folder + "help/cli/");
    }
}
