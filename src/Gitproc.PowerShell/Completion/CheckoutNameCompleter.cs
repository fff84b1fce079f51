using System.Collections;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes names of checkouts.</summary>
public sealed class CheckoutNameCompleter : PoolCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Candidates(string? pool, IDictionary parameters) =>
        new Pool(pool).List(repository: null, Environment.CurrentDirectory)
            .Select(checkout => (checkout.Name, $"{checkout.State} {checkout.Repository} {checkout.Branch}"));
}
