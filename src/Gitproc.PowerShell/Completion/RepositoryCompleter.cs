using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes repositories that the pool knows, and the remotes of the repository around the working directory.
/// </summary>
public sealed class RepositoryCompleter : PoolCompleter
{
    // You can name a repository by the last parts of its key: "repo" for "host/owner/repo".
    private protected override bool IsAnywhere => true;

    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        pool.Suggestions.Repositories(location);
}
