using System.Collections;
using Gitproc.PowerShell.Commands;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes names of light-weight checkouts, of the repository that the session stands in or that -Base names.</summary>
public sealed class LinkCompleter : PoolCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Candidates(string? pool, IDictionary parameters)
    {
        if (Session() is not { } session)
            return [];
        var repository = parameters["Base"] is string text ? FileSystemPath.ResolveIfPath(text, session) : null;
        return new Pool(pool).ListLinks(repository, session.CurrentFileSystemLocation.ProviderPath)
            .Select(link => (link.Name, $"{(link.Missing ? "missing from " : "")}{link.Path} {link.Branch ?? link.Commit}"));
    }
}
