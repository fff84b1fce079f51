using Gitproc.Files;

namespace Gitproc.Leases;

/// <summary>Tells when the process that holds a ticket has left or has ended.</summary>
internal sealed class TicketWatch : IDisposable
{
    private LockWait? _wait;

    /// <summary>Waits for it.</summary>
    /// <param name="file">The ticket's file.</param>
    /// <param name="longest">The longest to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
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
