namespace Gitproc;

/// <summary>What can be done with a checkout now. The numbers are those in the database.</summary>
public enum CheckoutState
{
    /// <summary>Nobody holds it, or the process that held it has ended. The next acquire can take it.</summary>
    Free = 0,

    /// <summary>A live owner holds it.</summary>
    Locked = 1,

    /// <summary>It is being made for the owner of its lease.</summary>
    Creating = 2,

    /// <summary>It was found damaged and is set aside. No acquire takes it.</summary>
    Broken = 3,

    /// <summary>
    /// The database was lost and the checkout does not say whether somebody holds it. It counts as held until it is
    /// released by force.
    /// </summary>
    Unknown = 4,

    /// <summary>Nobody holds it, and it is being cleaned, or will be by the next acquire.</summary>
    Cleaning = 5,
}
