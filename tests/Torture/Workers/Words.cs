namespace Gitproc.Torture.Workers;

/// <summary>What workers say.</summary>
internal static class Words
{
    /// <summary>It has started.</summary>
    public const string Ready = "ready";

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
