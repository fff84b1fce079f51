using Gitproc.Processes;
using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>Which owners live and which leases are over, each owner looked up once: one may hold thousands of leases.</summary>
internal sealed class OwnerLives
{
    private readonly Dictionary<LeaseOwner, OwnerLife> _known = [];
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>Whether an owner lives, as of the first time it was asked for.</summary>
    public OwnerLife Of(LeaseOwner owner)
    {
        if (!_known.TryGetValue(owner, out var life))
            _known[owner] = life = LifeOf(owner);
        return life;
    }

    /// <summary>
    /// Why a lease is over. One that has expired is not while its owner is seen to use it, unless that was asked for.
    /// One whose owner cannot be seen is not until it expires.
    /// </summary>
    /// <returns>The reason, as the rest of a sentence about the lease's owner; null when it is not over.</returns>
    public string? WhyOver(Lease lease)
    {
        var life = lease.Owner is { } owner ? Of(owner) : OwnerLife.Unknown;
        if (life == OwnerLife.Gone)
            return "is gone";
        var hasExpired = lease.ExpiresAt <= _now;
        return hasExpired && (lease.IsStrict || life == OwnerLife.Unknown) ? $"had it until {lease.ExpiresAt:u}" : null;
    }

    private static OwnerLife LifeOf(LeaseOwner owner)
    {
        var here = ProcessPlace.Current;
        if (owner.Place.Host != here.Host)
            return OwnerLife.Unknown;
        if (owner.Place.Boot != here.Boot)
            return OwnerLife.Gone;
        if (owner.Place.Namespace != here.Namespace)
            return OwnerLife.Unknown;
        return ProcessTable.IsAlive(owner.Process) ? OwnerLife.Alive : OwnerLife.Gone;
    }
}

/// <summary>Whether the owner of a lease lives.</summary>
internal enum OwnerLife
{
    /// <summary>The process runs.</summary>
    Alive,

    /// <summary>It has ended, or its machine was started anew.</summary>
    Gone,

    /// <summary>It is on another machine or in another container, and cannot be seen from here.</summary>
    Unknown,
}
