namespace Gitproc;

/// <summary>What can happen to a checkout or its lease. The numbers are those of the database.</summary>
public enum EventKind
{
    /// <summary>It was made, or made anew.</summary>
    Created = 1,

    /// <summary>It was free and is leased.</summary>
    Acquired = 2,

    /// <summary>It is leased in the place of a lease that was over.</summary>
    TakenOver = 3,

    /// <summary>Its lease was ended by its holder.</summary>
    Released = 4,

    /// <summary>Its lease was ended by somebody else who insisted.</summary>
    Forced = 5,

    /// <summary>Its lease was over and was taken off.</summary>
    Reaped = 6,

    /// <summary>Its lease was changed: expiry, label or owner.</summary>
    Renewed = 7,

    /// <summary>It was found damaged and set aside.</summary>
    Broken = 8,

    /// <summary>It was taken off the list.</summary>
    Removed = 9,

    /// <summary>It was found on disk and put on the list.</summary>
    Found = 10,

    /// <summary>Work that its holder had left in it was rescued.</summary>
    Rescued = 11,
}
