using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>Copies the content of open files, on write where the file system can (ioctl_ficlone(2)).</summary>
/// <remarks>
/// <see cref="File.Copy(string, string)"/> does that too, but takes paths. Those of a checkout could lead out of it.
/// </remarks>
internal static class FileClone
{
    /// <summary>Copies a file into an empty one, which gets the same times.</summary>
    public static void Copy(RawFile from, FileStream to)
    {
        if (!OperatingSystem.IsLinux()
            || LibC.IoCtl(to.SafeFileHandle, LibC.CloneFile, from.Content.SafeFileHandle.DangerousGetHandle()) != 0)
        {
            from.Content.CopyTo(to);
            to.Flush();
        }

        File.SetLastWriteTimeUtc(to.SafeFileHandle, File.GetLastWriteTimeUtc(from.Content.SafeFileHandle));
    }
}
