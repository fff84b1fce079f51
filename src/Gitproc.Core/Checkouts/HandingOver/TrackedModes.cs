using System.Runtime.Versioning;
using Gitproc.Files;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>
/// The modes of tracked files. Of these git keeps only whether the file can be run: it neither tells of other changes, such as
/// one that takes the file from all other users, nor takes them back.
/// </summary>
internal static class TrackedModes
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Of a program before the umask.
    private const UnixFileMode All = (UnixFileMode)0b111_111_111;

    /// <summary>
    /// Whether a job may have changed a mode. git has looked at the work tree: the time of such a change made it look at the file
    /// again, and write the index.
    /// </summary>
    /// <param name="request">The hand-over.</param>
    /// <returns>True when the index was written since the checkout was cleaned, or that is not known.</returns>
    public static bool AreDue(HandOverRequest request)
    {
        if (!CheckoutStamp.HasIndexOf(request.Stamp, request.Place))
            return true;
        // Most gits compare whole seconds (USE_NSEC in git's Makefile): a change in that of the cleaning looks like none.
        var cleanedAt = File.GetLastWriteTimeUtc(Path.Combine(request.Place.GitDirectory, "index"));
        return request.LastLease is { } lease && Second(lease.AcquiredAt.UtcDateTime) <= Second(cleanedAt);
    }

    /// <summary>Gives each tracked file the mode that it has in a fresh checkout. Does nothing on Windows.</summary>
    /// <param name="root">The checkout's folder.</param>
    /// <param name="look">What git says of it.</param>
    /// <param name="temporary">A folder to make a file in.</param>
    /// <returns>Whether there was one with another mode. git has to compare those with the index, and to put back what is gone.</returns>
    public static bool Mend(RawFolder root, WorkTreeLook look, string temporary) => !OperatingSystem.IsWindows() && MendAll(root, look, temporary);

    [UnsupportedOSPlatform("windows")]
    private static bool MendAll(RawFolder root, WorkTreeLook look, string temporary)
    {
        var program = ModeOfNew(Path.Combine(temporary, "program"));
        var isMended = false;
        var last = "";
        var open = RawTree.TryOpenFolder(root, last);
        try
        {
            foreach (var (folder, name, isExecutable) in look.TrackedFiles())
            {
                if (folder != last)
                {
                    open?.Dispose();
                    open = RawTree.TryOpenFolder(root, folder);
                    last = folder;
                }

                if (open is not null)
                    isMended |= Mend(open, name, isExecutable ? program : program & ~Execute);
            }
        }
        finally
        {
            open?.Dispose();
        }

        return isMended;
    }

    [UnsupportedOSPlatform("windows")]
    private static bool Mend(RawFolder folder, string name, UnixFileMode mode)
    {
        if (folder.ModeOf(name) is not { } found || found == mode)
            return false;
        try
        {
            using var file = folder.TryOpenFile(name);
            if (file is not null)
                File.SetUnixFileMode(file.Content.SafeFileHandle, mode);
        }
        catch (UnauthorizedAccessException)
        {
            // It belongs to another user. git makes it anew.
            folder.RemoveFile(name);
        }

        return true;
    }

    [UnsupportedOSPlatform("windows")]
    private static UnixFileMode ModeOfNew(string path)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = All });
        return File.GetUnixFileMode(file.SafeFileHandle);
    }

    private static long Second(DateTime time) => time.Ticks / TimeSpan.TicksPerSecond;
}
