namespace Gitproc.Leases.Waiting;

/// <summary>Tells when the process that holds a ticket has left or has ended.</summary>
internal sealed class TicketWatch
{
    private readonly TaskCompletionSource _free = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to watch.</summary>
    /// <param name="path">The ticket's file.</param>
    public TicketWatch(string path)
    {
        Path = path;
        // A blocked flock(2) cannot be called off: when nobody wants to know any more, the thread stays until it is free.
        new Thread(() =>
        {
            TicketLock.WaitUntilFree(path);
            _free.SetResult();
        })
        { IsBackground = true }.Start();
    }

    /// <summary>The ticket's file.</summary>
    public string Path { get; }

    /// <summary>Waits for it.</summary>
    /// <param name="longest">The longest to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public void Wait(TimeSpan longest, CancellationToken cancellationToken) => _free.Task.Wait(longest, cancellationToken);
}
