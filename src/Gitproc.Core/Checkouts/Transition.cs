using static Gitproc.Checkouts.LeaseChange;
using static Gitproc.CheckoutState;

namespace Gitproc.Checkouts;

/// <summary>The state in a checkout's row, and if the row has a lease.</summary>
internal sealed record Standing(CheckoutState State, bool IsLeased)
{
    public string Sql => $"(state = {(int)State} AND lease_id IS {(IsLeased ? "NOT NULL" : "NULL")})";
}

/// <summary>What a transition does with the row's lease. A given lease may be the same one, changed.</summary>
internal enum LeaseChange
{
    Kept,
    Given,
    Ended,
}

/// <summary>
/// What a process needs in order to change a checkout: its lock, or that its lease has not changed since the row was
/// read.
/// </summary>
[Flags]
internal enum Needs
{
    Nothing = 0,
    Lock = 1,
    Lease = 2,
    Both = Lock | Lease,
}

/// <summary>
/// One way in which a checkout changes. <see cref="All"/> has every such way: <see cref="Lifecycle"/> makes its
/// statements from it, and a test compares it with the diagram in docs/architecture.md.
/// </summary>
/// <param name="Name">The method of <see cref="Lifecycle"/>, or a part of one.</param>
/// <param name="Event">The event for the history; null for none.</param>
/// <param name="Arrows">States before and after; null if the checkout is not on the list.</param>
internal sealed record Transition(
    string Name, Needs Needs, LeaseChange Lease, EventKind? Event, params (Standing? From, Standing? To)[] Arrows)
{
    // Cleaning without a lease waits for the next acquire. With a lease it is prepared for that lease's owner.
    private static readonly Standing
        Clean = new(Free, IsLeased: false),
        Held = new(Locked, IsLeased: true),
        Made = new(Creating, IsLeased: true),
        Damaged = new(Broken, IsLeased: false),
        Unsure = new(Unknown, IsLeased: false),
        Unclean = new(Cleaning, IsLeased: false),
        Prepared = new(Cleaning, IsLeased: true);

    public static readonly Transition
        Add = new("Add", Needs.Lock, Given, null, (null, Made)),
        TakeFree = new("TakeFree", Needs.Nothing, Given, EventKind.Acquired, (Clean, Held)),
        TakeOver = new("TakeOver", Needs.Both, Given, EventKind.TakenOver, (Held, Prepared), (Prepared, Prepared)),
        TakeUnclean = new("TakeUnclean", Needs.Both, Given, EventKind.Acquired, (Unclean, Prepared)),
        ReplaceMaker = new("ReplaceMaker", Needs.Both, Given, null, (Made, Made)),
        Renew = new("Renew", Needs.Lease, Given, EventKind.Renewed, (Held, Held), (Prepared, Prepared), (Made, Made)),
        BeginCleaning = new("BeginCleaning", Needs.Both, Kept, null, (Held, Prepared), (Prepared, Prepared)),
        NoteRescue = new(
            "NoteRescue", Needs.Lock, Kept, EventKind.Rescued, (Held, Held), (Prepared, Prepared), (Unclean, Unclean)),
        EndCleaning = new("EndCleaning", Needs.Both, Kept, null, (Held, Held), (Prepared, Held), (Unclean, Clean)),
        GiveBack = new("GiveBack", Needs.Lease, Ended, EventKind.Released, (Held, Clean), (Prepared, Unclean)),
        BeginCreation = new("BeginCreation", Needs.Both, Kept, null, (Held, Made), (Prepared, Made)),
        EndCreation = new("EndCreation", Needs.Both, Kept, EventKind.Created, (Made, Held)),
        GiveUp = new("GiveUp", Needs.Both, Ended, EventKind.Removed, (Made, null)),
        SetAside = new(
            "SetAside", Needs.Both, Ended, EventKind.Broken,
            (Held, Damaged), (Prepared, Damaged), (Unclean, Damaged), (Clean, Damaged)),
        GiveTo = new("GiveTo", Needs.Lease, Given, EventKind.Found, (Held, Held), (Prepared, Held), (Made, Held)),
        Release = new(
            "Release", Needs.Lease, Ended, EventKind.Released, (Held, Unclean), (Prepared, Unclean), (Unsure, Unclean)),
        TakeOutOfUse = new(
            "TakeOutOfUse", Needs.Both, Ended, null,
            (Clean, Unclean), (Unclean, Unclean), (Damaged, Unclean), (Made, Unclean)),
        Adopt = new("Adopt", Needs.Lock, Given, EventKind.Found, (null, Held), (null, Unsure), (null, Unclean)),
        Forget = new("Forget", Needs.Both, Ended, EventKind.Removed, (Clean, null), (Unclean, null), (Damaged, null));

    public static IReadOnlyList<Transition> All { get; } =
    [
        Add, TakeFree, TakeOver, TakeUnclean, ReplaceMaker, Renew, BeginCleaning, NoteRescue, EndCleaning, GiveBack,
        BeginCreation, EndCreation, GiveUp, SetAside, GiveTo, Release, TakeOutOfUse, Adopt, Forget,
    ];

    /// <summary>True if the history says how long a caller waited for it.</summary>
    public bool IsTimed => Name is "TakeFree" or "TakeOver" or "TakeUnclean" or "EndCreation" or "Release";

    /// <summary>The SQL condition on the row.</summary>
    public string Condition => $"({string.Join(" OR ", Arrows.Select(arrow => arrow.From!.Sql))})";

    /// <summary>The SQL assignments for the row.</summary>
    /// <param name="more">Assignments besides state and lease, starting with a comma; null for none.</param>
    public string Assignments(string? more)
    {
        var cases = Arrows.Select(arrow => $"WHEN {arrow.From!.Sql} THEN {(int)arrow.To!.State}");
        var state = Arrows.Select(arrow => arrow.To!.State).Distinct().ToList() is [var one]
            ? $"{(int)one}"
            : $"CASE {string.Join(' ', cases)} END";
        var lease = Lease switch
        {
            Given => ", lease_id = $lease, lease = $json, last_used_at = $now",
            Ended => ", lease_id = NULL, lease = NULL",
            _ => "",
        };
        return $"state = {state}{lease}{more}";
    }
}
