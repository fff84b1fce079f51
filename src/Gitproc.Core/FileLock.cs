using System.Text;
using Gitproc.Files;

namespace Gitproc;

/// <summary>
/// A lock between processes for steps that are too long for a database transaction. It ends with its process,
/// however that ends. The file stays: removing it would let two processes lock two files of one name.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private static readonly byte[] Self = Encoding.UTF8.GetBytes($"process {Environment.ProcessId} ({PrintableText.Of(Path.GetFileNameWithoutExtension(Environment.ProcessPath) ?? "gitproc")})\n");

    private readonly FileStream _stream;

    private FileLock(FileStream stream)
    {
        _stream = stream;
        try
        {
            // For those who wait. What a longer name leaves behind the end of the line is not read.
            RandomAccess.Write(stream.SafeFileHandle, Self, fileOffset: 0);
        }
        catch (IOException)
        {
            // The disk is full: they wait for nobody in particular.
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file; made when it does not exist, in a folder that does.</param>
    /// <param name="onWait">Called once, when somebody else has the lock, with who that is; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock, held until disposed.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static FileLock Acquire(string path, Action<string>? onWait, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(1);
        while (true)
        {
            if (TryOpen(path) is { } stream)
                return new FileLock(stream);
            onWait?.Invoke(HolderOf(path));
            onWait = null;
            if (cancellationToken.WaitHandle.WaitOne(pause))
                cancellationToken.ThrowIfCancellationRequested();
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="path">The lock file; made when it does not exist, in a folder that does.</param>
    /// <returns>The lock, held until disposed; null when somebody else has it.</returns>
    public static FileLock? TryAcquire(string path) => TryOpen(path) is { } stream ? new FileLock(stream) : null;

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static string HolderOf(string path)
    {
        const string unknown = "another process";
        if (OperatingSystem.IsWindows())
            return unknown;
        using var handle = UnlockedFile.Open(path);
        if (handle is null)
            return unknown;
        var bytes = new byte[256];
        var text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, fileOffset: 0));
        return text.IndexOf('\n', StringComparison.Ordinal) is var end and > 0 ? PrintableText.Of(text[..end]) : unknown;
    }

    // FileShare.None is flock(2) on Unix and a share mode on Windows. A file in use is told by an IOException of no
    // class of its own; a folder or disk that is not there has one.
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && IsSharingViolation(e))
        {
            return null;
        }
    }

    private static bool IsSharingViolation(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33 // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        : e.HResult is 11 or 35; // EWOULDBLOCK on Linux, and on macOS
}
