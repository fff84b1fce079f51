using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes ids of leases.</summary>
public sealed class LeaseCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        pool.Suggestions.Leases();
}
