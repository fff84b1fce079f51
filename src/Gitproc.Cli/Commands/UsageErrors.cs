using System.CommandLine;
using System.CommandLine.Parsing;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>Finds the errors. A word that does not exist explains all others, so it is the only one.</summary>
    /// <param name="words">The words of gitproc, without those of a command that it runs.</param>
    /// <returns>The messages, without passwords; empty if the command line is valid.</returns>
    public static IEnumerable<string> Of(ParseResult parsed, IEnumerable<string> words) =>
        (Unknown(parsed) ?? Empty(words)) is { } only
            ? [only]
            : parsed.Errors.Select(error => SecretText.Hide(error.Message));

    /// <summary>Adds a check of what is given together.</summary>
    /// <param name="check">
    /// Adds what is wrong to the result. It ends at a value that is missing or cannot be read: System.CommandLine asks
    /// before it has looked at the options, and then says itself what is wrong with that one.
    /// </param>
    public static void Check(this Command command, Action<CommandResult> check) => command.Validators.Add(result =>
    {
        try
        {
            check(result);
        }
        catch (InvalidOperationException)
        {
            // SymbolResult.GetValue throws it for such a value.
        }
    });

    /// <summary>Says that a command does not exist.</summary>
    /// <param name="before">The words before it, which exist.</param>
    /// <param name="word">The word that does not exist.</param>
    /// <param name="parent">The command that it would be a sub-command of.</param>
    public static string NoCommand(IEnumerable<string> before, string word, Command parent)
    {
        var names = parent.Subcommands.Where(command => !command.Hidden).Select(command => command.Name);
        return $"there is no command '{Shown(Whole(word))}'."
            + Spelling.Ask([.. Spelling.Closest(word, names).Select(Whole)]);

        string Whole(string last) => string.Join(' ', before.Append(last));
    }

    private static string? Unknown(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [[not '-', ..] and var name, ..])
            return NoCommand(command is RootCommand ? [] : [command.Name], name, command);

        // System.CommandLine takes an unknown option for the value of an argument if there is one. In "gitproc release
        // --nonsense" it would be a path in the current checkout.
        var words = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash);
        var values = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens);
        var option = values.Intersect(words).Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens)
            .FirstOrDefault(word => word is ['-', _, ..]);
        if (option is not null)
            return NoOption(option.Split('=')[0], command);
        return parsed.UnmatchedTokens is [var word, ..] ? $"{command.Name} does not take '{Shown(word)}'." : null;
    }

    // System.CommandLine takes the next word for the value. In "--ref=$REF $URL" it would be the repository.
    private static string? Empty(IEnumerable<string> words) =>
        words.TakeWhile(word => word != "--").FirstOrDefault(word => word is ['-', '-', _, .., '=']) is { } empty
        && empty.IndexOf('=', StringComparison.Ordinal) == empty.Length - 1
            ? $"'{Shown(empty)}' has no value."
            : null;

    private static string NoOption(string typed, Command command)
    {
        var options = new List<Option>();
        for (var each = command; each is not null; each = each.Parents.OfType<Command>().FirstOrDefault())
            options.AddRange(each.Options.Where(option => !option.Hidden && (each == command || option.Recursive)));
        var owner = command is RootCommand ? "gitproc" : command.Name;
        return $"{owner} has no option '{Shown(typed)}'."
            + Spelling.Ask(Spelling.Closest(typed, options.Select(option => option.Name)));
    }

    private static string Shown(string typed) => PrintableText.Of(SecretText.Hide(typed));
}
