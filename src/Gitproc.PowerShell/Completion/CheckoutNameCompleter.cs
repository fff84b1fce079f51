using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes names of checkouts.</summary>
public sealed class CheckoutNameCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        pool.Suggestions.Checkouts();
}
