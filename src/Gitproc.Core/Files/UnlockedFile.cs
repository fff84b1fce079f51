using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>Opens files that another process has locked. .NET itself would lock them too. Not for Windows, where a lock keeps all others out.</summary>
internal static partial class UnlockedFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The open file; null when it cannot be opened.</returns>
    public static SafeFileHandle? Open(string path) => Open(path, 0); // O_RDONLY

    /// <summary>Opens a file for reading and writing.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The open file; null when it is not there or cannot be opened.</returns>
    public static SafeFileHandle? OpenToWrite(string path) => Open(path, 2); // O_RDWR

    private static SafeFileHandle? Open(string path, int access)
    {
        var closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000; // O_CLOEXEC
        var doNotWait = OperatingSystem.IsMacOS() ? 0x4 : 0x800; // O_NONBLOCK, for the other end of a pipe
        var handle = OpenFile(path, access | closeOnExec | doNotWait);
        if (!handle.IsInvalid)
            return handle;
        handle.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle OpenFile(string path, int flags);
}
