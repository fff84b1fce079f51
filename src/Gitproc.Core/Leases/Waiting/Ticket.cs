namespace Gitproc.Leases.Waiting;

/// <summary>A place in the queue.</summary>
internal sealed class Ticket : IDisposable
{
    private readonly TicketLock _held;
    private readonly Action _leave;

    /// <summary>Makes the ticket of a place that was taken.</summary>
    /// <param name="id">The place.</param>
    /// <param name="held">The locked file.</param>
    /// <param name="leave">Takes the place off the queue.</param>
    public Ticket(long id, TicketLock held, Action leave) => (Id, _held, _leave) = (id, held, leave);

    /// <summary>The place: the lower came first.</summary>
    public long Id { get; }

    /// <summary>Whether what was waited for was granted, and the place was given up with that.</summary>
    public bool IsServed { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!IsServed)
                _leave();
        }
        finally
        {
            _held.Dispose();
        }
    }
}
