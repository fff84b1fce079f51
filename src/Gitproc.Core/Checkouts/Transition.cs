using static Gitproc.CheckoutState;

namespace Gitproc.Checkouts;

/// <summary>What the row of a checkout says of it: a state, and whether there is a lease.</summary>
internal sealed record Standing(CheckoutState State, bool IsLeased)
{
    /// <summary>The condition on the row.</summary>
    public string Sql => $"(state = {(int)State} AND lease_id IS {(IsLeased ? "NOT NULL" : "NULL")})";
}

/// <summary>What a transition does with the lease on the row.</summary>
internal enum LeaseChange
{
    /// <summary>It stays.</summary>
    Kept,

    /// <summary>The row has another lease, or another version of the same.</summary>
    Given,

    /// <summary>The row has none.</summary>
    Ended,
}

/// <summary>What a transition does, before it is committed, with the lease file in the checkout.</summary>
internal enum LeaseFileChange
{
    /// <summary>Nothing.</summary>
    Kept,

    /// <summary>The lease of a checkout that is made is written.</summary>
    Written,

    /// <summary>The changed lease is written.</summary>
    Updated,

    /// <summary>The file is removed, or the transition fails.</summary>
    Removed,

    /// <summary>The file is removed as far as that can be done: the checkout is damaged.</summary>
    RemovedIfPossible,
}

/// <summary>
/// One way in which a checkout changes. <see cref="All"/> is every way there is: <see cref="Lifecycle"/> makes its statements
/// from it, and the diagram in docs/architecture.md is compared with it.
/// </summary>
/// <param name="Name">The method of <see cref="Lifecycle"/>, or the part of one.</param>
/// <param name="Lease">What becomes of the lease.</param>
/// <param name="Arrows">From where to where; null for a checkout that is not on the list.</param>
internal sealed record Transition(string Name, LeaseChange Lease, params (Standing? From, Standing? To)[] Arrows)
{
    private static readonly Standing Clean = new(Free, IsLeased: false);
    private static readonly Standing Held = new(Locked, IsLeased: true);
    private static readonly Standing Made = new(Creating, IsLeased: true);
    private static readonly Standing Damaged = new(Broken, IsLeased: false);
    private static readonly Standing Unsure = new(Unknown, IsLeased: false);

    // One that waits for anybody, and one that is made ready for the owner of its lease.
    private static readonly Standing Unclean = new(Cleaning, IsLeased: false);
    private static readonly Standing Prepared = new(Cleaning, IsLeased: true);

    /// <summary>What the history has of it; null for nothing.</summary>
    public EventKind? Event { get; init; }

    /// <summary>Whether the checkout's lock is needed.</summary>
    public bool NeedsLock { get; init; }

    /// <summary>What becomes of the lease file.</summary>
    public LeaseFileChange File { get; init; }

    /// <summary>Whether it does not matter if the lease is still the one that was seen.</summary>
    public bool IsForAnyLease { get; init; }

    public static Transition Add { get; } = new("Add", LeaseChange.Given, (null, Made)) { NeedsLock = true };

    public static Transition TakeFree { get; } = new("TakeFree", LeaseChange.Given, (Clean, Held)) { Event = EventKind.Acquired };

    public static Transition TakeOver { get; } = new("TakeOver", LeaseChange.Given, (Held, Prepared), (Prepared, Prepared))
    {
        Event = EventKind.TakenOver,
        NeedsLock = true,
    };

    public static Transition TakeUnclean { get; } = new("TakeUnclean", LeaseChange.Given, (Unclean, Prepared))
    {
        Event = EventKind.Acquired,
        NeedsLock = true,
    };

    public static Transition ReplaceMaker { get; } = new("ReplaceMaker", LeaseChange.Given, (Made, Made)) { NeedsLock = true };

    public static Transition Renew { get; } = new("Renew", LeaseChange.Given, (Held, Held), (Prepared, Prepared), (Made, Made))
    {
        Event = EventKind.Renewed,
        File = LeaseFileChange.Updated,
    };

    public static Transition BeginCleaning { get; } = new("BeginCleaning", LeaseChange.Kept, (Held, Prepared), (Prepared, Prepared))
    {
        NeedsLock = true,
    };

    public static Transition NoteRescue { get; } = new(
        "NoteRescue", LeaseChange.Kept, (Held, Held), (Prepared, Prepared), (Unclean, Unclean))
    {
        Event = EventKind.Rescued,
        NeedsLock = true,
        IsForAnyLease = true,
    };

    public static Transition EndCleaning { get; } = new(
        "EndCleaning", LeaseChange.Kept, (Held, Held), (Prepared, Held), (Unclean, Clean))
    {
        NeedsLock = true,
    };

    public static Transition GiveBack { get; } = new("GiveBack", LeaseChange.Ended, (Held, Clean), (Prepared, Unclean))
    {
        Event = EventKind.Released,
        File = LeaseFileChange.Removed,
    };

    public static Transition BeginCreation { get; } = new("BeginCreation", LeaseChange.Kept, (Held, Made), (Prepared, Made))
    {
        NeedsLock = true,
    };

    public static Transition EndCreation { get; } = new("EndCreation", LeaseChange.Kept, (Made, Held))
    {
        Event = EventKind.Created,
        NeedsLock = true,
        File = LeaseFileChange.Written,
    };

    public static Transition GiveUp { get; } = new("GiveUp", LeaseChange.Ended, (Made, null))
    {
        Event = EventKind.Removed,
        NeedsLock = true,
    };

    public static Transition SetAside { get; } = new(
        "SetAside", LeaseChange.Ended, (Held, Damaged), (Prepared, Damaged), (Unclean, Damaged), (Clean, Damaged))
    {
        Event = EventKind.Broken,
        NeedsLock = true,
        File = LeaseFileChange.RemovedIfPossible,
    };

    public static Transition GiveTo { get; } = new("GiveTo", LeaseChange.Given, (Held, Held), (Prepared, Held), (Made, Held))
    {
        Event = EventKind.Found,
    };

    public static Transition Release { get; } = new(
        "Release", LeaseChange.Ended, (Held, Unclean), (Prepared, Unclean), (Unsure, Unclean))
    {
        Event = EventKind.Released,
        File = LeaseFileChange.Removed,
    };

    public static Transition TakeOutOfUse { get; } = new(
        "TakeOutOfUse", LeaseChange.Ended, (Clean, Unclean), (Unclean, Unclean), (Damaged, Unclean), (Made, Unclean))
    {
        NeedsLock = true,
    };

    public static Transition Adopt { get; } = new("Adopt", LeaseChange.Given, (null, Held), (null, Unsure), (null, Unclean))
    {
        Event = EventKind.Found,
        NeedsLock = true,
    };

    public static Transition Forget { get; } = new("Forget", LeaseChange.Ended, (Clean, null), (Unclean, null), (Damaged, null))
    {
        Event = EventKind.Removed,
        NeedsLock = true,
    };

    /// <summary>All there are.</summary>
    public static IReadOnlyList<Transition> All { get; } =
    [
        Add, TakeFree, TakeOver, TakeUnclean, ReplaceMaker, Renew, BeginCleaning, NoteRescue, EndCleaning, GiveBack, BeginCreation,
        EndCreation, GiveUp, SetAside, GiveTo, Release, TakeOutOfUse, Adopt, Forget,
    ];

    /// <summary>The condition on the row.</summary>
    public string From => $"({string.Join(" OR ", Arrows.Select(arrow => arrow.From!.Sql))})";

    /// <summary>The state of the row afterwards.</summary>
    public string To => Arrows.Select(arrow => arrow.To!.State).Distinct().ToList() is [var one]
        ? $"{(int)one}"
        : $"CASE {string.Join(' ', Arrows.Select(arrow => $"WHEN {arrow.From!.Sql} THEN {(int)arrow.To!.State}"))} END";
}
