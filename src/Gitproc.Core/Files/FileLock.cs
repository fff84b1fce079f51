using System.Text;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Files;

/// <summary>
/// A lock between processes for steps that are too long for a database transaction. It ends with its process,
/// however that ends. The file stays: removing it would let two processes lock two files of one name.
/// </summary>
/// <remarks>
/// Who has it writes itself into the file, and touches the file every second: a process that was stopped (Ctrl+Z, a
/// frozen container) does not. Those who wait for such a one give up, rather than wait until somebody lets it go on.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    /// <summary>For how long one who has a lock and does not touch it counts as one who works.</summary>
    public static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BetweenTouches = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    // An older gitproc writes the same line without it, and does not touch its files.
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

    /// <summary>Since when this process waited for the lock, UTC; null when nobody else had it.</summary>
    public DateTime? WaitedSince { get; private init; }

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file; made when it does not exist, in a folder that does.</param>
    /// <param name="reports">Told once, when somebody else has the lock, who that is; null for nobody.</param>
    /// <returns>The lock, held until disposed.</returns>
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

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="path">The lock file; made when it does not exist, in a folder that does.</param>
    /// <returns>The lock, held until disposed; null when somebody else has it.</returns>
    public static FileLock? TryAcquire(string path) => LockedFile.TryLock(path) is { } file ? new FileLock(file) : null;

    /// <summary>
    /// Takes the lock if nobody has it for longer than a moment: others look whether somebody has it.
    /// </summary>
    /// <param name="path">The lock file; made when it does not exist, in a folder that does.</param>
    /// <returns>The lock, held until disposed; null when somebody else keeps it.</returns>
    public static FileLock? TryAcquirePatiently(string path, CancellationToken cancellationToken)
    {
        if (TryAcquire(path) is { } free)
            return free;
        using var wait = new LockWait(path, mayCreate: true);
        return wait.Wait(BetweenTouches, cancellationToken) ? new FileLock(wait.Take()!) : null;
    }

    /// <summary>Finds the locks that nobody works under any more.</summary>
    /// <param name="paths">The lock files.</param>
    public static IReadOnlyList<string> FindLeft(IReadOnlyList<string> paths)
    {
        var left = paths.Where(path => !LockedFile.IsLocked(path)).ToList();
        var silent = paths.Except(left).Where(IsSilent).ToList();
        if (silent.Count > 0)
        {
            // The whole machine may have slept: those who work touch their files within a moment.
            Thread.Sleep(2 * BetweenTouches);
            left.AddRange(silent.Where(IsSilent));
        }

        return left;
    }

    /// <summary>Writes this process into a lock file, for those who wait.</summary>
    public static void WriteSelf(LockedFile file)
    {
        try
        {
            RandomAccess.Write(file.Handle, Self, fileOffset: 0);
        }
        catch (IOException)
        {
            // The disk is full: they wait for nobody in particular.
        }
    }

    /// <summary>Who has a lock.</summary>
    /// <param name="path">The lock file.</param>
    public static string HolderOf(string path) =>
        ReadLine(path) is { Length: > 0 } line
            ? PrintableText.Of(line.EndsWith(Touches, StringComparison.Ordinal) ? line[..^Touches.Length] : line)
            : "another process";

    /// <summary>The error for a process that was stopped while others wait for it.</summary>
    /// <param name="path">Its lock file.</param>
    public static GitprocException Stopped(string what, string path) =>
        new(
            ErrorReason.ProcessStopped,
            $"{what}. Let that process go on (fg in its shell, or kill -CONT), or end it (kill -KILL).",
            path);

    /// <summary>Writes something into the lock file for those who have the lock later.</summary>
    /// <param name="offset">Where; in the beginning is who has the lock.</param>
    public void Write(byte[] bytes, int offset)
    {
        try
        {
            RandomAccess.Write(_file.Handle, bytes, offset);
        }
        catch (IOException)
        {
            // The disk is full: they do without.
        }
    }

    /// <summary>Reads what is in the lock file.</summary>
    /// <param name="most">How many bytes at most.</param>
    /// <returns>The bytes.</returns>
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

    private static bool HasStopped(string path) =>
        IsSilent(path) && FindLeft([path]) is [_] && LockedFile.IsLocked(path);

    private static bool IsSilent(string path) =>
        (DateTime.UtcNow - File.GetLastWriteTimeUtc(path)).Duration() > SilenceTimeout
        && ReadLine(path).EndsWith(Touches, StringComparison.Ordinal);

    // The first line: behind it may be the rest of a longer one.
    private static string ReadLine(string path)
    {
        using var handle = OperatingSystem.IsWindows() ? OpenOnWindows(path) : UnlockedFile.Open(path);
        if (handle is null)
            return "";
        var bytes = new byte[256];
        var text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, fileOffset: 0));
        return text.Split('\n')[0];
    }

    // An older gitproc has the file for itself alone there.
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
            // The lock was given back in this moment.
        }
    }
}
