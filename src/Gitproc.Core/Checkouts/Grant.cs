using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Checkouts;

/// <summary>What is wanted of a grant.</summary>
internal sealed record GrantRequest
{
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

    /// <summary>The commit that is likely wanted: a checkout that is there is preferred. Null if not known.</summary>
    public string? Commit { get; init; }

    /// <summary>Makes a new lease, one for each checkout.</summary>
    public required Func<Lease> NewLease { get; init; }
}

/// <summary>
/// A lease that is not yet its owner's. Its disposal gives back what was not kept, and lets the lock go. Giving back
/// changes nothing if the lease is gone by then, so nobody has to know how far a transaction or a cleaning got.
/// </summary>
/// <param name="alone">The lock under which the checkout is yet to be made or cleaned; null if it is ready.</param>
internal sealed class Grant(Lifecycle lifecycle, CheckoutRow row, CheckoutLock? alone = null) : IDisposable
{
    private CheckoutLock? _alone = alone;
    private bool _isKept;

    /// <summary>The checkout with its lease, as it was written last.</summary>
    public CheckoutRow Row { get; set; } = row;

    /// <summary>The lease that was over; null when there was none.</summary>
    public Lease? Replaced { get; init; }

    /// <summary>Why that was over, as the rest of a sentence about its owner; null when there was none.</summary>
    public string? Why { get; init; }

    /// <summary>The checkout's lock: the one there is, or a new one.</summary>
    public CheckoutLock Lock(Func<CheckoutLock> take) => _alone ??= take();

    /// <summary>Lets the lock go: the checkout is ready.</summary>
    public void Unlock()
    {
        _alone?.Dispose();
        _alone = null;
    }

    /// <summary>Makes the lease its owner's.</summary>
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
                lifecycle.GiveBack(Row, "the acquire was not finished");
            else if (_alone is { } making)
                lifecycle.GiveUp(making, Row, "it could not be made");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException
            or GitprocException or OperationCanceledException)
        {
            // It hides no error that the user has to read. The lease ends with its owner.
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

    /// <summary>Gives back those from a place on for which something holds.</summary>
    /// <returns>How many.</returns>
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
/// The error of who had a lease on a checkout and lost it before the checkout was ready: its owner ended, or somebody
/// used force.
/// </summary>
internal static class LostLease
{
    public static GitprocException Error(CheckoutRow row) => new(
        ErrorReason.OwnerNotRunning,
        $"{row.Name} was given to another one while it was made ready: the lease is over of {row.Lease!.Holder()}.",
        row.Name);
}
