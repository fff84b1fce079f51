using Gitproc.Pools;
using Gitproc.Registry;

namespace Gitproc.Agent.Fleet;

/// <summary>
/// Sees to it that the fleet hears of each slot that a process of this machine has heard of, also after the fleet's
/// database was restored from an older backup. Thread-safe.
/// </summary>
/// <remarks>
/// A grant is written into the pool's database before its process hears of it, and reports have all that is there. An
/// answer from before a report counts no more after it: the fleet may have forgotten it, and then the report lacks it.
/// Who asks again gets the same slot if the fleet still knows it.
/// </remarks>
internal sealed class Grants(Pool pool)
{
    private readonly Lock _lock = new();
    private long _reports;

    /// <summary>How many reports there were.</summary>
    public long Reports => Interlocked.Read(ref _reports);

    /// <summary>Writes down what a request was granted.</summary>
    /// <param name="reports">How many reports there were before the fleet was asked.</param>
    /// <returns>False if there was one meanwhile: then the grant does not count.</returns>
    public bool TryNote(string request, IReadOnlyList<FleetSlot> slots, long reports)
    {
        lock (_lock)
        {
            if (_reports != reports)
                return false;
            pool.Fleet.NoteGranted([(request, slots)]);
            return true;
        }
    }

    /// <summary>Reads what is to be reported.</summary>
    public FleetSight SeeToReport()
    {
        lock (_lock)
        {
            _reports++;
            return pool.Fleet.See();
        }
    }
}
