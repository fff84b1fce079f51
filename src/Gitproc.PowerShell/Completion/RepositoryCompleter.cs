using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes repositories that the pool knows, and the remotes of the one that the session stands in.</summary>
public sealed class RepositoryCompleter : PoolCompleter
{
    // The last parts of a key are its name too: "repo" for "host/owner/repo".
    private protected override bool IsAnywhere => true;

    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) => pool.Suggestions.Repositories(location);
}
