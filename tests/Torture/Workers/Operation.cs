namespace Gitproc.Torture.Workers;

/// <summary>What a worker may be about when it is killed.</summary>
internal enum Operation
{
    /// <summary>It acquires.</summary>
    Acquire,

    /// <summary>It works in what it has acquired.</summary>
    Hold,

    /// <summary>It releases, which cleans.</summary>
    Release,

    /// <summary>It resets a checkout: its own, or a free one.</summary>
    Reset,

    /// <summary>It removes a free checkout.</summary>
    Remove,

    /// <summary>It acquires and restores what was rescued.</summary>
    Restore,

    /// <summary>It removes a rescue.</summary>
    RemoveRescue,

    /// <summary>It lists.</summary>
    List,

    /// <summary>It reaps.</summary>
    Reap,

    /// <summary>It repairs.</summary>
    Repair,
}
