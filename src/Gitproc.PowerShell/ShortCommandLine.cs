using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Commands;
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

    /// <summary>The parameter that takes the second word after <c>help</c>.</summary>
    public const string SubCommand = "SubCommand";

    private const string Topic = "Name";

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
        SubCommand,
    ];

    private readonly int _words;
    private readonly InvocationInfo _invocation;
    private readonly Dictionary<string, object?> _bound;

    /// <summary>Reads the bound parameters.</summary>
    /// <param name="input">The first object of the pipeline; null before it arrives.</param>
    public ShortCommandLine(InvocationInfo invocation, PSObject? input, params (string Name, object? Value)[] words)
    {
        _invocation = invocation;
        _bound = new Dictionary<string, object?>(invocation.BoundParameters!, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in words.Where(word => word.Value is not null))
            _bound[name] = value;
        var isItemProperty = string.Equals(invocation.InvocationName, "gp", StringComparison.OrdinalIgnoreCase);
        (Named, _words) = ShortCommands.Find(TextOf("Command"), TextOf("Argument"));
        DependsOnInput = isItemProperty && invocation.ExpectingInput && Named is not null && input is null;
        Target =
            isItemProperty && invocation.ExpectingInput && !IsOfGitproc(input) ? ItemProperty
            : _bound.ContainsKey("F") ? Filter
            : _bound.ContainsKey("H") || (Named is not null && TextOf("Argument") is "--help") ? Help
            : Named ?? (isItemProperty ? ItemProperty : IsBare ? Help : null);
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

    /// <summary>The number of words that name the command. The others are its arguments.</summary>
    public int Words(string command) => command == Named ? _words : 0;

    /// <summary>Checks the command.</summary>
    /// <returns>The error; null if the command can run.</returns>
    public ErrorRecord? Refusal()
    {
        if (Target is ItemProperty or Help)
            return null;
        // The errors below show words, and Core hides passwords in them.
        DependencyContext.Require();
        return Target is null ? ShortCommands.Unknown($"{_bound["Command"]}")
            : Target == Named && Target != Filter && TextOf("Argument") is ['-', '-', _, ..] option
                ? OptionSpelling.Refusal(option)
            : null;
    }

    /// <summary>The positional arguments of the command.</summary>
    public object?[] ByPlace()
    {
        if (Target == Filter && _bound.TryGetValue("F", out var pattern))
            return [pattern];
        string[] names = Target == Help ? ["Command", "Argument", SubCommand] : ["Command", "Argument"];
        var arguments = names.Where(_bound.ContainsKey).Skip(Words(Target!)).Select(name => _bound[name]).ToArray();
        return Target != Help ? arguments
            : _bound.ContainsKey(Topic) ? []
            : [TopicOf([.. arguments.Select(word => $"{word}")])];
    }

    /// <summary>The named parameters of the command.</summary>
    public Hashtable ByName()
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in _bound.Where(pair => !Own.Contains(pair.Key)))
            named[name] = value;
        if (_invocation.ExpectingInput)
            named.Remove("InputObject");
        // The command runs in a pipeline of its own, and cannot see from there if its output is captured.
        if (Target == "Show-GitprocPool" && CapturedOutput.Is(_invocation))
            named["Once"] = true;
        return named;
    }

    // Objects that came back from another process are "Deserialized" (about_Remote_Output).
    private static bool IsOfGitproc(PSObject? input) =>
        input?.TypeNames.Any(name =>
            name.StartsWith("Gitproc.", StringComparison.Ordinal)
            || name.StartsWith("Deserialized.Gitproc.", StringComparison.Ordinal)
        ) == true;

    private static string TopicOf(string[] words) =>
        ShortCommands.Find(words.ElementAtOrDefault(0), words.ElementAtOrDefault(1)).Target
        ?? words.FirstOrDefault()
        ?? "about_Gitproc";

    private string? TextOf(string name) =>
        (_bound.GetValueOrDefault(name) is PSObject wrapped ? wrapped.BaseObject : _bound.GetValueOrDefault(name))
        as string;
}
