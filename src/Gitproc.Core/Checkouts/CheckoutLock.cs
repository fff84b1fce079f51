using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>
/// The lock under which the folder of one checkout is made, cleaned or removed. What needs it asks for this object, so
/// that nobody calls that without the lock. It ends when it is disposed, or with its process.
/// </summary>
internal sealed class CheckoutLock : IDisposable
{
    private readonly string _name;
    private FileLock? _file;

    private CheckoutLock(string name, FileLock file) => (_name, _file) = (name, file);

    /// <summary>Takes the lock, and waits for whoever has it.</summary>
    /// <param name="doing">What that one does, as the rest of a sentence about it.</param>
    public static CheckoutLock Acquire(
        PoolFolder folder, string name, string doing, IProgress<PoolReport>? reports, CancellationToken cancellation) =>
        new(name, FileLock.Acquire(folder.CheckoutLock(name), doing, reports, cancellation));

    /// <summary>Takes the lock if nobody has it.</summary>
    public static CheckoutLock? TryAcquire(PoolFolder folder, string name) =>
        FileLock.TryAcquire(folder.CheckoutLock(name)) is { } file ? new(name, file) : null;

    /// <summary>Takes the lock unless somebody has it for longer than a moment: others look who has it.</summary>
    public static CheckoutLock? TryAcquirePatiently(PoolFolder folder, string name, CancellationToken cancellation) =>
        FileLock.TryAcquirePatiently(folder.CheckoutLock(name), cancellation) is { } file ? new(name, file) : null;

    /// <summary>Gives the lock to a new object. This one has it no more, and its disposal changes nothing.</summary>
    public CheckoutLock Move()
    {
        var moved = new CheckoutLock(_name, _file ?? throw new ObjectDisposedException(_name));
        _file = null;
        return moved;
    }

    /// <summary>Checks that this is the lock of a checkout, and is held.</summary>
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
