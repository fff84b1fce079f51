using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes ids of processes, those of the session and of its ancestors first. A list of them shows their names too.
/// </summary>
public sealed class ProcessCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        pool.Suggestions.Processes();

    private protected override string ListText(Suggestion candidate) => $"{candidate.Text} {candidate.Tip}";
}
