using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Management.Automation.Language;
using Gitproc.PowerShell.Commands;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>
/// The arguments for a cmdlet, read from the words after <c>gitproc</c>. A word such as <c>--new-branch</c>, which the
/// native command would take as an option, becomes the parameter of the cmdlet.
/// </summary>
internal sealed class ShortCommandArguments
{
    private const string Dashes = "--";

    private readonly string _command;
    private readonly CommandInfo _target;
    private readonly Queue<object?> _words;

    private ShortCommandArguments(string command, CommandInfo target, IEnumerable<object?> words, Hashtable named)
    {
        (_command, _target, _words, Named) = (command, target, new Queue<object?>(words), named);
        while (Refusal is null && _words.TryDequeue(out var word))
            Take(word);
    }

    /// <summary>The positional arguments.</summary>
    public List<object?> Positional { get; } = [];

    /// <summary>The named parameters.</summary>
    public Hashtable Named { get; }

    /// <summary>The error; null if the command can run.</summary>
    public ErrorRecord? Refusal { get; set; }

    /// <summary>Reads the words.</summary>
    /// <param name="command">What the user typed to name the cmdlet, as <c>gitproc rescue list</c>.</param>
    /// <param name="target">The cmdlet.</param>
    /// <param name="words">The words after the command.</param>
    /// <param name="wordsBeforeDashes">
    /// The number of words before a bare <c>--</c>; null if there is none, or if that does not matter.
    /// </param>
    /// <param name="named">The parameters that PowerShell has bound already.</param>
    public static ShortCommandArguments Read(
        string command, CommandInfo target, IReadOnlyList<object?> words, int? wordsBeforeDashes, Hashtable named)
    {
        if (wordsBeforeDashes is not { } before)
            return new ShortCommandArguments(command, target, words, named);
        var arguments = new ShortCommandArguments(command, target, words.Take(before), named);
        arguments.Named[nameof(UseGitprocCheckoutCommand.ScriptBlock)] = BlockOf(words.Skip(before));
        return arguments;
    }

    // A block that runs a program with arguments. A program that does not exist ends it, and the exit code is the one
    // of the native command.
    private static ScriptBlock BlockOf(IEnumerable<object?> words)
    {
        var quoted = words.Select(Quote).ToList();
        var find = $"$(try {{ Get-Command {quoted[0]} -ErrorAction Stop }} catch {{ $global:LASTEXITCODE = 127; throw }})";
        return ScriptBlock.Create($"& {find} {string.Join(' ', quoted.Skip(1))}");
    }

    // A word such as -Recurse is left bare, so that a cmdlet takes it as the name of a parameter.
    private static string Quote(object? word)
    {
        var text = word is UnknownParameter name ? name.Text : LanguagePrimitives.ConvertTo<string>(word);
        return text is ['-', _, ..] && text.Skip(1).All(char.IsAsciiLetter)
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }

    private void Take(object? word)
    {
        var text = ShortCommandLine.TextOf(word);
        if (word is UnknownParameter unknown)
            Refusal = NoParameter(unknown.Text);
        else if (text is not null && text.StartsWith(Dashes, StringComparison.Ordinal) && text.Length > Dashes.Length)
            TakeOption(text);
        else
            Positional.Add(word);
    }

    private void TakeOption(string text)
    {
        var parts = text.Split('=', 2);
        var (option, value) = (parts[0], parts.ElementAtOrDefault(1));
        if (option == "--wait" && Find("Wait") is not null)
            TakeWait(value);
        else if (OptionSpelling.SwitchedOff(option) is { } name && Find(name) is not null)
            Named[name] = false;
        else if (Find(OptionSpelling.ParameterOf(option)) is { } parameter)
            TakeParameter(parameter, option, value);
        // The pattern of a filter may begin with dashes.
        else if (_target.Name == ShortCommandLine.Filter && option != "--json")
            Positional.Add(text);
        else
            Refusal = NoOption(option);
    }

    // --wait, --wait=5m or --wait 5m.
    private void TakeWait(string? value)
    {
        if (value is null && _words.TryPeek(out var next) && DurationAttribute.ReadWithUnit(next) is not null)
            Named["TimeoutSec"] = _words.Dequeue();
        else if (value is null or "forever")
            Named["Wait"] = true;
        else
            Named["TimeoutSec"] = value;
    }

    private void TakeParameter(ParameterMetadata parameter, string option, string? value)
    {
        if (parameter.ParameterType == typeof(SwitchParameter))
            Named[parameter.Name] = value is null || !bool.TryParse(value, out var isOn) || isOn;
        else if (value is null && _words.Count == 0)
            Refusal = Refuse(option, $"{option} needs a value.");
        else
            Named[parameter.Name] = Convert(parameter, value ?? _words.Dequeue());
    }

    // --env NAME=VALUE and --sparse DIR may come more than once.
    private object? Convert(ParameterMetadata parameter, object? value)
    {
        if (parameter.Name == "Sparse" && ShortCommandLine.TextOf(value) is { } folder)
            return (string[])[.. Named[parameter.Name] as string[] ?? [], folder];
        if (parameter.ParameterType != typeof(IDictionary)
            || ShortCommandLine.TextOf(value)?.Split('=', 2) is not [var name, var text])
            return value;
        var all = Named[parameter.Name] as IDictionary ?? new OrderedDictionary();
        all[name] = text;
        return all;
    }

    private ParameterMetadata? Find(string name) =>
        _target.Parameters.Values.FirstOrDefault(
            parameter => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase)
                || parameter.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase));

    private ErrorRecord NoOption(string option) =>
        option == "--json"
            ? Refuse(
                option,
                $"In PowerShell, gitproc emits objects. For JSON: {_command} | ConvertTo-Json -EnumsAsStrings")
            : Refuse(option, $"{_command} has no option {SecretText.Hide(option)}.{Closest(option)}");

    private ErrorRecord NoParameter(string typed)
    {
        var shown = SecretText.Hide(typed.TrimEnd(':'));
        return new(
            new ParameterBindingException($"{_command} has no parameter {shown}.{Closest(typed)}"),
            "NamedParameterNotFound",
            ErrorCategory.InvalidArgument,
            shown);
    }

    private static ErrorRecord Refuse(string option, string message) =>
        new(
            new PSArgumentException(message),
            "InvalidOption",
            ErrorCategory.InvalidArgument,
            SecretText.Hide(option));

    private string Closest(string option)
    {
        var names = _target.Parameters.Keys.Where(name => name != "InputObject");
        var close = Spelling.Closest(OptionSpelling.ParameterOf(option.TrimEnd(':')), names).ToList();
        return close.Count > 0
            ? Spelling.Ask(close.ConvertAll(name => "-" + name))
            : $" See {_command} --help.";
    }
}

/// <summary>A word that PowerShell took as the name of a parameter, but that is not one.</summary>
/// <param name="Text">As it was typed, with its dash.</param>
internal sealed record UnknownParameter(string Text)
{
    /// <summary>
    /// Recognizes such a word among those that no parameter took. PowerShell does not tell <c>-name</c> from
    /// <c>'-name'</c> there.
    /// </summary>
    public static object? Or(object? word) =>
        word is string text && text.Length > 1 && text[0] == '-' && char.IsAsciiLetter(text[1])
            ? new UnknownParameter(text)
            : word;
}
