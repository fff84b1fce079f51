using System.CommandLine;
using System.Text;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Help;

/// <summary>
/// The page that <c>gitproc help COMMAND</c> prints. The options come from the command itself. The rest is a resource
/// that build/Help generates from docs/help/cli. In it, <c># TITLE</c> begins a section, <c>TAB line</c> is a line that
/// is not wrapped, <c>name TAB text</c> describes a name, and other lines are wrapped.
/// </summary>
internal static class ManualPage
{
    private const int Indent = 4;
    private const int Narrow = 80;
    private const int Wide = 100;
    private const int MaxBeside = 16;

    /// <summary>Lays out the page of a command.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var name = string.Join(' ', path.Select(word => word is RootCommand ? "gitproc" : word.Name));
        var page = Read(path.Count == 1 ? "gitproc" : string.Join('-', path.Skip(1).Select(word => word.Name)));
        IEnumerable<string> aliases = command is RootCommand ? [] : command.Aliases.Order(StringComparer.Ordinal);
        var names = string.Join(", ", aliases.Prepend(name));
        var lines = new List<string>();
        Add(lines, "Name", TextWrap.Lines($"{names} - {page[""].FirstOrDefault() ?? command.Description}", Width));
        Add(lines, "Synopsis", Usage(command, name));
        Add(lines, "Description", Text(page["Description"]));
        Add(
            lines,
            "Commands",
            Described(
                command.Subcommands.Where(inner => !inner.Hidden).Select(inner => (inner.Name, inner.Description))));
        Add(
            lines,
            "Arguments",
            Described(command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description)))
        );
        var options = path.SelectMany(word => word.Options.Where(option => word == command || option.Recursive))
            .Where(option => !option.Hidden);
        Add(
            lines,
            "Options",
            Described(
                options.OrderBy(option => option.Recursive).Select(option => (Spelled(option), option.Description))));
        Add(lines, "Examples", Text(page["Examples"]));
        Add(lines, "Exit codes", Text(page["Exit codes"]));
        Add(lines, "Settings", Text(page["Settings"]));
        Add(lines, "See also", Text(page["See also"]));
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static int Width =>
        (Console.IsOutputRedirected ? Narrow : Math.Clamp(Console.WindowWidth, Narrow, Wide)) - Indent;

    private static void Add(List<string> lines, string title, IEnumerable<string> text)
    {
        var body = text.ToList();
        if (body.Count == 0)
            return;
        lines.Add(ConsoleScreen.TakesColor ? $"\e[1m{title.ToUpperInvariant()}\e[0m" : title.ToUpperInvariant());
        lines.AddRange(body.Select(line => line.Length == 0 ? "" : new string(' ', Indent) + line));
        lines.Add("");
    }

    private static IEnumerable<string> Text(IEnumerable<string> section)
    {
        var lines = section.ToList();
        for (var at = 0; at < lines.Count;)
        {
            var described = lines
                .Skip(at)
                .Select(line => line.Split('\t'))
                .TakeWhile(row => row is [not "", _])
                .ToList();
            var shown =
                described.Count > 0 ? Described(described.Select(row => (row[0], (string?)row[1])))
                : lines[at].StartsWith('\t') ? [lines[at][1..]]
                : TextWrap.Lines(lines[at], Width);
            foreach (var line in shown)
                yield return line;
            at += Math.Max(1, described.Count);
        }
    }

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
        var names = string.Join(
            ", ",
            option
                .Aliases.Where(alias => alias[0] != '/')
                .Order(StringComparer.Ordinal)
                .Prepend(option.Name)
                .OrderBy(name => name.Length));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    // Short names have their text on the same line.
    private static IEnumerable<string> Described(IEnumerable<(string Name, string? Text)> items)
    {
        var all = items.ToList();
        var beside = all.Select(item => item.Name.Length).DefaultIfEmpty().Max() + 2;
        var isBeside = beside <= MaxBeside;
        foreach (var (name, text) in all)
        {
            var indent = isBeside ? beside : Indent;
            var lines = TextWrap
                .Lines(text ?? "", Width - indent)
                .Select(line => new string(' ', indent) + line)
                .ToList();
            if (!isBeside || lines.Count == 0)
                lines.Insert(0, name);
            else
                lines[0] = name + lines[0][name.Length..];
            foreach (var line in lines)
                yield return line;
        }
    }

    // Returns the lines below each title. The key of the lines before the first title is empty.
    private static ILookup<string, string> Read(string name)
    {
        using var stream = typeof(ManualPage).Assembly.GetManifestResourceStream($"help/{name}.txt");
        using var reader = new StreamReader(stream ?? Stream.Null, Encoding.UTF8);
        var (title, lines) = ("", new List<(string Title, string Text)>());
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                title = line[2..];
            else
                lines.Add((title, line.Replace("docs:/", OnlineDocuments.Folder, StringComparison.Ordinal)));
        }

        return lines.ToLookup(line => line.Title, line => line.Text);
    }
}
