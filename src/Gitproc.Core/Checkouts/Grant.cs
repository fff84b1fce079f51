using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Checkouts;

/// <summary>What a caller wants from a grant.</summary>
internal sealed record GrantRequest
{
    public required RepositoryRow Repository { get; init; }

    /// <summary>The URL for <c>origin</c> of a new checkout.</summary>
    public required string Url { get; init; }

    /// <summary>
    /// The maximum number of checkouts of the repository, not counting broken ones; null for no limit.
    /// </summary>
    public required int? Limit { get; init; }

    /// <summary>The maximum number of checkouts of the repository that are held at once; null for no limit.</summary>
    public int? MaxLocked { get; init; }

    /// <summary>How many checkouts; the grant is all or nothing.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The only acceptable checkout; null for any.</summary>
    public long? Wanted { get; init; }

    /// <summary>The required kind; null for any. A new checkout is then a clone.</summary>
    public CheckoutKind? Kind { get; init; }

    /// <summary>True to leave free checkouts to others, and take one that must be cleaned or made.</summary>
    public bool LeavesFree { get; init; }

    /// <summary>The commit that is likely needed: checkouts at it are preferred. Null if not known.</summary>
    public string? Commit { get; init; }

    /// <summary>Makes a lease; called once for each checkout.</summary>
    public required Func<Lease> NewLease { get; init; }
}

/// <summary>
/// A lease that its owner does not have yet. Disposal gives back a lease that was not kept, and releases the lock. If
/// the lease is gone by then, giving it back changes nothing. So callers need not know how far a transaction or a
/// cleaning got.
/// </summary>
/// <param name="alone">The lock under which to make or clean the checkout; null if it is ready.</param>
internal sealed class Grant(Lifecycle lifecycle, CheckoutRow row, CheckoutLock? alone = null) : IDisposable
{
    private CheckoutLock? _alone = alone;
    private bool _isKept;

    /// <summary>The checkout with its lease, as it was written last.</summary>
    public CheckoutRow Row { get; set; } = row;

    /// <summary>True if the checkout was made for this lease.</summary>
    public bool IsNew { get; set; }

    /// <summary>True if the checkout is as its last holder left it.</summary>
    public bool IsAsLeft { get; set; }

    /// <summary>
    /// Takes away what the caller was to find in the checkout. Called before the lease is given back; null for nothing.
    /// </summary>
    public Action? TakeBack { get; set; }

    /// <summary>The lease that was over; null if there was none.</summary>
    public Lease? Replaced { get; init; }

    /// <summary>Why that lease was over, as the rest of a sentence about its owner; null if there was none.</summary>
    public string? Why { get; init; }

    /// <summary>Gets the checkout's lock, and takes it if this has none yet.</summary>
    public CheckoutLock Lock(Func<CheckoutLock> take) => _alone ??= take();

    /// <summary>Releases the lock, because the checkout is ready.</summary>
    public void Unlock()
    {
        _alone?.Dispose();
        _alone = null;
    }

    /// <summary>Leaves the lease to its owner.</summary>
    public CheckoutRow Keep()
    {
        _isKept = true;
        Unlock();
        return Row;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (_isKept)
                return;
            if (Row.State != CheckoutState.Creating)
            {
                TakeBack?.Invoke();
                lifecycle.GiveBack(Row, "the acquire was not finished");
            }
            else if (_alone is { } making)
                lifecycle.GiveUp(making, Row, "it could not be made");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException
            or GitprocException or OperationCanceledException)
        {
            // The user must see the original error. The lease ends with its owner.
        }
        finally
        {
            Unlock();
        }
    }
}

/// <summary>The grants of one acquire: all are kept, or none.</summary>
internal sealed class GrantSet : IDisposable
{
    private readonly List<Grant> _grants = [];

    public int Count => _grants.Count;

    public Grant this[int index] => _grants[index];

    public void Add(Grant grant) => _grants.Add(grant);

    /// <summary>True if one of them has the lease.</summary>
    public bool Has(string leaseId) => _grants.Exists(grant => grant.Row.Lease?.Id == leaseId);

    /// <summary>Gives back the grants, from an index on, that match a condition.</summary>
    /// <returns>The number of grants that were given back.</returns>
    public int Drop(int from, Func<Grant, bool> mustGo)
    {
        var dropped = _grants.Skip(from).Where(mustGo).ToList();
        _grants.RemoveAll(dropped.Contains);
        dropped.ForEach(grant => grant.Dispose());
        return dropped.Count;
    }

    public IReadOnlyList<CheckoutRow> Keep() => _grants.ConvertAll(grant => grant.Keep());

    /// <inheritdoc/>
    public void Dispose() => Drop(0, _ => true);
}

/// <summary>
/// The error for a caller whose lease ended before its checkout was ready, because its owner ended or another user used
/// force.
/// </summary>
internal static class LostLease
{
    public static GitprocException Error(CheckoutRow row) => new(
        ErrorReason.OwnerNotRunning,
        $"{row.Name} was given to another holder before it was ready: the lease of {row.Lease!.Holder()} is over.",
        row.Name);
}
