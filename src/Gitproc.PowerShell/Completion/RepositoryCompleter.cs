using System.Collections;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes repositories that the pool knows.</summary>
public sealed class RepositoryCompleter : PoolCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Candidates(string? pool, IDictionary parameters) =>
        new Pool(pool).ListRepositories().Select(key => (key, key));

    // The last parts of a key are its name too: "repo" for "host/owner/repo".
    private protected override string PatternFor(string word) => $"*{word}*";
}
