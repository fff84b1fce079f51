using Gitproc.Files;

namespace Gitproc.Leases;

/// <summary>
/// A place in the queue, and a locked file that says that its process still waits. It is touched as every
/// <see cref="FileLock"/> is: a process that was stopped loses its place.
/// </summary>
internal sealed class Ticket : IDisposable
{
    private readonly string _file;
    private readonly FileLock _held;
    private readonly Action<long> _leave;

    /// <param name="enter">Puts it on the queue, and says which place it is. The file is locked before others can see it.</param>
    public Ticket(string file, Func<long> enter, Action<long> leave)
    {
        _file = file;
        _leave = leave;
        _held = FileLock.TryAcquire(file)!;
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
                _leave(Id);
        }
        finally
        {
            RemoveFile();
        }
    }

    // In this order, so that nobody locks a file that is about to go.
    private void RemoveFile()
    {
        File.Delete(_file);
        _held.Dispose();
    }
}

/// <summary>Tells when the process that holds a ticket has left or has ended.</summary>
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
