using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes labels that leases already have.</summary>
public sealed class LabelCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        pool.Suggestions.Labels();
}
