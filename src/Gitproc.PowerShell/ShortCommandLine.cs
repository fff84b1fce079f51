using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Commands;
using Gitproc.PowerShell.Loading;

namespace Gitproc.PowerShell;

/// <summary>What was written after <c>gitproc</c> or <c>gp</c>, as far as it is bound: the command that it stands for, and what goes to that.</summary>
internal sealed class ShortCommandLine
{
    /// <summary>What <c>gp</c> is without this module.</summary>
    public const string ItemProperty = @"Microsoft.PowerShell.Management\Get-ItemProperty";

    /// <summary>What <c>help</c> and <c>-H</c> stand for.</summary>
    public const string Help = @"Microsoft.PowerShell.Core\Get-Help";

    /// <summary>What <c>-F</c> stands for.</summary>
    public const string Filter = "Select-GitprocCheckout";

    /// <summary>The parameter that takes the second word after <c>help</c>.</summary>
    public const string SubCommand = "SubCommand";

    private const string Topic = "Name";

    // Of the words themselves; and the first four are of this command, which sees all that the other writes.
    private static readonly string[] Own = ["ErrorVariable", "OutVariable", "OutBuffer", "PipelineVariable", "Command", "Argument", "F", "H", SubCommand];

    private readonly int _words;
    private readonly InvocationInfo _invocation;
    private readonly Dictionary<string, object?> _bound;

    /// <summary>Reads what is bound.</summary>
    /// <param name="input">The first object of the pipeline; null as long as there is none.</param>
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

    /// <summary>The command that it stands for; null when there is none.</summary>
    public string? Target { get; }

    /// <summary>The command that the words name, whether or not it stands for that; null when they name none.</summary>
    public string? Named { get; }

    /// <summary>Whether <c>gp</c> is the command that the words name only when objects of Gitproc come through the pipeline.</summary>
    public bool DependsOnInput { get; }

    /// <summary>Whether there is no word at all.</summary>
    public bool IsBare => !_bound.ContainsKey("Command");

    /// <summary>How many words name a command that it may stand for; the others are arguments.</summary>
    public int Words(string command) => command == Named ? _words : 0;

    /// <summary>Says why it is refused.</summary>
    /// <returns>The error; null when it is not.</returns>
    public ErrorRecord? Refusal()
    {
        if (Target is ItemProperty or Help)
            return null;
        // Core says what may be shown of a word.
        DependencyContext.Require();
        return Target is null ? ShortCommands.Unknown($"{_bound["Command"]}")
            : Target == Named && Target != Filter && TextOf("Argument") is ['-', '-', _, ..] option ? OptionSpelling.Refusal(option)
            : null;
    }

    /// <summary>What goes to the command by its place.</summary>
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

    /// <summary>What goes to the command by its name.</summary>
    public Hashtable ByName()
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in _bound.Where(pair => !Own.Contains(pair.Key)))
            named[name] = value;
        if (_invocation.ExpectingInput)
            named.Remove("InputObject");
        // In a pipeline of its own, the command does not see what becomes of its output.
        if (Target == "Show-GitprocPool" && CapturedOutput.Is(_invocation))
            named["Once"] = true;
        return named;
    }

    // Also as they came back from another process (about_Remote_Output).
    private static bool IsOfGitproc(PSObject? input) =>
        input?.TypeNames.Any(name => name.StartsWith("Gitproc.", StringComparison.Ordinal) || name.StartsWith("Deserialized.Gitproc.", StringComparison.Ordinal)) == true;

    private static string TopicOf(string[] words) =>
        ShortCommands.Find(words.ElementAtOrDefault(0), words.ElementAtOrDefault(1)).Target ?? words.FirstOrDefault() ?? "about_Gitproc";

    private string? TextOf(string name) => (_bound.GetValueOrDefault(name) is PSObject wrapped ? wrapped.BaseObject : _bound.GetValueOrDefault(name)) as string;
}
