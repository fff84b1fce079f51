namespace Gitproc.Torture.Workers;

/// <summary>What a worker is doing when it may be killed.</summary>
internal enum Operation
{
    Acquire,

    /// <summary>It works in the checkouts that it has acquired.</summary>
    Hold,

    /// <summary>It releases, which recycles the checkout.</summary>
    Release,

    /// <summary>It resets a checkout: its own, or a free one.</summary>
    Reset,

    /// <summary>It removes a free checkout.</summary>
    Remove,

    /// <summary>It acquires a checkout and restores a rescue into it.</summary>
    Restore,

    RemoveRescue,

    List,

    Reap,

    Repair,
}
