namespace Gitproc.Leases;

/// <summary>One acquisition of one checkout.</summary>
/// <param name="Id">A random id that no other acquisition has.</param>
/// <param name="Owner">The process whose life is the lease's life.</param>
/// <param name="User">The name of the user who acquired.</param>
/// <param name="AcquiredAt">When, in UTC.</param>
internal sealed record Lease(string Id, LeaseOwner Owner, string User, DateTimeOffset AcquiredAt)
{
    /// <summary>Makes a new lease that begins now.</summary>
    /// <param name="owner">Its owner.</param>
    /// <returns>The lease.</returns>
    public static Lease New(LeaseOwner owner) =>
        new(Guid.NewGuid().ToString("N"), owner, Environment.UserName, DateTimeOffset.UtcNow);
}
