using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>What is wanted of a grant.</summary>
internal sealed record GrantRequest
{
    /// <summary>The repository.</summary>
    public required RepositoryRow Repository { get; init; }

    /// <summary>The URL for a new one's <c>origin</c>.</summary>
    public required string Url { get; init; }

    /// <summary>The most checkouts the repository may have, without broken ones; null for no limit.</summary>
    public required int? Limit { get; init; }

    /// <summary>How many, all or none.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The only checkout that will do; null for any.</summary>
    public long? Wanted { get; init; }

    /// <summary>Of which kind; null for any, and a new one is a clone.</summary>
    public CheckoutKind? Kind { get; init; }

    /// <summary>Whether those that are free are left to others: one that has to be cleaned or made will do.</summary>
    public bool LeavesFree { get; init; }

    /// <summary>The commit that is likely wanted, so that a checkout that is there is preferred; null when it is not known.</summary>
    public string? Commit { get; init; }

    /// <summary>Makes a new lease, one for each checkout.</summary>
    public required Func<Lease> NewLease { get; init; }
}

/// <summary>A checkout that was leased.</summary>
/// <param name="Replaced">The lease that was over; null when there was none.</param>
/// <param name="Why">Why that was over, as the rest of a sentence about its owner; null when there was none.</param>
/// <param name="Making">The lock under which the checkout is yet to be made or cleaned, as its state says; null when it is ready.</param>
internal sealed record Grant(CheckoutRow Checkout, Lease? Replaced = null, string? Why = null, FileLock? Making = null);

/// <summary>The error of who had a lease on a checkout and lost it before the checkout was ready: its owner ended, or somebody used force.</summary>
internal static class LostLease
{
    /// <summary>Makes the error.</summary>
    public static GitprocException Error(CheckoutRow row) => new(
        ErrorReason.OwnerNotRunning, $"{row.Name} was given to another one while it was made ready: the lease is over of {row.Lease!.Holder()}.", row.Name);
}
