using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>Tells why a new file could not be created.</summary>
internal static class NewFile
{
    private const int WindowsErrorFileExists = 80;

    /// <summary>
    /// True if a file, folder or link had the name already. To look for it afterwards is too late: another process may
    /// have removed it by then.
    /// </summary>
    /// <param name="error">What <see cref="FileMode.CreateNew"/> threw.</param>
    public static bool IsTaken(IOException error) =>
        (error.HResult & 0xFFFF) == (OperatingSystem.IsWindows() ? WindowsErrorFileExists : Errno.Exists);
}
