namespace Gitproc;

/// <summary>What can be done with a checkout now.</summary>
public enum CheckoutState
{
    /// <summary>Nobody holds it, or the process that held it is gone: the next acquire may have it.</summary>
    Free,

    /// <summary>A live owner holds it.</summary>
    Locked,

    /// <summary>It is being made for the owner of its lease.</summary>
    Creating,

    /// <summary>It was found damaged and is set aside; it is never handed out.</summary>
    Broken,

    /// <summary>
    /// The database was lost and the checkout does not say whether somebody holds it. It counts as held until it is
    /// released by force.
    /// </summary>
    Unknown,

    /// <summary>Nobody holds it, and it is being cleaned, or will be by the next acquire.</summary>
    Cleaning,
}
