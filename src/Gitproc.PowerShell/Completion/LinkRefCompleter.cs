using System.Collections;
using Gitproc.Pools;
using Gitproc.PowerShell.Commands;

namespace Gitproc.PowerShell.Completion;

/// <summary>
/// Completes branches and tags of the base repository of a light-weight checkout: the one that -Path names, or the
/// current one.
/// </summary>
public sealed class LinkRefCompleter : PoolCompleter
{
    private protected override IEnumerable<Suggestion> Candidates(Pool pool, string location, IDictionary parameters) =>
        Session() is { } session
            ? pool.Suggestions.LinkRefs(
                parameters["Base"] is string repository ? FileSystemPath.ResolveIfPath(repository, session) : null,
                parameters["Path"] is string path ? FileSystemPath.Resolve(path, session) : location,
                location)
            : [];
}
