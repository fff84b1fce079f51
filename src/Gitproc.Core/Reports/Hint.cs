using Gitproc.Text;

namespace Gitproc.Reports;

/// <summary>
/// The gitproc command that helps after an error or a report, as data: a command line and PowerShell spell options in
/// different ways, so each front end writes its own and appends it to the message.
/// </summary>
/// <param name="Lead">
/// The words between the message and the command, with the space or punctuation in front of them.
/// </param>
/// <param name="Command">
/// As <c>link remove</c>; null for the command that the user has just run, repeated with <see cref="Options"/>.
/// </param>
/// <param name="Arguments">What follows the options.</param>
public sealed record Hint(string Lead, string? Command, params IReadOnlyList<string> Arguments)
{
    /// <summary>The options of the command, in order.</summary>
    public IReadOnlyList<HintOption> Options { get; init; } = [];

    /// <summary>The end of the sentence after the command; empty if the command ends it.</summary>
    public string End { get; init; } = "";

    /// <summary>Points to a command that lists what there is.</summary>
    /// <param name="command">The command.</param>
    /// <returns>As <c>See gitproc list.</c></returns>
    public static Hint See(string command) => new(" See ", command) { End = "." };

    /// <summary>Writes the hint as it follows its message.</summary>
    /// <param name="spell">Writes the name of an option as the front end's users type it.</param>
    /// <returns>The text. It has nothing in it that a terminal or a CI system obeys.</returns>
    public string Write(Func<string, string> spell)
    {
        string[] command = Command is null ? [] : ["gitproc", Command];
        var options = Options.SelectMany(
            option => option.Value is { } value ? [spell(option.Name), value] : (string[])[spell(option.Name)]);
        return PrintableText.OfLines(
            $"{Lead}{string.Join(' ', [.. command, .. options, .. Arguments.Select(PrintableText.Of)])}{End}");
    }
}

/// <summary>An option in a <see cref="Hint"/>.</summary>
/// <param name="Name">Its name as a PowerShell parameter, for example <c>StopProcesses</c>.</param>
/// <param name="Value">Its value; null for a switch.</param>
public sealed record HintOption(string Name, string? Value = null);
