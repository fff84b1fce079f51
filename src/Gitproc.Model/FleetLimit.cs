namespace Gitproc;

/// <summary>How many checkouts of a repository a fleet may hold at once. Immutable.</summary>
public sealed record FleetLimit
{
    /// <summary>The key of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The most that may be held.</summary>
    public required int Most { get; init; }

    /// <summary>How many are held.</summary>
    public required int Held { get; init; }

    /// <summary>How many processes wait for one.</summary>
    public required int Waiting { get; init; }

    /// <summary>The machines that have not seen this limit yet.</summary>
    public required IReadOnlyList<string> UnseenBy { get; init; }
}

/// <summary>Somebody who holds a slot of a fleet, or waits for one. Immutable.</summary>
public abstract record FleetParty
{
    /// <summary>The key of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>On which machine.</summary>
    public required string Machine { get; init; }

    /// <summary>The user and the process.</summary>
    public required string Who { get; init; }

    /// <summary>Since when, in UTC.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>A process that waits for a slot of a fleet. Immutable.</summary>
public sealed record FleetWaiter : FleetParty
{
    /// <summary>Its place in the queue; 1 is the next.</summary>
    public required int Place { get; init; }

    /// <summary>How many slots it wants.</summary>
    public required int Wanted { get; init; }
}

/// <summary>A slot of a fleet that is held. Immutable.</summary>
public sealed record FleetHolder : FleetParty
{
    /// <summary>The number of the slot.</summary>
    public required int Number { get; init; }

    /// <summary>Grows with each grant of the slot.</summary>
    public required long Fence { get; init; }

    /// <summary>The id of the lease.</summary>
    public required string LeaseId { get; init; }
}

/// <summary>Work that was rescued on a machine of a fleet. Restore it there. Immutable.</summary>
public sealed record FleetRescue
{
    /// <summary>On which machine.</summary>
    public required string Machine { get; init; }

    /// <summary>The rescue.</summary>
    public required Rescue Rescue { get; init; }
}
