using System.Text;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Files;

/// <summary>
/// A lock between processes, for steps that are too long for a database transaction. It ends with its process, even if
/// that is killed. The file stays: if it were removed, two processes could lock two files of the same name.
/// </summary>
/// <remarks>
/// The holder writes its name into the file, and touches the file every second. A stopped process (Ctrl+Z, a frozen
/// container) does not. Waiters give up on such a holder, because it may stay stopped for ever.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    /// <summary>How long a holder that does not touch its file still counts as running.</summary>
    public static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BetweenTouches = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    // An older gitproc writes the line without this, and does not touch its files.
    private const string Touches = " at work";

    private static readonly string SelfName =
        $"process {Environment.ProcessId} ({PrintableText.Of(Path.GetFileNameWithoutExtension(Environment.ProcessPath) ?? "gitproc")})";
    private static readonly byte[] Self = Encoding.UTF8.GetBytes($"{SelfName}{Touches}\n");

    private readonly LockedFile _file;
    private readonly Timer _touching;

    private FileLock(LockedFile file)
    {
        _file = file;
        Touch();
        _touching = new Timer(_ => Touch(), state: null, BetweenTouches, BetweenTouches);
    }

    /// <summary>The time at which this process began to wait for the lock, UTC; null if it did not wait.</summary>
    public DateTime? WaitedSince { get; private init; }

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file. It is created if necessary; its folder must exist.</param>
    /// <param name="doing">What the holder does, for the message.</param>
    /// <param name="reports">Receives the name of another holder, once; null to report nothing.</param>
    /// <returns>The lock, held until disposed.</returns>
    /// <exception cref="GitprocException">The holder is stopped.</exception>
    public static FileLock Acquire(
        string path, string doing, IProgress<PoolReport>? reports, CancellationToken cancellationToken)
    {
        if (TryAcquire(path) is { } free)
            return free;
        var since = DateTime.UtcNow;
        reports?.Report(new PoolReport(ReportKind.Waiting, $"waiting for {HolderOf(path)}, which {doing}"));
        using var wait = new LockWait(path, mayCreate: true);
        while (!wait.Wait(BetweenLooks, cancellationToken))
        {
            if (HasStopped(path))
                throw Stopped(
                    $"{HolderOf(path)}, which {doing}, is stopped: it has done nothing for {SilenceTimeout.TotalSeconds:0} s, and others wait for it",
                    path);
        }

        return new FileLock(wait.Take()!) { WaitedSince = since };
    }

    /// <summary>Takes the lock if it is free.</summary>
    /// <param name="path">The lock file. It is created if necessary; its folder must exist.</param>
    /// <returns>The lock, held until disposed; null if it is held.</returns>
    public static FileLock? TryAcquire(string path) => LockedFile.TryLock(path) is { } file ? new FileLock(file) : null;

    /// <summary>
    /// Takes the lock if it becomes free within a moment. A process that only checks the lock holds it that long.
    /// </summary>
    /// <param name="path">The lock file. It is created if necessary; its folder must exist.</param>
    /// <returns>The lock, held until disposed; null if it is held for longer.</returns>
    public static FileLock? TryAcquirePatiently(string path, CancellationToken cancellationToken)
    {
        if (TryAcquire(path) is { } free)
            return free;
        using var wait = new LockWait(path, mayCreate: true);
        return wait.Wait(BetweenTouches, cancellationToken) ? new FileLock(wait.Take()!) : null;
    }

    /// <summary>Finds the locks whose holders have ended or are stopped.</summary>
    /// <param name="paths">The lock files.</param>
    public static IReadOnlyList<string> FindLeft(IReadOnlyList<string> paths)
    {
        var left = paths.Where(path => !LockedFile.IsLocked(path)).ToList();
        var silent = paths.Except(left).Where(IsSilent).ToList();
        if (silent.Count > 0)
        {
            // The whole machine may have slept. A running holder touches its file within a moment.
            Thread.Sleep(2 * BetweenTouches);
            left.AddRange(silent.Where(IsSilent));
        }

        return left;
    }

    /// <summary>Finds the locks whose holders are stopped.</summary>
    /// <param name="paths">The lock files.</param>
    public static IReadOnlyList<string> FindStopped(IEnumerable<string> paths)
    {
        var silent = paths.Where(path => IsSilent(path) && LockedFile.IsLocked(path)).ToList();
        return silent.Count == 0 ? [] : [.. FindLeft(silent).Where(LockedFile.IsLocked)];
    }

    /// <summary>Writes the name of this process into a lock file, for waiters.</summary>
    public static void WriteSelf(LockedFile file)
    {
        try
        {
            RandomAccess.Write(file.Handle, Self, fileOffset: 0);
        }
        catch (IOException)
        {
            // The disk is full. Waiters do not learn the name.
        }
    }

    /// <summary>Names the holder of a lock.</summary>
    /// <param name="path">The lock file.</param>
    public static string HolderOf(string path) =>
        ReadLine(path) is { Length: > 0 } line
            ? PrintableText.Of(line.EndsWith(Touches, StringComparison.Ordinal) ? line[..^Touches.Length] : line)
            : "another process";

    /// <summary>Makes the error for a stopped process that others wait for.</summary>
    /// <param name="what">Names the process.</param>
    /// <param name="path">Its lock file.</param>
    public static GitprocException Stopped(string what, string path) =>
        new(
            ErrorReason.ProcessStopped,
            $"{what}. Let that process go on (fg in its shell, or kill -CONT), or end it (kill -KILL).",
            path);

    /// <summary>Writes something into the lock file for later holders.</summary>
    /// <param name="offset">The position. The file begins with the name of the holder.</param>
    public void Write(byte[] bytes, int offset)
    {
        try
        {
            RandomAccess.Write(_file.Handle, bytes, offset);
        }
        catch (IOException)
        {
            // The disk is full. Later holders do without.
        }
    }

    /// <summary>Reads from the lock file.</summary>
    /// <param name="most">The maximum number of bytes.</param>
    public byte[] Read(int offset, int most)
    {
        var bytes = new byte[most];
        return bytes[..RandomAccess.Read(_file.Handle, bytes, offset)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _touching.Dispose();
        _file.Dispose();
    }

    private static bool HasStopped(string path) => FindStopped([path]).Count > 0;

    private static bool IsSilent(string path) =>
        (DateTime.UtcNow - File.GetLastWriteTimeUtc(path)).Duration() > SilenceTimeout
        && ReadLine(path).EndsWith(Touches, StringComparison.Ordinal);

    // Only the first line: the rest of a longer one may follow it.
    private static string ReadLine(string path)
    {
        using var handle = OperatingSystem.IsWindows() ? OpenOnWindows(path) : UnlockedFile.Open(path);
        if (handle is null)
            return "";
        var bytes = new byte[256];
        var text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, fileOffset: 0));
        return text.Split('\n')[0];
    }

    // An older gitproc opens the file exclusively on Windows.
    private static Microsoft.Win32.SafeHandles.SafeFileHandle? OpenOnWindows(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Touch()
    {
        try
        {
            WriteSelf(_file);
        }
        catch (ObjectDisposedException)
        {
            // The lock has just been given back.
        }
    }
}
