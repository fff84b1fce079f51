using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// What killed acquires left of a checkout in the pool's <c>tmp</c>. The contents of the user's files may be in it.
/// </summary>
internal static class AcquireLeftovers
{
    /// <summary>The part of <see cref="PoolFolder.Unfinished"/> of <see cref="WorkCarrying"/>.</summary>
    public const string Carry = "carry";

    /// <summary>The part of <see cref="PoolFolder.Unfinished"/> of <see cref="FileCopying"/>.</summary>
    public const string Copy = "copy";

    /// <summary>Removes it. Who has the lock knows that nobody works in it.</summary>
    public static void Remove(PoolFolder folder, CheckoutLock alone, CheckoutRow row)
    {
        alone.MustBeOf(row.Id);
        folder.RemoveUnfinished(row.Name, Carry);
        folder.RemoveUnfinished(row.Name, Copy);
    }
}
