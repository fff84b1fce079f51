using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// Describes checkouts as they are now: their rows, if their owners live, and what holders have checked out.
/// </summary>
internal sealed class CheckoutDescription(PoolFolder folder)
{
    private readonly OwnerLives _lives = new();

    /// <summary>True to leave out the commits of branches that holders have checked out.</summary>
    public bool IsBrief { get; init; }

    /// <summary>True for a checkout that an acquire found held under its label.</summary>
    public bool IsResumed { get; init; }

    public Checkout Of(CheckoutRow row) => Of(row, status: null);

    /// <summary>Describes a checkout together with the status of its work tree.</summary>
    /// <param name="status">The status; null if it was not read.</param>
    public Checkout Of(CheckoutRow row, WorkStatus? status)
    {
        var path = folder.Checkout(row.Name);
        var isLeft = IsLeft(row);
        // The process for which it was cleaned is gone. So it has no holder, and the next acquire continues.
        if (isLeft && row.State == CheckoutState.Cleaning)
            row = row with { Lease = null };
        // A holder may switch branches at any time. For a free checkout the row has the state at its release.
        var head =
            status is not null ? status.Head
            : row is { Lease: not null, State: CheckoutState.Locked } ? folder.Place(row).ReadHead(IsBrief)
            : null;
        return new Checkout
        {
            Name = row.Name,
            Path = path,
            Repository = row.RepositoryKey,
            Url = row.Url,
            Kind = row.Kind,
            State = StateOf(row.State, isLeft),
            Reason = isLeft && row.State == CheckoutState.Creating
                ? "was not finished; the next acquire creates it again"
                : row.Reason,
            Branch = head is null ? row.Branch : head.Branch,
            Commit = head is null ? row.Commit : head.Commit,
            IsDirty = status?.IsDirty,
            Ahead = status?.Ahead,
            Behind = status?.Behind,
            CreatedAt = row.CreatedAt,
            LastUsedAt = row.LastUsedAt,
            LeaseId = row.Lease?.Id,
            OwnerProcessId = row.Lease?.Owner?.Process.Id,
            OwnerProcessName = row.Lease?.Owner?.Name,
            OwnerProgram = row.Lease?.Owner?.Program,
            OwnerRuns = row.Lease?.Owner is { } owner ? Runs(_lives.Of(owner)) : null,
            User = row.Lease?.User,
            Machine = row.Lease?.Machine,
            Job = row.Lease?.Job,
            Label = row.Lease?.Label,
            Environment = row.Lease?.Environment,
            IsResumed = IsResumed,
            AcquiredAt = row.Lease?.AcquiredAt,
            ExpiresAt = row.Lease?.ExpiresAt,
        };
    }

    private bool IsLeft(CheckoutRow row)
    {
        if (row.State != CheckoutState.Creating)
            return row.Lease is { } lease && _lives.WhyOver(lease) is not null;
        return !LockedFile.IsLocked(folder.CheckoutLock(row.Name));
    }

    private static bool? Runs(OwnerLife life) => life == OwnerLife.Unknown ? null : life == OwnerLife.Alive;

    private static CheckoutState StateOf(CheckoutState recorded, bool isLeft) => (recorded, isLeft) switch
    {
        (CheckoutState.Locked, true) => CheckoutState.Free,
        (CheckoutState.Creating, true) => CheckoutState.Broken,
        _ => recorded,
    };
}
