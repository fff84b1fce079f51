using System.CommandLine;
using Gitproc.Pools;

namespace Gitproc.Cli.Completion;

/// <summary>The command line before the word that is typed. It tells which completions that word can have.</summary>
internal sealed class LineSoFar
{
    private readonly List<Command> _commands;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private int _arguments;

    public LineSoFar(RootCommand root, IEnumerable<string> words)
    {
        _commands = [root];
        foreach (var word in words)
            Read(word);
    }

    /// <summary>The innermost command on the line.</summary>
    public Command Command => _commands[^1];

    /// <summary>The option whose value comes next; null if the next word is not a value.</summary>
    public Option? Awaited { get; private set; }

    /// <summary>True after <c>--</c>: all words that follow are arguments.</summary>
    public bool IsPastOptions { get; private set; }

    /// <summary>The argument that comes next; null if the command takes no more.</summary>
    public Argument? NextArgument => Command.Arguments switch
    {
        [.., var last] when _arguments >= Command.Arguments.Count => last.Arity.MaximumNumberOfValues > 1 ? last : null,
        [_, ..] arguments => arguments[_arguments],
        _ => null,
    };

    /// <summary>
    /// The value on the line for an option or argument with this help name; null if there is none.
    /// </summary>
    public string? ValueOf(string helpName) => _values.GetValueOrDefault(helpName);

    public Option? FindOption(string name) =>
        AllOptions().FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    /// <summary>The options that start with the typed text.</summary>
    public IEnumerable<Suggestion> Options(string typed) => AllOptions()
        .Where(option => !option.Hidden && option.Name.StartsWith(typed, StringComparison.Ordinal))
        .Select(option => new Suggestion(option.Name, Brief(option.Description)))
        .OrderBy(found => found.Text, StringComparer.Ordinal);

    /// <summary>The subcommands that start with the typed text; empty where no subcommand is allowed.</summary>
    public IEnumerable<Suggestion> Commands(string typed) =>
        _arguments > 0 || IsPastOptions ? [] : CommandsOf(Command, typed);

    /// <summary>The commands of <c>gitproc</c> that start with the typed text.</summary>
    public IEnumerable<Suggestion> AllCommands(string typed) => CommandsOf(_commands[0], typed);

    private static IEnumerable<Suggestion> CommandsOf(Command command, string typed) => command.Subcommands
        .Where(sub => !sub.Hidden && sub.Name.StartsWith(typed, StringComparison.Ordinal))
        .Select(sub => new Suggestion(sub.Name, Brief(sub.Description)));

    // The first clause. The help has the rest.
    private static string Brief(string? description) =>
        (description ?? "").Split([". ", " [", ": ", "; "], 2, StringSplitOptions.None)[0].TrimEnd('.');

    private IEnumerable<Option> AllOptions() =>
        _commands.SelectMany(command => command.Options.Where(option => command == Command || option.Recursive));

    private void Read(string word)
    {
        if (Awaited is { } option)
        {
            Note(option.HelpName, word);
            Awaited = null;
        }
        else if (!IsPastOptions && word == "--")
        {
            IsPastOptions = true;
        }
        else if (!IsPastOptions
            && Command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
        {
            _commands.Add(sub);
            _arguments = 0;
        }
        else if (!IsPastOptions && word is ['-', _, ..])
        {
            var parts = word.Split('=', 2);
            var found = FindOption(parts[0]);
            if (parts.Length > 1)
                Note(found?.HelpName, parts[1]);
            else if (found is not null && found.ValueType != typeof(bool) && found.Arity.MaximumNumberOfValues > 0)
                Awaited = found;
        }
        else
        {
            Note(NextArgument?.HelpName, word);
            _arguments++;
        }
    }

    private void Note(string? helpName, string value)
    {
        if (helpName is not null)
            _values[helpName] = value;
    }
}
