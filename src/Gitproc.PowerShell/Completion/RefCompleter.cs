using System.Collections;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes branches and tags of the repository that -Repository names, or of the one around the working directory.
/// </summary>
public sealed class RefCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        pool.Suggestions.Refs(parameters["Repository"] as string, location);
}
