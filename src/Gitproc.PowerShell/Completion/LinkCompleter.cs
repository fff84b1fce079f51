using System.Collections;
using Gitproc.Pools;
using Gitproc.PowerShell.Commands;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes names of light-weight checkouts of the repository that -Base names, or of the one around the working
/// directory.
/// </summary>
public sealed class LinkCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        Session() is { } session
            ? pool.Suggestions.Links(
                parameters["Base"] is string repository ? FileSystemPath.ResolveIfPath(repository, session) : null,
                location)
            : [];
}
