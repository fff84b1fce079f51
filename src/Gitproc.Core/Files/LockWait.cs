namespace Gitproc.Files;

/// <summary>
/// Waits for the lock of a file. A wait in the kernel cannot be cancelled, so it has a thread of its own. If the wait
/// is given up, the thread still waits for the lock, and then gives it back.
/// </summary>
internal sealed class LockWait : IDisposable
{
    private const int StackSize = 256 * 1024;

    private readonly TaskCompletionSource<LockedFile?> _locked = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isTaken;

    public LockWait(string path, bool mayCreate)
    {
        Path = path;
        new Thread(() => Run(mayCreate), StackSize) { IsBackground = true }.Start();
    }

    public string Path { get; }

    /// <summary>Waits for the lock.</summary>
    /// <returns>True if the wait is over.</returns>
    public bool Wait(TimeSpan longest, CancellationToken cancellationToken) =>
        Task.WaitAny([_locked.Task], (int)Math.Clamp(longest.TotalMilliseconds, 0, int.MaxValue), cancellationToken)
        == 0;

    /// <summary>Takes the lock after the wait. The caller must dispose it.</summary>
    /// <returns>The locked file; null if it does not exist and must not be created.</returns>
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
