using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes what follows <c>gitproc</c> and <c>gp</c>: first the command, then what the cmdlet behind it completes.
/// </summary>
public sealed class ShortCommandCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) => Complete(commandAst, CursorIn(commandAst, parameterName, wordToComplete));

    // PowerShell does not tell a completer where the cursor is, so it is worked out from the word.
    private static int CursorIn(CommandAst command, string parameter, string word)
    {
        var elements = command.CommandElements.Skip(1).ToList();
        var named = elements.FindLastIndex(element =>
            element is CommandParameterAst { Argument: null } name
            && parameter.StartsWith(name.ParameterName, StringComparison.OrdinalIgnoreCase));
        var found =
            named >= 0 && elements.ElementAtOrDefault(named + 1) is { } value && Ends(value)
                ? value
                : elements.FindLast(Is) ?? elements.FindLast(Ends);
        return found?.Extent.EndOffset ?? GapIn(command);

        // The word has both quotes, even if the line has only the opening one.
        bool Is(CommandElementAst element) =>
            word.Length > 0
            && element.Extent.Text is var text
            && (text == word || (word is ['\'' or '"', _, ..] && text == word[..^1]));

        // The word may be the last of a list, or follow "-Name:".
        bool Ends(CommandElementAst element) =>
            Is(element) || (word.Length > 0 && element.Extent.Text.EndsWith(word, StringComparison.Ordinal));
    }

    // Nothing is typed at the cursor. It is after the whole command, or between two words that are two blanks apart.
    private static int GapIn(CommandAst command)
    {
        var line = command.Extent.StartScriptPosition.GetFullScript();
        var end = command.Extent.EndOffset;
        if (end < line.Length && char.IsWhiteSpace(line[end]))
            return end + 1;
        var gap = command.CommandElements.Zip(command.CommandElements.Skip(1))
            .FirstOrDefault(pair => pair.Second.Extent.StartOffset - pair.First.Extent.EndOffset > 1);
        return gap.First is null ? end + 1 : gap.First.Extent.EndOffset + 1;
    }

    private static IEnumerable<CompletionResult> Complete(CommandAst command, int cursor)
    {
        var name = command.CommandElements[0];
        var isItemProperty = string.Equals(command.GetCommandName(), "gp", StringComparison.OrdinalIgnoreCase);
        if (isItemProperty && command.Parent is PipelineAst pipeline && pipeline.PipelineElements[0] != command)
            return CompleteAs(ShortCommandLine.ItemProperty, name, command, cursor);

        var first = command.CommandElements.ElementAtOrDefault(1);
        if (first is null || cursor <= first.Extent.EndOffset)
            return isItemProperty
                ? Words(first, cursor).Concat(CompleteAs(ShortCommandLine.ItemProperty, name, command, cursor))
                : Words(first, cursor);
        var second = command.CommandElements.ElementAtOrDefault(2);
        if (ShortCommands.WordsAfter(TextOf(first)).Any())
        {
            if (second is null || cursor <= second.Extent.EndOffset)
                return Words(second, cursor, TextOf(first))
                    .Concat(CompleteAs(ShortCommands.TargetOf(TextOf(first)) ?? "", first, command, cursor));
            if (ShortCommands.TargetOf($"{TextOf(first)} {TextOf(second)}") is { } longer)
                return CompleteAs(longer, second, command, cursor);
        }

        return ShortCommands.TargetOf(TextOf(first)) switch
        {
            ShortCommandLine.Help when second is null || cursor <= second.Extent.EndOffset => Words(second, cursor),
            ShortCommandLine.Help => Words(command.CommandElements.ElementAtOrDefault(3), cursor, TextOf(second)),
            { } target => CompleteAs(target, first, command, cursor),
            null => isItemProperty ? CompleteAs(ShortCommandLine.ItemProperty, name, command, cursor) : [],
        };
    }

    private static IEnumerable<CompletionResult> Words(CommandElementAst? element, int cursor, string? after = null)
    {
        var begun = element is null || element.Extent.StartOffset >= cursor ? "" : TextOf(element);
        return ShortCommands.WordsAfter(after)
            .Where(pair => pair.Key.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
            .Select(pair => new CompletionResult(pair.Key, pair.Key, CompletionResultType.ParameterValue, pair.Value));
    }

    private static string TextOf(CommandElementAst element) =>
        element is StringConstantExpressionAst text ? text.Value : element.Extent.Text;

    // Completes the text after an element of the command as if it followed the name of the cmdlet.
    private static Collection<CompletionResult> CompleteAs(string cmdlet, Ast element, CommandAst command, int cursor)
    {
        var start = element.Extent.EndOffset;
        // The extent of a command does not include trailing spaces.
        var end = Math.Max(cursor, command.Extent.EndOffset);
        var line = string.Concat(cmdlet, command.Extent.StartScriptPosition.GetFullScript().AsSpan(start, end - start));
        return CommandCompletion.CompleteInput(line, cursor - start + cmdlet.Length, options: null).CompletionMatches;
    }
}
