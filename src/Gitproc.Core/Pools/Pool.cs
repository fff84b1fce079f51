using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Reports;

namespace Gitproc.Pools;

/// <summary>
/// A pool of checkouts: what both front ends call. It has one service for each subject. Thread-safe: an operation runs
/// on the calling thread, and opens the database for itself.
/// </summary>
public sealed class Pool
{
    private readonly Session _session;

    /// <summary>Refers to a pool. Nothing is read or written before an operation is called.</summary>
    /// <param name="path">The pool's folder; null for <c>GITPROC_POOL</c>, else <c>~/.gitproc_pool</c>.</param>
    /// <param name="reports">
    /// Receives progress, notices and warnings on the thread that called; null for nobody.
    /// </param>
    /// <param name="caller">
    /// Finds the process on whose behalf the pool is used, once it is needed; null for this one.
    /// </param>
    /// <param name="background">
    /// Starts what need not be done before a command ends (<see cref="PoolBackground"/>); null to leave it to the next.
    /// </param>
    public Pool(
        string? path = null,
        IProgress<PoolReport>? reports = null,
        Func<Caller>? caller = null,
        BackgroundProgram? background = null)
    {
        _session = new Session(path, reports, caller, background);
        Acquiring = new PoolAcquiring(_session);
        Leases = new PoolLeases(_session);
        Checkouts = new PoolCheckouts(_session);
        Rescues = new PoolRescues(_session, Acquiring, Leases);
        Links = new PoolLinks(_session);
        Trust = new PoolTrust(_session);
        Care = new PoolCare(_session, Rescues);
        Check = new PoolCheck(_session);
        Suggestions = new PoolSuggestions(_session);
        FleetView = new FleetView(_session);
        Fleet = new PoolFleet(_session);
    }

    /// <summary>The absolute path of the pool's folder.</summary>
    public string Path => _session.Folder.Path;

    /// <summary>Acquires checkouts, and prepares them before somebody does.</summary>
    public PoolAcquiring Acquiring { get; }

    /// <summary>Releases checkouts, changes and ends leases, and tells what happened.</summary>
    public PoolLeases Leases { get; }

    /// <summary>Lists, watches, cleans, resets and removes checkouts.</summary>
    public PoolCheckouts Checkouts { get; }

    /// <summary>Lists, restores and removes rescued work.</summary>
    public PoolRescues Rescues { get; }

    /// <summary>Light-weight checkouts, of repositories of the pool and of any other.</summary>
    public PoolLinks Links { get; }

    /// <summary>Shows and approves what repositories propose to run.</summary>
    public PoolTrust Trust { get; }

    /// <summary>Repairs the pool, packs its repositories, and removes what nobody uses.</summary>
    public PoolCare Care { get; }

    /// <summary>Tells what is odd about the pool, git and the machine, for a bug report.</summary>
    public PoolCheck Check { get; }

    /// <summary>What a command line can be completed with.</summary>
    public PoolSuggestions Suggestions { get; }

    /// <summary>Shows and changes the fleet that this machine belongs to.</summary>
    public FleetView FleetView { get; }

    /// <summary>What the agent needs of the pool for a fleet.</summary>
    internal PoolFleet Fleet { get; }
}
