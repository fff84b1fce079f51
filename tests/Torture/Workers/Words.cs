namespace Gitproc.Torture.Workers;

/// <summary>The first words of the lines that workers write. A number may follow; see <see cref="Worker"/>.</summary>
internal static class Words
{
    /// <summary>The worker has started.</summary>
    public const string Ready = "ready";

    /// <summary>The worker begins the <see cref="Operation"/> that follows.</summary>
    public const string Doing = "doing";

    public const string Reset = "reset";

    public const string Removed = "removed";

    public const string Restored = "restored";

    /// <summary>The number of pieces of work that it found restored.</summary>
    public const string RestoredWorks = "restored-works";

    public const string RemovedRescue = "removed-rescue";

    /// <summary>The number of checkouts that it acquired.</summary>
    public const string Acquired = "acquired";

    /// <summary>How many of the acquired checkouts are of kind Worktree.</summary>
    public const string Linked = "linked";

    /// <summary>An acquire had to wait.</summary>
    public const string Waited = "waited";

    /// <summary>An operation was refused in a way that is expected.</summary>
    public const string Refused = "refused";

    /// <summary>The worker gave up waiting.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The folder of a checkout that it held was removed, so nothing in it could be checked.</summary>
    public const string Void = "void";

    /// <summary>The violation that follows has happened.</summary>
    public const string Violation = "violation";
}
