namespace Gitproc;

/// <summary>The kinds of event of a checkout or its lease. The numbers are those in the database.</summary>
public enum EventKind
{
    /// <summary>It was created or recreated.</summary>
    Created = 1,

    /// <summary>It was free, and somebody acquired it.</summary>
    Acquired = 2,

    /// <summary>Somebody acquired it in place of a lease that was over.</summary>
    TakenOver = 3,

    /// <summary>Its holder ended the lease.</summary>
    Released = 4,

    /// <summary>Somebody else ended the lease by force.</summary>
    Forced = 5,

    /// <summary>Its lease was over, and was ended.</summary>
    Reaped = 6,

    /// <summary>Its lease was changed: expiry, label or owner.</summary>
    Renewed = 7,

    /// <summary>It was found damaged and set aside.</summary>
    Broken = 8,

    /// <summary>It was removed from the list.</summary>
    Removed = 9,

    /// <summary>It was found on disk, and added to the list.</summary>
    Found = 10,

    /// <summary>Work that its holder had left in it was rescued.</summary>
    Rescued = 11,

    /// <summary>A hook began to run in its background.</summary>
    HookStarted = 12,

    /// <summary>A hook in its background ended well.</summary>
    HookEnded = 13,

    /// <summary>A hook in its background failed, or was ended.</summary>
    HookFailed = 14,

    /// <summary>The fleet has not heard of a machine for too long, and takes its slots.</summary>
    Silent = 101,

    /// <summary>A lease has lost its slot of the fleet, because its machine was silent.</summary>
    SlotLost = 102,

    /// <summary>More leases are held in the fleet than the limit allows.</summary>
    Overrun = 103,

    /// <summary>The limit of a repository in the fleet was changed.</summary>
    Limit = 104,

    /// <summary>A machine gets no new slots any longer.</summary>
    Drained = 105,

    /// <summary>A machine gets slots again.</summary>
    Undrained = 106,

    /// <summary>The fleet's database was restored from an older backup.</summary>
    Restored = 107,

    /// <summary>A machine has left the fleet.</summary>
    Left = 108,
}
