using Gitproc.Processes;
using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>
/// Tells which owners run and which leases are over. Each owner is looked up once, because it may own thousands of
/// leases.
/// </summary>
internal sealed class OwnerLives
{
    private readonly Dictionary<LeaseOwner, OwnerLife> _known = [];
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>The state of an owner when it was first looked up.</summary>
    public OwnerLife Of(LeaseOwner owner)
    {
        if (!_known.TryGetValue(owner, out var life))
            _known[owner] = life = LifeOf(owner);
        return life;
    }

    /// <summary>
    /// Why a lease is over. A lease whose owner is gone is over. A lease that has expired is over, unless its owner
    /// runs and the lease is not strict. A lease whose owner cannot be seen from here is over only when it expires.
    /// </summary>
    /// <returns>The reason, as the end of a sentence about the owner; null if the lease is not over.</returns>
    public string? WhyOver(Lease lease)
    {
        var life = lease.Owner is { } owner ? Of(owner) : OwnerLife.Unknown;
        if (life == OwnerLife.Gone)
            return "is gone";
        var hasExpired = lease.ExpiresAt <= _now;
        return hasExpired && (lease.IsStrict || life == OwnerLife.Unknown)
            ? $"held it until {lease.ExpiresAt:u}"
            : null;
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

/// <summary>The state of the owner of a lease.</summary>
internal enum OwnerLife
{
    /// <summary>The process runs.</summary>
    Alive,

    /// <summary>The process has ended, or its machine has restarted.</summary>
    Gone,

    /// <summary>The process is on another machine or in another container, and cannot be seen from here.</summary>
    Unknown,
}
