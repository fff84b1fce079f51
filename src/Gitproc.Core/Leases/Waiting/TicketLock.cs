using System.Runtime.InteropServices;
using Gitproc.Files;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Leases.Waiting;

/// <summary>
/// A locked file that says that its process still waits. The operating system unlocks it when the process ends, however
/// that ends, and wakes those who wait for that: a queue of any length costs no time of a processor.
/// </summary>
internal sealed partial class TicketLock : IDisposable
{
    private const int Exclusive = 2; // LOCK_EX
    private const int Shared = 1; // LOCK_SH
    private const int NonBlocking = 4; // LOCK_NB
    private static readonly TimeSpan PauseOnWindows = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _stream;

    private TicketLock(FileStream stream) => _stream = stream;

    /// <summary>Makes the file and locks it.</summary>
    /// <param name="path">Its path; nothing is there, and the folder is.</param>
    /// <returns>The lock; disposing it removes the file.</returns>
    public static TicketLock Take(string path) => new(
        new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose));

    /// <summary>Whether a process has it locked.</summary>
    /// <param name="path">The file.</param>
    /// <returns>False when its process has ended or has left.</returns>
    public static bool IsHeld(string path)
    {
        if (OperatingSystem.IsWindows())
            return IsHeldOnWindows(path);
        using var handle = UnlockedFile.Open(path);
        return handle is not null && Flock(handle, Shared | NonBlocking) != 0;
    }

    /// <summary>Blocks until no process has it locked.</summary>
    /// <param name="path">The file.</param>
    public static void WaitUntilFree(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var handle = UnlockedFile.Open(path);
            if (handle is not null)
                _ = Flock(handle, Shared);
            return;
        }

        while (IsHeldOnWindows(path))
            Thread.Sleep(PauseOnWindows);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static bool IsHeldOnWindows(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);
}
