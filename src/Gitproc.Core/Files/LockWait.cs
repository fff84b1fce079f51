namespace Gitproc.Files;

/// <summary>
/// Waits until this process has a file locked. A wait in the kernel cannot be called off, so it is on a thread of its
/// own: where nobody wants the lock any more, that thread stays until it has it, and gives it back.
/// </summary>
internal sealed class LockWait : IDisposable
{
    private const int StackSize = 256 * 1024;

    private readonly TaskCompletionSource<LockedFile?> _locked = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isTaken;

    /// <summary>Begins to wait.</summary>
    public LockWait(string path, bool mayCreate)
    {
        Path = path;
        new Thread(() => Run(mayCreate), StackSize) { IsBackground = true }.Start();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Waits for it.</summary>
    public bool Wait(TimeSpan longest, CancellationToken cancellationToken) =>
        Task.WaitAny([_locked.Task], (int)Math.Clamp(longest.TotalMilliseconds, 0, int.MaxValue), cancellationToken)
        == 0;

    /// <summary>Takes the lock when the wait is over. It is the caller's from then on.</summary>
    /// <returns>The locked file; null when there is none and none was to be made.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public LockedFile? Take()
    {
        _isTaken = true;
        return _locked.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_locked.TrySetCanceled() && !_isTaken && _locked.Task.IsCompletedSuccessfully)
            _locked.Task.Result?.Dispose();
    }

    private void Run(bool mayCreate)
    {
        try
        {
            var locked = LockedFile.Lock(Path, mayCreate);
            if (!_locked.TrySetResult(locked))
                locked?.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _locked.TrySetException(e);
        }
    }
}
