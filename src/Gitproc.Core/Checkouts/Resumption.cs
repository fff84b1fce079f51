using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// Finds the checkout that a caller holds under a label already. The owner of its lease is the caller or one of its
/// ancestors, or nobody, and then the same user acquired it on this machine. What another process holds is never found.
/// </summary>
internal sealed class Resumption(PoolFolder folder, PoolDatabase database)
{
    /// <summary>Finds it. The lease is in force, and the folder is there.</summary>
    /// <param name="request">Which checkouts will do.</param>
    /// <returns>The checkout; null if the caller holds none under the label.</returns>
    public CheckoutRow? Find(GrantRequest request)
    {
        if (request.NewLease().Label is not { Length: > 0 } label)
            return null;
        var lives = new OwnerLives();
        return database.Checkouts.HeldUnder(label, request.Repository.Id).Find(row =>
            (request.Wanted is null || request.Wanted == row.Id)
            && (request.Kind is null || request.Kind == row.Kind)
            && row.Lease is { } lease
            && lives.WhyOver(lease) is null
            && LeaseBook.IsOurs(lease)
            && Paths.IsFolder(folder.Checkout(row.Name)));
    }
}
