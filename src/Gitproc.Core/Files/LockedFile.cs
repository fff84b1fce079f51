using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Interop;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>
/// A file that this process has locked, and no other one. The kernel unlocks it when the process ends, however that
/// ends, and wakes one of those who wait for it.
/// </summary>
/// <remarks>
/// On Unix flock(2), which is also what .NET's <see cref="FileShare.None"/> is there. On Windows LockFileEx, of one
/// byte behind all that is ever written, so that others can read the file.
/// </remarks>
internal sealed class LockedFile : IDisposable
{
    private static readonly TimeSpan PauseOnWindows = TimeSpan.FromMilliseconds(50);

    private LockedFile(SafeFileHandle handle) => Handle = handle;

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Locks a file unless somebody else has.</summary>
    /// <returns>The locked file; null when somebody else has it locked.</returns>
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
    /// Locks a file, and blocks as long as somebody else has. Only the end of the process ends that: see <see
    /// cref="LockWait"/>.
    /// </summary>
    /// <returns>The locked file; null when there is none and none was to be made.</returns>
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

    /// <summary>Whether a process has a file locked.</summary>
    public static bool IsLocked(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var handle = UnlockedFile.Open(path);
            return handle is not null && LibC.FLock(handle, LibC.LockShared | LibC.LockNonBlocking) != 0;
        }

        if (!File.Exists(path))
            return false;
        using var locked = TryLock(path);
        return locked is null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A process that was forked in this moment has the open file too until it runs its program.
        if (!OperatingSystem.IsWindows() && !Handle.IsClosed)
            _ = LibC.FLock(Handle, LibC.Unlock);
        Handle.Dispose();
    }

    private static SafeFileHandle? Open(string path, bool mayCreate)
    {
        if (OperatingSystem.IsWindows())
            return OpenOnWindows(path, mayCreate);
        if (UnlockedFile.OpenToWrite(path) is { } there)
            return there;
        if (!mayCreate)
            return null;
        try
        {
            // .NET makes it, or says why not.
            File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)
                .Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody else has made it, and has it locked already.
        }

        return UnlockedFile.OpenToWrite(path)
            ?? throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
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

    // Null also where an older gitproc has it open for itself alone.
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
    private static bool LockOnWindows(SafeFileHandle handle, bool mayBlock)
    {
        const uint exclusive = 2; // LOCKFILE_EXCLUSIVE_LOCK
        const uint failImmediately = 1; // LOCKFILE_FAIL_IMMEDIATELY
        var where = new Kernel32.Overlapped { OffsetHigh = int.MaxValue };
        return Kernel32.LockFileEx(handle, exclusive | (mayBlock ? 0 : failImmediately), 0, 1, 0, ref where) != 0;
    }
}

/// <summary>
/// Opens files that another process has locked. .NET itself would lock them too. Not for Windows, where a lock keeps
/// all others out.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static class UnlockedFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <returns>The open file; null when it cannot be opened.</returns>
    public static SafeFileHandle? Open(string path) => Open(path, LibC.ReadOnly);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <returns>The open file; null when it is not there or cannot be opened.</returns>
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
