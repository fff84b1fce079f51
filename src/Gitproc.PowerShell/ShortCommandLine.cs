using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Loading;

namespace Gitproc.PowerShell;

/// <summary>
/// The words and parameters after <c>gitproc</c> or <c>gp</c> that are bound so far: which command they stand for, and
/// what that command gets.
/// </summary>
internal sealed class ShortCommandLine
{
    /// <summary>The command that <c>gp</c> is an alias of without this module.</summary>
    public const string ItemProperty = @"Microsoft.PowerShell.Management\Get-ItemProperty";

    /// <summary>The command behind <c>help</c> and <c>-H</c>.</summary>
    public const string Help = @"Microsoft.PowerShell.Core\Get-Help";

    /// <summary>The command behind <c>-F</c>.</summary>
    public const string Filter = "Select-GitprocCheckout";

    private const string Run = "Use-GitprocCheckout";

    /// <summary>What stands for the version of the module, which no command gives.</summary>
    public const string Version = "gitproc --version";

    /// <summary>The parameter that takes all words after the second.</summary>
    public const string Rest = "Rest";

    private const string TopicName = "Name";
    private const string LongHelp = "--help";

    // Parameters that are not passed on. Invoke-Gitproc handles the first four itself, as it sees all that the command
    // writes. The others take the words.
    private static readonly string[] Own =
    [
        "ErrorVariable",
        "OutVariable",
        "OutBuffer",
        "PipelineVariable",
        "Command",
        "Argument",
        "F",
        "H",
        Rest,
    ];

    // The parameters that take the first words.
    private static readonly string[] Places = ["Command", "Argument"];

    private readonly int _words;
    private readonly bool _isGp;
    private readonly InvocationInfo _invocation;
    private readonly Dictionary<string, object?> _bound;
    private readonly List<object?> _all;

    /// <summary>Reads the bound parameters.</summary>
    /// <param name="input">The first object of the pipeline; null before it arrives.</param>
    /// <param name="isItem">True if a word is the path of an item of the session, with or without wildcards.</param>
    public ShortCommandLine(
        InvocationInfo invocation,
        PSObject? input,
        Func<string, bool> isItem,
        params (string Name, object? Value)[] words)
    {
        _invocation = invocation;
        _bound = new Dictionary<string, object?>(invocation.BoundParameters!, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in words.Where(word => word.Value is not null))
            _bound[name] = value;
        _all =
        [
            .. Places.Where(_bound.ContainsKey).Select(name => _bound[name]),
            .. (_bound.GetValueOrDefault(Rest) as IEnumerable<object?> ?? []).Select(UnknownParameter.Or),
        ];
        _isGp = string.Equals(invocation.InvocationName, "gp", StringComparison.OrdinalIgnoreCase);
        (Named, _words) = ShortCommands.Find(WordAt(0), WordAt(1));
        DependsOnInput = _isGp && invocation.ExpectingInput && Named is not null && input is null;
        Target =
            _isGp && invocation.ExpectingInput && !IsOfGitproc(input) ? ItemProperty
            : _bound.ContainsKey("F") ? Filter
            : _bound.ContainsKey("H") || (Named is not null && AsksForHelp) ? Help
            : Named ?? (_isGp && IsOfItem(isItem) ? ItemProperty : IsBare ? Help : null);
    }

    /// <summary>The command to run; null if there is no such command.</summary>
    public string? Target { get; }

    /// <summary>
    /// The command that the words name, even if <see cref="Target"/> is another; null if they name none.
    /// </summary>
    public string? Named { get; }

    /// <summary>
    /// True if the first object of the pipeline decides: <c>gp</c> runs the named command for objects of Gitproc, and
    /// is Get-ItemProperty for others.
    /// </summary>
    public bool DependsOnInput { get; }

    /// <summary>True if there are no words.</summary>
    public bool IsBare => !_bound.ContainsKey("Command");

    /// <summary>
    /// True if the words may be arguments of Get-ItemProperty: that shows only when all its parameters are bound.
    /// </summary>
    public bool MayBecomeItemProperty => _isGp && Named is null;

    /// <summary>The text of a word; null if it is an object of another type.</summary>
    public static string? TextOf(object? word) => Unwrap(word) as string;

    /// <summary>Checks the command.</summary>
    /// <returns>The error; null if the command can run.</returns>
    public ErrorRecord? Refusal()
    {
        if (Target is ItemProperty or Help or Version)
            return null;
        // The error below shows words, and Core hides passwords in them.
        DependencyContext.Require();
        return Target is null ? ShortCommands.Unknown($"{_all[0]}", _isGp) : null;
    }

    /// <summary>Reads the arguments of the command.</summary>
    /// <param name="target">The command.</param>
    /// <param name="lengthOf">The number of words that a splatted variable stands for.</param>
    public ShortCommandArguments Arguments(CommandInfo target, Func<string, int> lengthOf)
    {
        var typed = Target == ItemProperty ? target.Name : string.Join(' ', _all.Take(_words).Prepend("gitproc"));
        if (Target == Help)
        {
            var help = ShortCommandArguments.Read(typed, target, [.. _all.OfType<UnknownParameter>()], null, ByName());
            if (_bound.ContainsKey(TopicName))
                return help;
            var topic = Topic();
            help.Positional.Add(topic);
            if (Named == Help && !topic.Contains("gitproc", StringComparison.OrdinalIgnoreCase))
                help.Refusal ??= ShortCommands.Unknown(topic, isGp: false);
            return help;
        }

        var words = _all.Skip(Target == Named ? _words : 0).ToList();
        var before = Target == Run && !_bound.ContainsKey("ScriptBlock") && !words.Exists(IsBlock)
            ? CallingLine.WordsBeforeDashes(_invocation, words.Count, lengthOf)
            : null;
        var arguments = ShortCommandArguments.Read(typed, target, words, before, ByName());
        if (Target == Named && arguments.Positional.Count > target.Parameters.Values.Count(HasPlace))
            arguments.Refusal ??= ShortCommands.FindMistyped(WordAt(0)!, WordAt(1) ?? "");
        return arguments;

        static bool HasPlace(ParameterMetadata parameter) =>
            parameter.ParameterSets.Values.Any(set => set.Position >= 0);
    }

    /// <summary>The named parameters of the command.</summary>
    public Hashtable ByName()
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in _bound.Where(pair => !Own.Contains(pair.Key)))
            named[name] = value;
        if (_invocation.ExpectingInput)
            named.Remove("InputObject");
        if (Target == Filter && _bound.TryGetValue("F", out var pattern))
            named["Pattern"] = pattern;
        // The command runs in a pipeline of its own, and cannot see from there if its output is captured.
        if (Target == "Show-GitprocPool" && CallingLine.IsCaptured(_invocation))
            named["Once"] = true;
        return named;
    }

    // Words that only the file system has, as "a/b", are left to Get-ItemProperty, and so is its error.
    private bool IsOfItem(Func<string, bool> isItem) =>
        _bound.Keys.Any(name => !Own.Contains(name) && !Cmdlet.CommonParameters.Contains(name))
        || (!IsBare
            && (WordAt(0) is not { } word || word.Any(c => !char.IsAsciiLetter(c) && c != '-') || isItem(word)));

    // After "run", only the next word: others may belong to the program that it runs.
    private bool AsksForHelp => Named == Run
        ? WordAt(_words) is LongHelp
        : _all.Exists(word => TextOf(word) is LongHelp);

    private static bool IsBlock(object? word) => Unwrap(word) is ScriptBlock;

    // Objects that came back from another process are "Deserialized" (about_Remote_Output).
    private static bool IsOfGitproc(PSObject? input) =>
        input?.TypeNames.Any(name =>
            name.StartsWith("Gitproc.", StringComparison.Ordinal)
            || name.StartsWith("Deserialized.Gitproc.", StringComparison.Ordinal)
        ) == true;

    private string Topic()
    {
        var words = _all.Skip(Named == Help ? _words : 0)
            .Select(word => $"{word}")
            .Where(word => word != LongHelp)
            .ToList();
        return ShortCommands.Find(words.ElementAtOrDefault(0), words.ElementAtOrDefault(1)).Target
            ?? words.FirstOrDefault()
            ?? "about_Gitproc";
    }

    private static object? Unwrap(object? word) => word is PSObject wrapped ? wrapped.BaseObject : word;

    private string? WordAt(int place) => TextOf(_all.ElementAtOrDefault(place));
}
