namespace Gitproc;

/// <summary>The kinds of things that are removed from a pool when nobody uses them.</summary>
public enum PrunedKind
{
    /// <summary>A checkout.</summary>
    Checkout,

    /// <summary>Work that was rescued.</summary>
    Rescue,

    /// <summary>A repository that the pool knows, with its base repository.</summary>
    Repository,
}
