using System.Buffers.Binary;
using Gitproc.Files;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Repositories;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>
/// Keeps spares: finds out after an acquire if too few are left, and starts one process that makes them.
/// </summary>
/// <remarks>
/// The process has a lock file while it works. Who wants to start one locks the file for a moment, and writes into it
/// from when on the next one may be started: after the time that a process may need until it has the lock. A process
/// that has the lock takes that back, so that one that was killed stops nobody. One that failed moves it on, so that
/// not each acquire tries what cannot be done.
/// </remarks>
internal sealed class SpareKeeping(PoolFolder folder, PoolDatabase database, PoolSettings settings, SpareWish wish)
{
    // It follows the line that says who has the lock.
    private const int Offset = 512;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);

    private string LockPath => folder.SpareLock(wish.Repository.Id, $"{wish.Kind}");

    /// <summary>Lets the next acquire start a process at once, also after a failure.</summary>
    /// <param name="lockFile">The lock file, which no process has.</param>
    public static void AllowStart(string lockFile)
    {
        using var free = LockedFile.TryLock(lockFile);
        if (free is not null)
            RandomAccess.Write(free.Handle, BytesOf(default), Offset);
    }

    /// <summary>Starts the process, if spares are missing and none is at work.</summary>
    public void StartIfDue(BackgroundProgram program)
    {
        try
        {
            if (IsDue() && TryClaim())
                program.Start(folder.Path, PoolBackground.ToMakeSpares(wish));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            // The caller has the checkout, and needs no spare.
        }
    }

    /// <summary>
    /// Makes spares in this process, if they are missing and no other process is at work or has just failed.
    /// </summary>
    /// <param name="make">Makes as many as are missing, and returns how many it has made.</param>
    public void KeepIfDue(Func<int> make, CancellationToken cancellationToken)
    {
        if (IsDue() && TryClaim())
            Keep(make, cancellationToken);
    }

    /// <summary>
    /// Makes spares until there are enough, or no more can be made. An acquire that comes just before the end sees the
    /// lock and starts no process, so what is due is asked once more after the lock is given back.
    /// </summary>
    /// <param name="make">Makes as many as are missing, and returns how many it has made.</param>
    /// <returns>False if another process is at work.</returns>
    public bool Keep(Func<int> make, CancellationToken cancellationToken)
    {
        var hasWorked = false;
        while (FileLock.TryAcquirePatiently(LockPath, cancellationToken) is { } alone)
        {
            using (alone)
            {
                alone.Write(BytesOf(default), Offset);
                hasWorked = true;
                try
                {
                    if (!IsDue() || make() == 0)
                        return true;
                }
                catch
                {
                    alone.Write(BytesOf(DateTime.UtcNow + AfterFailure), Offset);
                    throw;
                }
            }

            if (!IsDue())
                return true;
        }

        return hasWorked;
    }

    // Reads a few files of the base repository, and the database.
    private bool IsDue()
    {
        var count = settings.Spares.Of(wish.Repository.Key);
        if (count == 0)
            return false;
        var basePath = folder.Base(wish.Repository.Base);
        var (id, target) = (wish.Repository.Id, BaseRefs.Default(basePath));
        if (target.Commit is null)
            return false;
        var generation = TemplateRepository.Generation(basePath);
        var ready = database.Checkouts.CountReady(id, wish.Kind, target, generation, count);
        return ready < count
            && (database.Checkouts.CountUnheld(id, wish.Kind) > ready
                || wish.Limit is not { } limit
                || database.Checkouts.CountUsable(id) < limit)
            && settings.Spares.HasRoom(folder.Path);
    }

    private bool TryClaim()
    {
        using var free = LockedFile.TryLock(LockPath);
        if (free is null)
            return false;
        var bytes = new byte[sizeof(long)];
        var now = DateTime.UtcNow;
        var isTold = RandomAccess.Read(free.Handle, bytes, Offset) == bytes.Length;
        var notBefore = isTold ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
        // A clock that went back does not stop it for ever.
        if (notBefore > now.Ticks && notBefore < (now + (2 * AfterFailure)).Ticks)
            return false;
        RandomAccess.Write(free.Handle, BytesOf(now + LongestStart), Offset);
        return true;
    }

    private static byte[] BytesOf(DateTime time)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, time.Ticks);
        return bytes;
    }
}

/// <summary>Which spares an acquire wants for the next one.</summary>
/// <param name="Kind">The required kind; null for any.</param>
/// <param name="Submodules">True if the submodules are filled.</param>
/// <param name="Limit">The most checkouts of the repository; null for no limit.</param>
internal sealed record SpareWish(RepositoryRow Repository, CheckoutKind? Kind, bool Submodules, int? Limit);
