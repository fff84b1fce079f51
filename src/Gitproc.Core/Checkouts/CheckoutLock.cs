using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>
/// The lock under which the folder of one checkout is made, cleaned or removed. Methods that need the lock take this
/// object as a parameter, so you cannot call them without it. The lock ends with its disposal or its process.
/// </summary>
internal sealed class CheckoutLock : IDisposable
{
    private readonly string _name;
    private FileLock? _file;

    private CheckoutLock(string name, FileLock file) => (_name, _file) = (name, file);

    /// <summary>Takes the lock, and waits while another process has it.</summary>
    /// <param name="doing">What this process does with it, as the rest of a sentence, for processes that wait.</param>
    public static CheckoutLock Acquire(
        PoolFolder folder, string name, string doing, IProgress<PoolReport>? reports, CancellationToken cancellation) =>
        new(name, FileLock.Acquire(folder.CheckoutLock(name), doing, reports, cancellation));

    /// <summary>Takes the lock; null if another process has it.</summary>
    public static CheckoutLock? TryAcquire(PoolFolder folder, string name) =>
        FileLock.TryAcquire(folder.CheckoutLock(name)) is { } file ? new(name, file) : null;

    /// <summary>
    /// Takes the lock; null if another process has it for more than a moment. Checking a lock takes it briefly.
    /// </summary>
    public static CheckoutLock? TryAcquirePatiently(PoolFolder folder, string name, CancellationToken cancellation) =>
        FileLock.TryAcquirePatiently(folder.CheckoutLock(name), cancellation) is { } file ? new(name, file) : null;

    /// <summary>Moves the lock to a new object. Disposing this one then does nothing.</summary>
    public CheckoutLock Move()
    {
        var moved = new CheckoutLock(_name, _file ?? throw new ObjectDisposedException(_name));
        _file = null;
        return moved;
    }

    /// <summary>Throws unless this is the lock of a checkout, and still held.</summary>
    public void MustBeOf(long id)
    {
        if (_file is null || _name != CheckoutName.Of(id))
            throw new InvalidOperationException($"The lock of {CheckoutName.Of(id)} is needed.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
