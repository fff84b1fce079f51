namespace Gitproc.Leases;

/// <summary>Which owners live, each looked up once: one process may hold thousands of leases.</summary>
internal sealed class OwnerLives
{
    private readonly Dictionary<LeaseOwner, bool> _known = [];

    /// <summary>Whether an owner lives, as of the first time it was asked for.</summary>
    /// <param name="owner">The owner.</param>
    /// <returns>True when it does.</returns>
    public bool IsAlive(LeaseOwner owner)
    {
        if (!_known.TryGetValue(owner, out var alive))
            _known[owner] = alive = owner.IsAlive;
        return alive;
    }
}
