using System.CommandLine;
using System.Text;
using Gitproc.Text;

namespace Gitproc.Cli.Help;

/// <summary>
/// The manual page of a command, for <see cref="ManualText"/> and <see cref="ManPages"/>. The options come from the
/// command itself. The rest is a resource that build/Help generates from docs/help/cli.
/// </summary>
/// <param name="path">The command, after the commands that it is a subcommand of.</param>
internal sealed class ManualPage(IReadOnlyList<Command> path)
{
    private readonly Command _command = path[^1];
    private readonly ILookup<string, string> _texts = Read(FileNameOf(path));

    /// <summary>The name of the page's file, for example <c>gitproc-link-list</c>.</summary>
    public string FileName { get; } = path.Count == 1 ? "gitproc" : $"gitproc-{FileNameOf(path)}";

    /// <summary>The command as it is typed, for example <c>gitproc link list</c>.</summary>
    public string Name { get; } =
        string.Join(' ', path.Select(word => word is RootCommand ? "gitproc" : word.Name));

    /// <summary>Other names of the command, for example <c>ls</c>.</summary>
    public IEnumerable<string> Aliases =>
        _command is RootCommand ? [] : _command.Aliases.Order(StringComparer.Ordinal);

    public string Summary => _texts[""].FirstOrDefault() ?? _command.Description ?? "";

    /// <summary>
    /// The sections after the name. <c>TAB line</c> is a line that must not be wrapped, <c>name TAB text</c> describes
    /// a name, <c>- text</c> is an item of a list, and any other line is a paragraph.
    /// </summary>
    public IEnumerable<(string Title, List<string> Lines)> Sections
    {
        get
        {
            var commands = _command.Subcommands.Where(inner => !inner.Hidden);
            var options = path.SelectMany(word => word.Options.Where(option => word == _command || option.Recursive))
                .Where(option => !option.Hidden)
                .OrderBy(option => option.Recursive);
            List<(string Title, IEnumerable<string> Lines)> all =
            [
                ("Synopsis", Usage(Name)),
                ("Description", _texts["Description"]),
                ("Commands", commands.Select(inner => $"{inner.Name}\t{inner.Description}")),
                (
                    "Arguments",
                    _command.Arguments.Select(argument =>
                        $"{argument.HelpName ?? argument.Name}\t{argument.Description}")),
                ("Options", options.Select(option => $"{Spelled(option)}\t{option.Description}")),
                ("Examples", _texts["Examples"]),
                ("Exit codes", _texts["Exit codes"]),
                ("Settings", _texts["Settings"]),
                ("See also", _texts["See also"]),
            ];
            return all.Where(section => section.Lines.Any())
                .Select(section => (section.Title, section.Lines.ToList()));
        }
    }

    /// <summary>The synopsis, with the other names of the command.</summary>
    public IEnumerable<string> UsageOfAliases =>
        Aliases.SelectMany(alias => Usage(Name[..(Name.LastIndexOf(' ') + 1)] + alias));

    private IEnumerable<string> Usage(string name)
    {
        var own = string.Concat(_command.Arguments.Select(argument =>
        {
            var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            var word = (argument.HelpName ?? argument.Name.ToUpperInvariant()) + many;
            return argument.Arity.MinimumNumberOfValues == 0 ? $" [{word}]" : $" {word}";
        }));
        if (_command.Subcommands.Count == 0 || _command.Arguments.Count > 0)
            yield return $"\t{name}{own} [OPTION...]{(Name == "gitproc run" ? " -- COMMAND [ARGUMENT...]" : "")}";
        if (_command.Subcommands.Count > 0)
            yield return $"\t{name} COMMAND ...";
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

    private static string FileNameOf(IReadOnlyList<Command> path) =>
        path.Count == 1 ? "gitproc" : string.Join('-', path.Skip(1).Select(word => word.Name));

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
