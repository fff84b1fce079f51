using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Gitproc.Pools;
using Gitproc.PowerShell.Commands;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes a parameter from the pool that the command line names. It starts no process and makes no pool.
/// </summary>
public abstract class PoolCompleter : IArgumentCompleter
{
    /// <summary>True if a candidate may contain the typed part anywhere, not only at its beginning.</summary>
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
                    .Select(candidate => candidate.Complete(word.Fits))
                    .OfType<Suggestion>()
                    .Select(candidate => new CompletionResult(
                        word.Quote(candidate.Text),
                        ListText(candidate),
                        CompletionResultType.ParameterValue,
                        candidate.Tip is "" ? candidate.Text : candidate.Tip)),
            ];
        }
        catch (Exception e)
            when (e
                    is GitprocException
                        or InvalidPathException
                        or WildcardPatternException
                        or ArgumentException
                        or NotSupportedException)
        {
            // Completion cannot show an error. The command itself will.
            return [];
        }
    }

    /// <summary>All values that the parameter could have.</summary>
    private protected abstract IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters);

    /// <summary>What a list of candidates shows of one.</summary>
    private protected virtual string ListText(Suggestion candidate) => candidate.Text;

    /// <summary>
    /// The path API of the session. PowerShell does not pass the session to a completer, but a script block can read
    /// it.
    /// </summary>
    /// <returns>The path API; null if there is no session.</returns>
    private protected static PathIntrinsics? Session() =>
        (ScriptBlock.Create("$ExecutionContext.SessionState.Path").InvokeReturnAsIs() as PSObject)?.BaseObject
        as PathIntrinsics;
}
