using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Interop;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>
/// A file that only this process has locked. When the process ends, even if it is killed, the kernel unlocks the file
/// and wakes one of the waiters.
/// </summary>
/// <remarks>
/// On Unix this is flock(2), which .NET uses for <see cref="FileShare.None"/> too. On Windows it is LockFileEx, of one
/// byte after everything that is ever written, so that other processes can read the file.
/// </remarks>
internal sealed class LockedFile : IDisposable
{
    private static readonly TimeSpan PauseOnWindows = TimeSpan.FromMilliseconds(50);

    private LockedFile(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <summary>Locks a file if it is not locked. The file is created if necessary.</summary>
    /// <returns>The locked file; null if it is locked.</returns>
    public static LockedFile? TryLock(string path)
    {
        if (Open(path, mayCreate: true) is not { } handle)
            return null;
        if (Lock(handle, mayBlock: false))
            return new LockedFile(handle);
        handle.Dispose();
        return null;
    }

    /// <summary>
    /// Locks a file, and blocks while another process has it locked. Nothing can cancel that; see <see
    /// cref="LockWait"/>.
    /// </summary>
    /// <returns>The locked file; null if it does not exist and must not be created.</returns>
    /// <exception cref="IOException">It cannot be opened or locked.</exception>
    public static LockedFile? Lock(string path, bool mayCreate)
    {
        SafeFileHandle? handle;
        while ((handle = Open(path, mayCreate)) is null)
        {
            if (!mayCreate && !File.Exists(path))
                return null;
            Thread.Sleep(PauseOnWindows);
        }

        if (Lock(handle, mayBlock: true))
            return new LockedFile(handle);
        handle.Dispose();
        throw new IOException($"{path} cannot be locked: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>True if a process has a file locked.</summary>
    public static bool IsLocked(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var handle = UnlockedFile.Open(path);
            return handle is not null && LibC.FLock(handle, LibC.LockShared | LibC.LockNonBlocking) != 0;
        }

        if (!File.Exists(path))
            return false;
        using var opened = OpenOnWindows(path, mayCreate: false);
        if (opened is null)
            return File.Exists(path);
        using var locked = Lock(opened, mayBlock: false) ? new LockedFile(opened) : null;
        return locked is null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A process that has just been forked shares the open file until it starts its program. Windows unlocks a
        // closed file when it has the time (learn.microsoft.com, LockFileEx).
        if (Handle.IsClosed)
            return;
        if (OperatingSystem.IsWindows())
            UnlockOnWindows(Handle);
        else
            _ = LibC.FLock(Handle, LibC.Unlock);
        Handle.Dispose();
    }

    private static SafeFileHandle? Open(string path, bool mayCreate)
    {
        if (OperatingSystem.IsWindows())
            return OpenOnWindows(path, mayCreate);
        while (true)
        {
            if (UnlockedFile.OpenToWrite(path) is { } there)
                return there;
            if (!mayCreate)
                return null;
            try
            {
                // .NET creates it, or throws with the reason. Another process may remove it before it is opened.
                File.OpenHandle(
                    path,
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.ReadWrite | FileShare.Delete).Dispose();
            }
            catch (IOException e) when (e.HResult == Errno.WouldBlock)
            {
                // Another process has just created it and locked it.
            }
        }
    }

    private static bool Lock(SafeFileHandle handle, bool mayBlock)
    {
        if (OperatingSystem.IsWindows())
            return LockOnWindows(handle, mayBlock);
        int result;
        do
            result = LibC.FLock(handle, LibC.LockExclusive | (mayBlock ? 0 : LibC.LockNonBlocking));
        while (result != 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        return result == 0;
    }

    // Null also if an older gitproc has it open exclusively.
    private static SafeFileHandle? OpenOnWindows(string path, bool mayCreate)
    {
        try
        {
            return File.OpenHandle(
                path,
                mayCreate ? FileMode.OpenOrCreate : FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) == 32) // ERROR_SHARING_VIOLATION
        {
            return null;
        }
    }

    [SupportedOSPlatform("windows")]
    private static Kernel32.Overlapped Place => new() { OffsetHigh = int.MaxValue };

    [SupportedOSPlatform("windows")]
    private static bool LockOnWindows(SafeFileHandle handle, bool mayBlock)
    {
        const uint exclusive = 2; // LOCKFILE_EXCLUSIVE_LOCK
        const uint failImmediately = 1; // LOCKFILE_FAIL_IMMEDIATELY
        var where = Place;
        return Kernel32.LockFileEx(handle, exclusive | (mayBlock ? 0 : failImmediately), 0, 1, 0, ref where) != 0;
    }

    [SupportedOSPlatform("windows")]
    private static void UnlockOnWindows(SafeFileHandle handle)
    {
        var where = Place;
        _ = Kernel32.UnlockFileEx(handle, 0, 1, 0, ref where);
    }
}

/// <summary>
/// Opens files that another process has locked. .NET would lock them itself. Not for Windows, where a lock keeps all
/// others out.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static class UnlockedFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <returns>The open file; null if it cannot be opened.</returns>
    public static SafeFileHandle? Open(string path) => Open(path, LibC.ReadOnly);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <returns>The open file; null if it is missing or cannot be opened.</returns>
    public static SafeFileHandle? OpenToWrite(string path) => Open(path, LibC.ReadWrite);

    private static SafeFileHandle? Open(string path, int access)
    {
        var handle = LibC.Open(path, access | LibC.CloseOnExecute | LibC.DoNotWait);
        if (!handle.IsInvalid)
            return handle;
        handle.Dispose();
        return null;
    }
}
