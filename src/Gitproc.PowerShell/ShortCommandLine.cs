using System.Collections;
using System.Management.Automation;

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

    private readonly InvocationInfo _invocation;
    private readonly Dictionary<string, object?> _bound;

    /// <summary>Reads what is bound.</summary>
    /// <param name="invocation">How the command was called.</param>
    /// <param name="words">Its own parameters, which a completion tells nowhere else.</param>
    public ShortCommandLine(InvocationInfo invocation, params (string Name, object? Value)[] words)
    {
        _invocation = invocation;
        _bound = new Dictionary<string, object?>(invocation.BoundParameters!, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in words.Where(word => word.Value is not null))
            _bound[name] = value;
        var isItemProperty = string.Equals(invocation.InvocationName, "gp", StringComparison.OrdinalIgnoreCase);
        (Target, Words) =
            isItemProperty && invocation.ExpectingInput ? (ItemProperty, 0)
            : _bound.ContainsKey("F") ? (Filter, 0)
            : _bound.ContainsKey("H") ? (Help, 0)
            : TextOf("Argument") is { } second && ShortCommands.TargetOf($"{TextOf("Command")} {second}") is { } longer ? (longer, 2)
            : TextOf("Command") is { } first && ShortCommands.TargetOf(first) is { } known ? (known, 1)
            : isItemProperty ? (ItemProperty, 0)
            : (IsBare ? Help : null, 0);
    }

    /// <summary>The command that it stands for; null when there is none.</summary>
    public string? Target { get; }

    /// <summary>How many words name the command; the others are its arguments.</summary>
    public int Words { get; }

    /// <summary>Whether there is no word at all.</summary>
    public bool IsBare => !_bound.ContainsKey("Command");

    /// <summary>What goes to the command by its place.</summary>
    /// <returns>The arguments; some may be null.</returns>
    public object?[] Positional()
    {
        if (Target == Filter && _bound.TryGetValue("F", out var pattern))
            return [pattern];
        string[] names = Target == Help ? ["Command", "Argument", SubCommand] : ["Command", "Argument"];
        var arguments = names.Where(_bound.ContainsKey).Skip(Words).Select(name => _bound[name]).ToArray();
        return Target != Help ? arguments
            : _bound.ContainsKey(Topic) ? []
            : [TopicOf([.. arguments.Select(word => $"{word}")])];
    }

    /// <summary>What goes to the command by its name.</summary>
    /// <returns>The arguments.</returns>
    public Hashtable Named()
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

    private static string TopicOf(string[] words) => words switch
    {
        [] => "about_Gitproc",
        [var first, var second, ..] when ShortCommands.TargetOf($"{first} {second}") is { } longer => longer,
        [var first, ..] => ShortCommands.TargetOf(first) ?? first,
    };

    private string? TextOf(string name) => (_bound.GetValueOrDefault(name) is PSObject wrapped ? wrapped.BaseObject : _bound.GetValueOrDefault(name)) as string;
}
