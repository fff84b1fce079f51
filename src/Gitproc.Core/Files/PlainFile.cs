using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>
/// Reads regular files where a job may have put anything in their place: whoever opens a pipe would wait for its other
/// end, and a device need not have an end. Thread-safe.
/// </summary>
internal static class PlainFile
{
    // More than git or gitproc writes into a file that is read whole.
    private const int MaxBytes = 16 << 20;

    /// <summary>Opens a file.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        var handle = OperatingSystem.IsWindows() ? TryOpenOnWindows(path) : UnlockedFile.Open(path);
        if (handle is null)
            return null;
        try
        {
            // A device says that it is empty.
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

    /// <summary>Reads a file whole.</summary>
    public static byte[]? TryRead(string path)
    {
        using var handle = TryOpen(path);
        if (handle is null || RandomAccess.GetLength(handle) is not (<= MaxBytes and var length))
            return null;
        try
        {
            var bytes = new byte[length];
            return bytes[..RandomAccess.Read(handle, bytes, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a text whole.</summary>
    /// <returns>Its content as UTF-8; null as <see cref="TryRead"/>.</returns>
    public static string? TryReadText(string path) =>
        TryRead(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

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
