using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>
/// Reads regular files where a job may have put something else. Opening a pipe would wait for its other end, and a
/// device may have no end. Thread-safe.
/// </summary>
internal static class PlainFile
{
    // git and gitproc write less into any file that is read whole.
    private const int MaxBytes = 16 << 20;

    /// <summary>Opens a file.</summary>
    /// <returns>The open file; null if it is empty, not a regular file, or cannot be opened.</returns>
    public static SafeFileHandle? TryOpen(string path)
    {
        var handle = Open(path);
        if (handle is null)
            return null;
        try
        {
            // A device has the length 0.
            if (RandomAccess.GetLength(handle) > 0 && !File.GetAttributes(handle).HasFlag(FileAttributes.Directory))
                return handle;
        }
        catch (NotSupportedException)
        {
            // A pipe has no length.
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Reads a whole file.</summary>
    /// <returns>The content; null if it cannot be read, or is longer than 16 MB.</returns>
    public static byte[]? TryRead(string path)
    {
        using var handle = Open(path);
        try
        {
            // A device has the length 0, and a folder cannot be read.
            if (handle is null || RandomAccess.GetLength(handle) is not (> 0 and <= MaxBytes and var length))
                return null;
            var bytes = new byte[length];
            return bytes[..RandomAccess.Read(handle, bytes, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Reads a whole file as UTF-8. See <see cref="TryRead"/>.</summary>
    public static string? TryReadText(string path) =>
        TryRead(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static SafeFileHandle? Open(string path) =>
        OperatingSystem.IsWindows() ? TryOpenOnWindows(path) : UnlockedFile.Open(path);

    private static SafeFileHandle? TryOpenOnWindows(string path)
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
