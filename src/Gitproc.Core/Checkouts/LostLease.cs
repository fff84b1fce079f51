using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>The error of who had a lease on a checkout and lost it before the checkout was ready: its owner ended, or somebody used force.</summary>
internal static class LostLease
{
    /// <summary>Makes the error.</summary>
    /// <param name="row">The checkout with the lease.</param>
    /// <returns>The error.</returns>
    public static GitprocException Error(CheckoutRow row) => new(
        ErrorReason.OwnerNotRunning, $"{row.Name} was given to another one while it was made ready: the lease is over of {row.Lease!.Holder()}.", row.Name);
}
