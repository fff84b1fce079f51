using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Gitproc.Pools;
using Gitproc.PowerShell.Commands;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes a parameter with something out of the pool that the command line names.</summary>
public abstract class PoolCompleter : IArgumentCompleter
{
    /// <summary>Whether the part that is typed may be of the middle, and not only the beginning.</summary>
    private protected virtual bool IsAnywhere => false;

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
            if (Session() is not { } session)
                return [];
            var word = CompletedWord.Of(wordToComplete, IsAnywhere);
            var folder = fakeBoundParameters["Pool"] is string text ? FileSystemPath.Resolve(text, session) : null;
            return
            [
                .. Candidates(new Pool(folder), session.CurrentFileSystemLocation.ProviderPath, fakeBoundParameters)
                    .Where(candidate => word.Fits(candidate.Text))
                    .Select(candidate => new CompletionResult(
                        word.Quote(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.Tip is "" ? candidate.Text : candidate.Tip)),
            ];
        }
        catch (Exception e) when (e is GitprocException or InvalidPathException or WildcardPatternException or ArgumentException or NotSupportedException)
        {
            // Nobody to tell: a completion has no error to show. The command itself will.
            return [];
        }
    }

    /// <summary>All that could stand there.</summary>
    private protected abstract IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters);

    /// <summary>The paths of the session that completes. A completer is handed no session; a script that runs where it runs is.</summary>
    /// <returns>The paths; null where there is no session.</returns>
    private protected static PathIntrinsics? Session() =>
        (ScriptBlock.Create("$ExecutionContext.SessionState.Path").InvokeReturnAsIs() as PSObject)?.BaseObject as PathIntrinsics;
}
