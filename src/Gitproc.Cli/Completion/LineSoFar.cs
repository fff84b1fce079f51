using System.CommandLine;
using Gitproc.Pools;

namespace Gitproc.Cli.Completion;

/// <summary>The words of a command line before the one that is typed, as far as they tell what that one can be.</summary>
internal sealed class LineSoFar
{
    private readonly List<Command> _commands;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private int _arguments;

    /// <summary>Reads the words.</summary>
    public LineSoFar(RootCommand root, IEnumerable<string> words)
    {
        _commands = [root];
        foreach (var word in words)
            Read(word);
    }

    /// <summary>The command whose line it is.</summary>
    public Command Command => _commands[^1];

    /// <summary>The option whose value comes next; null when none does.</summary>
    public Option? Awaited { get; private set; }

    /// <summary>Whether there was a <c>--</c>: all that follows are arguments.</summary>
    public bool IsPastOptions { get; private set; }

    /// <summary>The argument that comes next; null when the command takes no more.</summary>
    public Argument? NextArgument => Command.Arguments switch
    {
        [.., var last] when _arguments >= Command.Arguments.Count => last.Arity.MaximumNumberOfValues > 1 ? last : null,
        [_, ..] arguments => arguments[_arguments],
        _ => null,
    };

    /// <summary>What was given already.</summary>
    /// <returns>The value; null when there was none.</returns>
    public string? ValueOf(string helpName) => _values.GetValueOrDefault(helpName);

    /// <summary>Finds an option of the command.</summary>
    public Option? FindOption(string name) => AllOptions().FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    /// <summary>The options that begin with what is typed.</summary>
    public IEnumerable<Suggestion> Options(string typed) => AllOptions()
        .Where(option => !option.Hidden && option.Name.StartsWith(typed, StringComparison.Ordinal))
        .Select(option => new Suggestion(option.Name, Brief(option.Description)))
        .OrderBy(found => found.Text, StringComparer.Ordinal);

    /// <summary>The commands that begin with what is typed, where one can stand.</summary>
    public IEnumerable<Suggestion> Commands(string typed) => _arguments > 0 || IsPastOptions ? [] : CommandsOf(Command, typed);

    /// <summary>The commands that begin with what is typed.</summary>
    public IEnumerable<Suggestion> AllCommands(string typed) => CommandsOf(_commands[0], typed);

    private static IEnumerable<Suggestion> CommandsOf(Command command, string typed) => command.Subcommands
        .Where(sub => !sub.Hidden && sub.Name.StartsWith(typed, StringComparison.Ordinal))
        .Select(sub => new Suggestion(sub.Name, Brief(sub.Description)));

    // The rest is in the help.
    private static string Brief(string? description) => (description ?? "").Split([". ", " [", ": ", "; "], 2, StringSplitOptions.None)[0].TrimEnd('.');

    private IEnumerable<Option> AllOptions() => _commands.SelectMany(command => command.Options.Where(option => command == Command || option.Recursive));

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
        else if (!IsPastOptions && Command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
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
