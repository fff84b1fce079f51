namespace Gitproc;

/// <summary>A machine of a fleet. Immutable.</summary>
public sealed record FleetMachine
{
    /// <summary>Its name in the fleet.</summary>
    public required string Name { get; init; }

    /// <summary>What the fleet thinks of it.</summary>
    public required MachineState State { get; init; }

    /// <summary>True if it gets no new slots.</summary>
    public bool IsDrained { get; init; }

    /// <summary>When its agent has last given a sign of life, in UTC; null if it never has.</summary>
    public DateTimeOffset? LastBeatAt { get; init; }

    /// <summary>True if that was less than a minute ago.</summary>
    public bool IsBeating { get; init; }

    /// <summary>The number of its checkouts.</summary>
    public int Checkouts { get; init; }

    /// <summary>How many of them are held.</summary>
    public int Locked { get; init; }

    /// <summary>How many slots of limited repositories it has.</summary>
    public int Slots { get; init; }

    /// <summary>How many of its processes wait for a slot.</summary>
    public int Waiting { get; init; }

    /// <summary>Where ssh reaches it; null if it does not say.</summary>
    public string? SshHost { get; init; }

    /// <summary>The folder of its pool.</summary>
    public string? Pool { get; init; }

    /// <summary>Its operating system.</summary>
    public string? System { get; init; }

    /// <summary>The version of its agent.</summary>
    public string? Version { get; init; }

    /// <summary>The number of its processors; null if it does not say.</summary>
    public int? Processors { get; init; }

    /// <summary>The free bytes on the disk of its pool; null if it does not say.</summary>
    public long? FreeSpace { get; init; }

    /// <summary>The name, so that a machine can be used as its name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}

/// <summary>What a fleet thinks of a machine.</summary>
public enum MachineState
{
    /// <summary>It was added, and its agent has never run.</summary>
    New,

    /// <summary>It is a part of the fleet.</summary>
    Active,

    /// <summary>It was not heard of for too long, and has lost its slots.</summary>
    Silent,
}
