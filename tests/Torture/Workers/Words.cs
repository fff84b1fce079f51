namespace Gitproc.Torture.Workers;

/// <summary>What workers say.</summary>
internal static class Words
{
    /// <summary>It has started.</summary>
    public const string Ready = "ready";

    /// <summary>It is about something else now; which <see cref="Operation"/> follows.</summary>
    public const string Doing = "doing";

    /// <summary>It has reset a checkout.</summary>
    public const string Reset = "reset";

    /// <summary>It has removed a checkout.</summary>
    public const string Removed = "removed";

    /// <summary>It has restored a rescue.</summary>
    public const string Restored = "restored";

    /// <summary>Work that it has found restored; how much follows.</summary>
    public const string RestoredWorks = "restored-works";

    /// <summary>It has removed a rescue.</summary>
    public const string RemovedRescue = "removed-rescue";

    /// <summary>It has acquired checkouts; how many follows.</summary>
    public const string Acquired = "acquired";

    /// <summary>Of them, those that are linked; how many follows.</summary>
    public const string Linked = "linked";

    /// <summary>It had to wait.</summary>
    public const string Waited = "waited";

    /// <summary>There was nothing for it.</summary>
    public const string Refused = "refused";

    /// <summary>It gave up before there was.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The folder of what it held was removed.</summary>
    public const string Void = "void";

    /// <summary>What must never happen has happened; what follows.</summary>
    public const string Violation = "violation";
}
