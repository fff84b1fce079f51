using Gitproc.Files;

namespace Gitproc.Leases;

/// <summary>
/// A place in the queue, and a locked file that shows that its process still waits. The file is touched, as for every
/// <see cref="FileLock"/>, so a process that is stopped loses its place.
/// </summary>
internal sealed class Ticket : IDisposable
{
    private readonly string _file;
    private readonly FileLock _held;
    private readonly Action<long> _leave;

    /// <summary>Takes a place in the queue.</summary>
    /// <param name="file">The file to lock. It is locked before other processes can see the place.</param>
    /// <param name="enter">Adds the place to the queue and returns its number.</param>
    /// <param name="leave">Removes the place from the queue.</param>
    public Ticket(string file, Func<long> enter, Action<long> leave)
    {
        _file = file;
        _leave = leave;
        // A repair may take the file for one that was left until it is locked.
        FileLock? held;
        while ((held = FileLock.TryAcquire(file)) is null || !File.Exists(file))
            held?.Dispose();
        _held = held;
        try
        {
            Id = enter();
        }
        catch
        {
            RemoveFile();
            throw;
        }
    }

    /// <summary>The number of the place. Lower numbers came first.</summary>
    public long Id { get; }

    /// <summary>When the place was taken, UTC.</summary>
    public DateTimeOffset Since { get; } = DateTimeOffset.UtcNow;

    /// <summary>True if the checkout was granted. The grant has then removed the place from the queue.</summary>
    public bool IsServed { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!IsServed)
                _leave(Id);
        }
        finally
        {
            RemoveFile();
        }
    }

    // The file is removed before the lock, so that no other process can lock a file that is about to be removed.
    private void RemoveFile()
    {
        File.Delete(_file);
        _held.Dispose();
    }
}

/// <summary>Waits until the process that holds a ticket leaves the queue or ends.</summary>
internal sealed class TicketWatch : IDisposable
{
    private LockWait? _wait;

    public void Wait(string file, TimeSpan longest, CancellationToken cancellationToken)
    {
        if (_wait?.Path != file)
        {
            Dispose();
            _wait = new LockWait(file, mayCreate: false);
        }

        if (_wait.Wait(longest, cancellationToken))
            Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wait?.Dispose();
        _wait = null;
    }
}
