namespace Gitproc;

/// <summary>What can be removed from a pool because nobody uses it.</summary>
public enum PrunedKind
{
    /// <summary>A checkout.</summary>
    Checkout,

    /// <summary>Work that was rescued.</summary>
    Rescue,

    /// <summary>A repository that the pool knows, with its base repository.</summary>
    Repository,
}
