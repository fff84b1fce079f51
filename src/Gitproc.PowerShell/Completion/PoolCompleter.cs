using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Gitproc.PowerShell.Commands;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes a parameter with something out of the pool that the command line names.</summary>
public abstract class PoolCompleter : IArgumentCompleter
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" '\"$`;,(){}[]&|<>@#");

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        try
        {
            var pattern = WildcardPattern.Get(PatternFor(wordToComplete.Trim('\'', '"')), WildcardOptions.IgnoreCase);
            return
            [
                .. Candidates(PoolFolder(fakeBoundParameters["Pool"] as string), fakeBoundParameters)
                    .Where(candidate => pattern.IsMatch(candidate.Text))
                    .Select(candidate => new CompletionResult(
                        Quote(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.Tip)),
            ];
        }
        catch (Exception e) when (e is GitprocException or InvalidPathException or WildcardPatternException)
        {
            // Nobody to tell: a completion has no error to show. The command itself will.
            return [];
        }
    }

    /// <summary>All that could stand there.</summary>
    /// <param name="pool">The pool's folder; null for the default one.</param>
    /// <param name="parameters">What the command line gives already, by the names of parameters.</param>
    /// <returns>Each text with what is said of it.</returns>
    private protected abstract IEnumerable<(string Text, string Tip)> Candidates(string? pool, IDictionary parameters);

    /// <summary>What fits the part that is typed.</summary>
    /// <param name="word">The part.</param>
    /// <returns>A wildcard pattern.</returns>
    private protected virtual string PatternFor(string word) => word + "*";

    /// <summary>The paths of the session that completes. A completer is handed no session; a script that runs where it runs is.</summary>
    /// <returns>The paths; null where there is no session.</returns>
    private protected static PathIntrinsics? Session() =>
        (ScriptBlock.Create("$ExecutionContext.SessionState.Path").InvokeReturnAsIs() as PSObject)?.BaseObject as PathIntrinsics;

    private static string? PoolFolder(string? text) => text is not null && Session() is { } session ? FileSystemPath.Resolve(text, session) : null;

    private static string Quote(string text) => text.AsSpan().ContainsAny(NeedsQuotes)
        ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'"
        : text;
}
