namespace Gitproc.Pools;

/// <summary>What is seen of a pool at one moment. Immutable.</summary>
/// <param name="Path">The pool's folder.</param>
/// <param name="Entries">The checkouts, by number.</param>
/// <param name="Waiters">Those who wait for one, the first first.</param>
public sealed record PoolSnapshot(string Path, IReadOnlyList<PoolEntry> Entries, IReadOnlyList<PoolWaiter> Waiters);

/// <summary>A checkout, and what goes on with it.</summary>
/// <param name="Checkout">The checkout.</param>
/// <param name="Doing">What its holder says it is for, or what is done to it, in a few words; empty when nothing.</param>
/// <param name="Since">Since when somebody has it, or nobody uses it; UTC.</param>
public sealed record PoolEntry(Checkout Checkout, string Doing, DateTimeOffset Since);

/// <summary>One who waits for a checkout.</summary>
/// <param name="Repository">The key of the repository.</param>
/// <param name="Checkout">The only checkout that will do; null for any of the repository.</param>
/// <param name="Who">Who waits.</param>
/// <param name="Since">Since when, UTC.</param>
public sealed record PoolWaiter(string Repository, string? Checkout, string Who, DateTimeOffset Since);
