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

    // Files that are looked at one after the other, while others are on other processors.
    private const int MostInPart = 1000;

    // Of a program before the umask.
    private const UnixFileMode All = (UnixFileMode)0b111_111_111;

    /// <summary>
    /// Whether a job may have changed a mode. git has looked at the work tree: the time of such a change made it look at the file
    /// again, and write that time into the index.
    /// </summary>
    /// <param name="request">The hand-over.</param>
    /// <returns>True when the index is another one than that with which the checkout was cleaned, or that is not known.</returns>
    /// <remarks>Most gits compare whole seconds (USE_NSEC in git's Makefile): a change in that of the cleaning looks like none.</remarks>
    public static bool AreDue(HandOverRequest request) =>
        CheckoutStamp.CleanIndexWrittenAt(request.Stamp, request.Place) is not { } writtenAt
        || request.LastLease?.AcquiredAt.ToUnixTimeSeconds() <= writtenAt.ToUnixTimeSeconds();

    /// <summary>Gives each tracked file the mode that it has in a fresh checkout. Does nothing on Windows.</summary>
    /// <param name="root">The checkout's folder, absolute.</param>
    /// <param name="look">What git says of it.</param>
    /// <param name="temporary">A folder to make a file in.</param>
    /// <param name="cancellationToken">Ends it between some thousand files.</param>
    /// <returns>Whether there was one with another mode. git has to compare those with the index, and to put back what is gone.</returns>
    public static bool Mend(string root, WorkTreeLook look, string temporary, CancellationToken cancellationToken) =>
        !OperatingSystem.IsWindows() && MendAll(root, look, temporary, cancellationToken);

    [UnsupportedOSPlatform("windows")]
    private static bool MendAll(string root, WorkTreeLook look, string temporary, CancellationToken cancellationToken)
    {
        var program = ModeOfNew(Path.Combine(temporary, "program"));
        var parts = look.TrackedFiles().Chunk(MostInPart).ToList();
        return SideBySide.Do(parts, reports: null, (part, _, _) => MendPart(root, part, program), cancellationToken).Contains(true);
    }

    [UnsupportedOSPlatform("windows")]
    private static bool MendPart(string path, IEnumerable<(string Folder, string Name, bool IsExecutable)> files, UnixFileMode program)
    {
        using var root = RawFolder.Open(path);
        var isMended = false;
        var last = "";
        var open = RawTree.TryOpenFolder(root, last);
        try
        {
            foreach (var (folder, name, isExecutable) in files)
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
}
